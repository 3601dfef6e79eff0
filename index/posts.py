"""Which message of the bot answers which message of a member, for a day: so that the answer can follow its question.

Of the question only a hash is kept, to tell an edit that asks something else from one that does not.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

KEPT = timedelta(hours=24)
"""How long an answer follows its question."""


@dataclass(frozen=True, slots=True)
class Post:
    """A question and its answer, as ids of messages in one channel."""

    question: int
    answer: int
    channel: int
    asked: str
    """What was asked, as `digest` has it."""
    at: str
    """When it was answered: an ISO date and time, in UTC."""

    def over(self, now: datetime) -> bool:
        """Whether it is to be forgotten; ``now`` is in UTC."""
        return self.at < (now - KEPT).isoformat(timespec="seconds")


def digest(question: str) -> str:
    """16 hexadecimal digits that tell one question from another; white space does not count."""
    return hashlib.sha256(" ".join(question.split()).encode("utf-8", "surrogatepass")).hexdigest()[:16]
