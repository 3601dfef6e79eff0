"""The gate that the bot's requests must pass lets nothing through that Discord would refuse."""

from __future__ import annotations

from typing import Any

import pytest
from discord_gate import V2_FLAG, Gate, limits

BUTTON = {"type": 2, "style": 2, "label": "a", "custom_id": "x"}


def row(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(buttons)}


@pytest.mark.parametrize(
    "message",
    [
        {"content": "a" * 2001},
        {"flags": V2_FLAG, "components": [{"type": 10, "content": "a" * 4001}]},
        {"flags": V2_FLAG, "components": [{"type": 10, "content": "👍" * 2001}]},
        {"flags": V2_FLAG, "components": [{"type": 10, "content": " "}]},
        {"flags": V2_FLAG, "components": [{"type": 10, "content": "a"}] * 41},
        {"flags": V2_FLAG, "content": "a", "components": [{"type": 10, "content": "a"}]},
        {"components": [{"type": 17, "components": [{"type": 10, "content": "a"}]}]},
        {"components": [row(BUTTON, BUTTON)]},
        {"components": [row(*({**BUTTON, "custom_id": str(n)} for n in range(6)))]},
        {"components": [row({**BUTTON, "label": "a" * 81})]},
        {"components": [row({**BUTTON, "custom_id": "a" * 101})]},
        {"components": [row({"type": 2, "style": 5, "label": "a", "url": "https://a.example/" + "a" * 500})]},
        {"choices": [{"name": "a", "value": "a"}] * 26},
        {"choices": [{"name": "a" * 101, "value": "a"}]},
    ],
)
def test_limits_of_discords_prose(message: dict[str, Any]) -> None:
    """Each limit that the description does not express is noticed, one unit past it."""
    assert len(limits(message)) == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/applications/1/commands", [{"name": "a", "description": "a" * 101, "type": 1}]),
        ("POST", "/channels/1/messages", {"components": [{"type": 99}]}),
        ("POST", "/channels/1/messages", {"content": 5}),
        ("POST", "/interactions/1/token/callback", {"type": 4, "data": {"flags": "many"}}),
        ("PATCH", "/nowhere/at/all", {}),
    ],
)
def test_description_is_applied(discord_gate: Gate, method: str, path: str, body: Any) -> None:
    """A body of the wrong form, or a request for which there is no operation, is noticed."""
    assert discord_gate.complaints(method, path, body)


def test_right_requests_pass(discord_gate: Gate) -> None:
    """A request that Discord takes has no complaints."""
    message = {
        "flags": V2_FLAG,
        "components": [{"type": 17, "components": [{"type": 10, "content": "a"}, row(BUTTON)]}],
    }
    assert discord_gate.complaints("POST", "/channels/1/messages", message) == []
    assert (
        discord_gate.complaints("PUT", "/applications/1/commands", [{"name": "a", "description": "b", "type": 1}]) == []
    )
