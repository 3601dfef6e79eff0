"""Holds every request of the bot to Discord's own description of its HTTP API, and to limits it does not express."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

Json = dict[str, Any]

TEXT_DISPLAY, ACTION_ROW, BUTTON = 10, 1, 2
ONLY_V2 = {9, 10, 12, 13, 14, 17}
V2_FLAG = 1 << 15


class Gate:
    """Discord's OpenAPI description, ready to judge requests."""

    def __init__(self, description: Path) -> None:
        self._document = json.loads(description.read_text(encoding="utf-8"))
        # Discord takes snowflakes as numbers too, and discord.py sends them so.
        self._document["components"]["schemas"]["SnowflakeType"] = {
            "anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^(0|[1-9][0-9]*)$"}]
        }
        self._operations = sorted(
            (
                (method.upper(), re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + r"\Z"), path.count("{"), operation)
                for path, item in self._document["paths"].items()
                for method, operation in item.items()
                if method != "parameters"
            ),
            key=lambda known: known[2],
        )
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def complaints(self, method: str, path: str, body: Any) -> list[str]:
        """What Discord would not accept about this request; empty when it would."""
        operation = next((o for m, known, _, o in self._operations if m == method and known.match(path)), None)
        if operation is None:
            return [f"{method} {path}: there is no such operation"]
        if not isinstance(body, dict | list):
            return []
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        found = self._against(operation["operationId"], schema, body) if schema else []
        message = body.get("data") if isinstance(body, dict) and path.endswith("/callback") else body
        if not found and isinstance(message, dict):
            found = limits(message)
        return [f"{method} {path}: {complaint}" for complaint in found]

    def component_complaints(self, components: list[Json]) -> list[str]:
        """The same for the components of a message that is not sent."""
        return self.complaints("POST", "/channels/1/messages", {"components": components, "flags": V2_FLAG})

    def _against(self, name: str, schema: Json, body: Any) -> list[str]:
        if name not in self._validators:
            whole = {**schema, "components": self._document["components"]}
            self._validators[name] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        return [
            f"{'/'.join(map(str, e.instance_path))}: {e.message[:300]}"
            for e in self._validators[name].iter_errors(body)
        ]


def limits(message: Json) -> list[str]:
    """Limits that are only in Discord's prose."""
    components = list(walk(message.get("components")))
    ids = [c["custom_id"] for c in components if c.get("custom_id")]
    text = sum(utf16(c.get("content", "")) for c in components if c["type"] == TEXT_DISPLAY)
    v2 = bool((message.get("flags") or 0) & V2_FLAG)
    checks = {
        "content over 2000": utf16(message.get("content") or "") > 2000,
        f"{len(components)} components, over 40": len(components) > 40,
        "a custom_id twice": len(set(ids)) != len(ids),
        "content beside V2 components": v2 and bool(message.get("content") or message.get("embeds")),
        f"{text} of text, over 4000": text > 4000,
        "an empty text": any(not c.get("content", "").strip() for c in components if c["type"] == TEXT_DISPLAY),
        "V2 components without the flag": not v2 and any(c["type"] in ONLY_V2 for c in components),
        "a row without or with too many buttons": any(
            not 1 <= len(c["components"]) <= 5 for c in components if c["type"] == ACTION_ROW
        ),
        "a label over 80": any(utf16(c.get("label") or "") > 80 for c in components if c["type"] == BUTTON),
        "a custom_id over 100": any(len(i) > 100 for i in ids),
        "an address over 512": any(len(c.get("url") or "") > 512 for c in components),
        "a choice over 100": any(
            utf16(c["name"]) > 100 or utf16(str(c["value"])) > 100 for c in message.get("choices") or []
        ),
        "over 25 choices": len(message.get("choices") or []) > 25,
    }
    return [name for name, wrong in checks.items() if wrong]


def walk(components: list[Json] | None) -> Iterator[Json]:
    """Every component, however deep."""
    for component in components or []:
        yield component
        yield from walk(component.get("components"))
        yield from walk([component[key] for key in ("accessory", "component") if isinstance(component.get(key), dict)])


def utf16(text: str) -> int:
    """Length in UTF-16 units, the strictest count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@cache
def gate(description: Path) -> Gate:
    """One gate for all tests: reading the description takes a while."""
    return Gate(description)
