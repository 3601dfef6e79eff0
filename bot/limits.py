"""How often may be asked. Counted here, because discord.py's cooldowns are shared by all bots of a process."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.localised import text

REMEMBERED = 10_000
"""Members and channels whose last minute is remembered; what was quiet longest is forgotten first."""


@dataclass(slots=True)
class _Asked:
    times: deque[float] = field(default_factory=deque)
    told: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A question that came too soon after others."""

    seconds: int
    """Until the next one may be asked."""
    first: bool
    """Whether nobody was told so in the last minute: the member, or those in the channel."""
    channel: bool = False
    """Whether it was the channel that asked too much, not the member."""

    @property
    def sentence(self) -> str:
        """What the member is told, in the language of the task."""
        return text("limit.channel" if self.channel else "limit.member", seconds=self.seconds)


class Limits:
    """At most so many questions in any 60 seconds: of one member of one server, and in one channel; 0: no limit."""

    def __init__(self, per_member: int, per_channel: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = {False: per_member, True: per_channel}
        self._clock = clock
        self._known: OrderedDict[tuple[int, int, bool], _Asked] = OrderedDict()

    def count(self, server: int, member: int, channel: int | None = None) -> Refusal | None:
        """Count one question; ``None`` when it may be asked. A refused one counts for neither."""
        now = self._clock()
        limited = [(member, False)] if channel is None else [(member, False), (channel, True)]
        counted: list[_Asked] = []
        for who, is_channel in limited:
            if (most := self._most[is_channel]) <= 0:
                continue
            known = self._of(server, who, is_channel)
            while known.times and known.times[0] <= now - 60:
                known.times.popleft()
            if len(known.times) >= most:
                first = known.told <= now - 60
                if first:
                    known.told = now
                return Refusal(max(1, round(known.times[0] + 60 - now)), first, is_channel)
            counted.append(known)
        for known in counted:
            known.times.append(now)
        return None

    def _of(self, server: int, who: int, is_channel: bool) -> _Asked:
        key = (server, who, is_channel)
        known = self._known.setdefault(key, _Asked())
        self._known.move_to_end(key)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return known
