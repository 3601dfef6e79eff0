"""Which words of a message to the bot are its question. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from bot.conversations import TURN_LIMIT, Said, what_is
from index.sentences import sentence_spans

_QUOTED_LINE = re.compile(r"^ *>(?:>>)? .*$", re.MULTILINE)
_AT = "\ue000"
"""Stands for the mention of the bot while a message is taken apart: a character for private use."""
_ASKS = re.compile(r"\?[\"'”’»)\]*_~|!?]*\Z")
_END = re.compile(r"[?!]\s+(?=\S)")
_BEGINS = re.compile(
    r"(?:(?:and|but|so|now|please|then|ok|okay),? )*(?:who|whom|whose|what|when|where|why|how|which|tell|show|give|find"
    r"|list|explain|describe|compare|search|look)\b",
    re.IGNORECASE,
)
_AROUND = " \t\n,:;–—-"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a message asks."""

    question: str
    """In its own words; what else there is where it holds none."""
    lead: str = ""
    """The sentence right before the question: what a "why?" in it leans on."""

    @property
    def turn(self) -> str:
        """What was asked, for those who come back to it: the question, after what it may lean on."""
        return " ".join((*self.leading, self.question))

    @property
    def leading(self) -> tuple[str, ...]:
        """``lead`` as an earlier turn of the conversation, where it is one."""
        return (self.lead,) if self.lead and what_is(self.lead) is Said.QUESTION else ()


def asked_in(content: str, bot: int) -> Asked:
    """The question of a message that mentions the bot with that id.

    A message of one sentence is its own question. Of a longer one it is the sentence with a question mark that is
    nearest to the mention, and, where there is none, what comes after the mention, or the sentence that ends with it.
    Lines that quote somebody else are left out, unless there are no others.
    """
    text = re.sub(rf"<@!?{bot}>", _AT, content.replace(_AT, ""))
    own = _QUOTED_LINE.sub("", text)
    if own.replace(_AT, "").strip(_AROUND):
        text = own
    sentences = _sentences(text)
    if not sentences:
        return Asked(text.replace(_AT, " ").strip())
    at = text.find(_AT)
    asking = [i for i, (_, _, words) in enumerate(sentences) if _ASKS.search(words)]
    if asking:
        # Of two that are equally near, what comes after a name is what is said to whom it names.
        index = min(asking, key=lambda i: (_distance(sentences[i], at), sentences[i][0] < at))
    else:
        first = next((i for i, (_, end, _) in enumerate(sentences) if end > at), len(sentences) - 1)
        index = _told([words for _, _, words in sentences[first:]]) + first
    lead = sentences[index - 1][2] if index else ""
    return Asked(sentences[index][2][:TURN_LIMIT].strip(), lead[:TURN_LIMIT])


def _told(sentences: list[str]) -> int:
    """Which of the sentences after a mention, none with a question mark, says what is wanted: the index of it.

    A greeting is passed over. After thanks there is most often nothing to answer, so only what asks by its first words.
    """
    for index, words in enumerate(sentences):
        said = what_is(words)
        if said is Said.COURTESY:
            rest = (later for later in range(index + 1, len(sentences)) if _BEGINS.match(sentences[later]))
            return next(rest, index)
        if said is not Said.GREETING:
            return index
    return 0


def _sentences(text: str) -> list[tuple[int, int, str]]:
    """Where each sentence begins and ends, and its words without the mention; those without words left out."""
    found: list[tuple[int, int, str]] = []
    for span in sentence_spans(text):
        # In a chat a sentence need not begin with a capital letter.
        ends = [span.start + end.end() for end in _END.finditer(span.of(text))]
        for start, end in pairwise((span.start, *ends, span.end)):
            words = " ".join(text[start:end].replace(_AT, " ").split()).strip(_AROUND)
            if any(character.isalnum() for character in words):
                found.append((start, end, words))
    return found


def _distance(sentence: tuple[int, int, str], at: int) -> int:
    start, end, _ = sentence
    return max(start - at, at - end, 0)
