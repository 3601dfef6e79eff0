"""robots.txt -> which addresses of a server a program may ask for. Pure; by RFC 9309.

Not ``urllib.robotparser``: it takes the first rule that fits instead of the longest, and ``*`` and ``$`` for letters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

PRODUCT = "onrecord"
"""The name by which robots.txt can address this program."""
_LONGEST = 512_000
"""Characters that are read of one file: RFC 9309 asks for 500 KiB at least."""


@dataclass(frozen=True, slots=True)
class Robots:
    """What a server asks of one program."""

    rules: tuple[tuple[str, bool], ...] = ()
    """Path patterns, normalised, and whether what they match may be read."""
    delay: float | None = None
    """Seconds between two requests."""

    def allows(self, url: str) -> bool:
        """Whether ``url`` may be read: the longest pattern that matches decides, and of two as long, the one for it."""
        parts = urlsplit(url)
        path = _normal((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        if path == "/robots.txt":
            return True
        matching = ((len(pattern), allowed) for pattern, allowed in self.rules if _matches(pattern, path))
        return max(matching, default=(0, True))[1]


EVERYTHING = Robots()
"""A server that asks for nothing may be read as a whole."""


def robots_of(text: str) -> Robots:
    """What ``text``, a robots.txt, asks of `PRODUCT`; of everybody, where it does not name it."""
    groups: dict[bool, list[tuple[str, str]]] = {}
    agents: set[str] = set()
    between = True
    for line in text[:_LONGEST].lstrip("\ufeff").splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        name, value = name.strip().casefold(), value.strip()
        if not colon:
            continue
        if name == "user-agent":
            agents = {value.casefold()} if between else agents | {value.casefold()}
            between = False
            if mine := _named(agents):
                groups.setdefault(mine == PRODUCT, [])
        elif name in ("allow", "disallow", "crawl-delay"):
            between = True
            if mine := _named(agents):
                groups[mine == PRODUCT].append((name, value))
    asked = groups.get(True, groups.get(False, []))
    delays = [
        float(value) for name, value in asked if name == "crawl-delay" and re.fullmatch(r"\d{1,6}(\.\d+)?", value)
    ]
    rules = ((_normal(value), name == "allow") for name, value in asked if name != "crawl-delay" and value)
    return Robots(tuple(rules), max(delays, default=None))


def _named(agents: set[str]) -> str | None:
    """`PRODUCT` where a group is for it, ``*`` where it is for everybody, else ``None``."""
    # A group may be headed by the whole of a User-Agent: what counts is the product's name.
    if any(re.match(r"[a-z_-]*", agent).group() == PRODUCT for agent in agents):  # type: ignore[union-attr]
        return PRODUCT
    return "*" if "*" in agents else None


def _normal(path: str) -> str:
    """``path`` with one way of writing each character, so that ``/%7Ea`` and ``/~a`` are one."""
    return quote(unquote(path), safe="/*$?&=;:@!,+~")


def _matches(pattern: str, path: str) -> bool:
    end = pattern.endswith("$")
    pieces = pattern.removesuffix("$").split("*")
    # Without a regular expression: many stars in one would take it minutes.
    if not path.startswith(pieces[0]):
        return False
    at = len(pieces[0])
    for number, piece in enumerate(pieces[1:], start=1):
        if end and number == len(pieces) - 1:
            return len(path) - len(piece) >= at and path.endswith(piece)
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not end or at == len(path)
