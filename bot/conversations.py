"""The last questions of each conversation, and what they were narrowed to, in memory: what "and when?" refers to.

A conversation is a chain of replies to the bot's cards, or a thread. It is remembered under the message that carries
it on, so two conversations in one channel never mix, and a reply to an older card goes on from that card.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from index.types import Filters

REMEMBERED = 10_000
"""Cards and threads that can be carried on at once; the oldest is forgotten first."""
TURN_LIMIT = 500
"""Characters of one question that are remembered."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a conversation knows when the next question is asked."""

    questions: tuple[str, ...] = ()
    """Those asked before, oldest first."""
    filters: Filters = Filters()
    """What the last of them was narrowed to."""


@dataclass(frozen=True, slots=True)
class _Turns:
    questions: tuple[str, ...]
    filters: Filters
    at: float


class Conversations:
    """Earlier questions by server and by the message or thread that carries the conversation on."""

    def __init__(self, turns: int = 6, minutes: int = 30, clock: Callable[[], float] = time.monotonic) -> None:
        self._turns = turns
        self._seconds = minutes * 60
        self._clock = clock
        self._kept: OrderedDict[tuple[int, int], _Turns] = OrderedDict()

    def before(self, server: int, carrier: int | None) -> tuple[str, ...]:
        """The questions asked before, oldest first; none where the conversation is over or was never here."""
        return self.earlier(server, carrier).questions

    def earlier(self, server: int, carrier: int | None) -> Earlier:
        """The questions asked before, and what the last one was narrowed to; nothing where `before` has none."""
        if carrier is None or (kept := self._kept.get((server, carrier))) is None:
            return Earlier()
        return Earlier(kept.questions, kept.filters) if self._clock() - kept.at <= self._seconds else Earlier()

    def remember(
        self, server: int, carrier: int, before: tuple[str, ...], question: str, filters: Filters = Filters()
    ) -> None:
        """``question`` was asked after ``before`` within ``filters``; message or thread ``carrier`` carries it on."""
        questions = (*before, question[:TURN_LIMIT])[-self._turns :] if self._turns > 0 else ()
        self._kept[(server, carrier)] = _Turns(questions, filters, self._clock())
        self._kept.move_to_end((server, carrier))
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)

    def replace(self, server: int, carrier: int, old: str, new: str | None) -> None:
        """Where ``old`` was asked there, it is ``new`` now; with ``None`` it was taken back."""
        if (kept := self._kept.get((server, carrier))) is not None:
            turns = (new if turn == old else turn for turn in kept.questions)
            left = tuple(turn for turn in turns if turn is not None)
            self._kept[(server, carrier)] = _Turns(left, kept.filters, kept.at)


class Said(Enum):
    """What a message to the bot is."""

    QUESTION = auto()
    COURTESY = auto()
    """Thanks, agreement, laughter: wants no answer."""
    GREETING = auto()
    """A greeting or nothing at all: asks nothing either."""
    HELP = auto()
    """Wants to know what can be asked."""


_COURTESIES = frozenset(
    "thanks thank thankyou thx ty tysm cheers ok okay k kk great cool nice perfect awesome good lol lmao haha hah wow "
    "interesting yes yep yeah yup no nope sure alright got understood noted helpful useful amazing brilliant excellent "
    "fantastic well love merci danke gracias grazie obrigado obrigada".split()
)
_WITH_COURTESIES = _COURTESIES | frozenset(
    "bot job work one right it much very so that's that is was you u a lot the done this for your help again".split()
)
_GREETINGS = frozenset(
    "hi hello hey heya hiya yo sup greetings howdy morning afternoon evening hola bonjour hallo".split()
)
_WITH_GREETINGS = _GREETINGS | frozenset("good there bot everyone all folks again you".split())
_HELPS = frozenset(("help", "help me", "please help", "commands", "usage", "how do you work", "what can you do"))
_WORDS = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def what_is(text: str) -> Said:
    """Whether ``text``, without the mention of the bot, asks something. With a question mark it does, or for help."""
    words = [word.lower().replace("’", "'") for word in _WORDS.findall(text)]
    if not words:
        # "👍" is courtesy; an empty message, or a lone "?", greets.
        return Said.COURTESY if text.strip(" ?!.\n\t") else Said.GREETING
    if " ".join(words) in _HELPS:
        return Said.HELP
    if "?" in text:
        return Said.QUESTION
    if any(word in _GREETINGS for word in words) and all(word in _WITH_GREETINGS for word in words):
        return Said.GREETING
    if words[0] in ("is", "was"):
        return Said.QUESTION
    if any(word in _COURTESIES for word in words) and all(word in _WITH_COURTESIES for word in words):
        return Said.COURTESY
    return Said.QUESTION
