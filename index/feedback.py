"""What people say about a quotation they were shown: it answers the question, or it does not, and what is wrong.

A judgement is about one pair of question and passage. It holds no word of the article, only the receipt of the
passage, so it stands for as long as that text does.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from index.calibration import Label
from index.types import Receipt

SALT = 32
"""Bytes of an archive's salt, drawn at random when its file is made. It is never exported."""


class Complaint(StrEnum):
    """What is wrong with a quotation. The values are stored, and part of the machine-readable interface."""

    WRONG_SPEAKER = "wrong_speaker"
    """Somebody else said it, or nobody did."""
    NOT_AN_ANSWER = "not_an_answer"
    """It is about something else than what was asked."""
    OUT_OF_CONTEXT = "out_of_context"
    """What stands around it gives it another meaning."""
    OUTDATED = "outdated"
    """It was so once, and the question is about now."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One person's judgement of one passage as an answer to one question."""

    question: str
    """As it was asked."""
    standalone: str
    """As it was looked up, with what earlier turns added to it."""
    receipt: Receipt
    score: float
    """Estimated probability in [0, 1] that the passage answers, as it was at that time."""
    right: bool
    complaint: Complaint | None = None
    """``None`` where it is right, or where nobody said what is wrong."""
    at: str = ""
    """When it was given: an ISO date and time, in UTC."""
    by: str | None = None
    """A pseudonym of who gave it (`pseudonym`); ``None`` where that is not kept."""
    scale: str = ""
    """Names the reader that gave the score; the scores of another are on another scale."""
    words: str | None = None
    """What the person wrote about it, where they wrote something."""

    def __post_init__(self) -> None:
        if self.right and self.complaint is not None:
            raise ValueError("what is right has nothing wrong with it")
        if not 0 <= self.score <= 1:
            raise ValueError(f"a probability is in [0, 1], not {self.score}")


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The threshold that was set for one archive, and what it was chosen by."""

    threshold: float
    risk: float
    """The share of wrong answers that was wished for."""
    labels: int
    """How many labels it was chosen by."""
    at: str
    """When it was set: an ISO date and time, in UTC."""
    scale: str
    """Names the reader whose scores it was chosen for (`Feedback.scale`)."""


def pseudonym(person: str, archive: str, salt: bytes) -> str:
    """16 hexadecimal digits that are the same for one person in one archive, and another's in every other archive.

    Ids of Discord can be tried one by one, so the hash is keyed with the archive's ``salt``: without the archive's own
    file nobody can tell whose a pseudonym is.
    """
    return _keyed(hashlib.sha256(f"{archive}\0{person}".encode("utf-8", "surrogatepass")).hexdigest()[:16], salt)


def _keyed(unsalted: str, salt: bytes) -> str:
    return hashlib.blake2b(unsalted.encode(), key=salt, digest_size=8).hexdigest()


def create_salt(db: sqlite3.Connection) -> None:
    """The migration that gives an archive its salt, and keys the pseudonyms that were made without one."""
    salt = secrets.token_bytes(SALT)
    db.execute("CREATE TABLE salt (id INTEGER PRIMARY KEY CHECK (id = 1), value BLOB NOT NULL)")
    db.execute("INSERT INTO salt (id, value) VALUES (1, ?)", (salt,))
    for (unsalted,) in db.execute("SELECT DISTINCT by FROM feedback WHERE by IS NOT NULL").fetchall():
        db.execute("UPDATE feedback SET by = ? WHERE by = ?", (_keyed(unsalted, salt), unsalted))


def labels_of(given: Iterable[Feedback]) -> tuple[Label, ...]:
    """One label for each pair of question and passage, in the order in which the pairs were first judged.

    Where people disagree the majority counts, and as many against as for is wrong: a quotation that every second
    reader rejects is not one to send. Of several scores the lowest counts, for the same reason.
    """
    pairs: dict[tuple[str, Receipt], list[Feedback]] = defaultdict(list)
    for one in given:
        pairs[_folded(one.standalone), one.receipt].append(one)
    return tuple(
        Label(min(one.score for one in judged), 2 * sum(one.right for one in judged) > len(judged))
        for judged in pairs.values()
    )


def _folded(question: str) -> str:
    return " ".join(question.casefold().split()).rstrip(" ?.!")
