"""How often one member may ask. Counted here, because discord.py's cooldowns are shared by all bots of a process."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

REMEMBERED = 10_000
"""Members whose last minute is remembered; the one who was quiet longest is forgotten first."""


@dataclass(slots=True)
class _Member:
    asked: deque[float] = field(default_factory=deque)
    told: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A question that came too soon after the others."""

    seconds: int
    """Until the next one may be asked."""
    first: bool
    """Whether the member was not told so in the last minute."""

    @property
    def sentence(self) -> str:
        """What the member is told."""
        return f"That is a lot of questions in one minute; please ask again in {self.seconds} s."


class Limits:
    """At most ``per_minute`` questions of one member of one server in any 60 seconds; 0: no limit."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._members: OrderedDict[tuple[int, int], _Member] = OrderedDict()

    def count(self, server: int, member: int) -> Refusal | None:
        """Count one question; ``None`` when it may be asked. A refused one is not counted."""
        if self._per_minute <= 0:
            return None
        now = self._clock()
        known = self._members.setdefault((server, member), _Member())
        self._members.move_to_end((server, member))
        while len(self._members) > REMEMBERED:
            self._members.popitem(last=False)
        while known.asked and known.asked[0] <= now - 60:
            known.asked.popleft()
        if len(known.asked) < self._per_minute:
            known.asked.append(now)
            return None
        first = known.told <= now - 60
        if first:
            known.told = now
        return Refusal(max(1, round(known.asked[0] + 60 - now)), first)
