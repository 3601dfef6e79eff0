"""The tokens of one unit, asked about by index: is it a quotation, a verb, a title."""

from __future__ import annotations

from dataclasses import dataclass

from index.attribution import lexicon as lex
from index.attribution.layout import Layout, Unit
from index.attribution.lexicon import CUE_FORMS, Form, Verb
from index.attribution.links import Link
from index.types import Span

_TITLE_LEADS = frozenset(
    "on of in called titled entitled named show book film movie program programme magazine song album series podcast "
    "the memoir novel documentary host column".split()
)

_SMALL_WORDS = frozenset("of the a an and in on for to with at from is it".split())


@dataclass(frozen=True, slots=True)
class Cue:
    """A reporting verb at token ``at``; the words of it reach to ``end``."""

    at: int
    end: int
    verb: Verb
    form: Form
    head: int
    """Where the verb group begins: its first auxiliary or adverb."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The tokens that point at a speaker; ``antecedent`` is what a relative "who" stands for."""

    start: int
    end: int
    antecedent: tuple[int, int] | None = None


class Words:
    """The tokens of one unit, and small questions about them.

    Indices are of tokens, end exclusive; any index may be asked about, also one outside the unit.
    """

    def __init__(self, layout: Layout, number: int, unit: Unit) -> None:
        self.text = layout.text
        self.number = number
        self.tokens = unit.tokens
        self.found: list[Link] = []
        self.taken: set[int] = set()
        """Tokens that belong to a link already."""

    def lower(self, at: int) -> str:
        """The token in small letters; ``""`` outside the unit."""
        return self.tokens[at].lower if 0 <= at < len(self.tokens) else ""

    def word(self, at: int) -> bool:
        """Whether a word stands at ``at``."""
        return 0 <= at < len(self.tokens) and self.tokens[at].is_word

    def quotation(self, at: int) -> bool:
        """Whether a whole quotation stands at ``at``."""
        return 0 <= at < len(self.tokens) and self.tokens[at].is_quotation

    def speech_quotation(self, at: int) -> bool:
        """Whether token ``at`` is a quotation that may be an utterance, not a title or a word held at arm's length."""
        if not self.quotation(at):
            return False
        quotation = self.tokens[at].quotation
        if quotation is None or quotation.inner is None:
            return False
        if self.is_title(at):
            return False
        last = self.text[quotation.inner.end - 1]
        return quotation.words >= 3 or last in ",.?!…—-"

    def ends_in_comma(self, at: int) -> bool:
        """Whether the quotation at ``at`` holds the comma that ends its clause."""
        quotation = self.tokens[at].quotation
        return quotation is not None and quotation.inner is not None and self.text[quotation.inner.end - 1] == ","

    def is_title(self, at: int) -> bool:
        """Whether a quotation names a programme or a book: capitalised words behind "CNN's", "on", "called"."""
        quotation = self.tokens[at].quotation
        if quotation is None or quotation.inner is None or quotation.words > 8 or at == 0:
            return False
        before = self.lower(at - 1)
        if not self.word(at - 1) or not (before.endswith(("'s", "’s", "s’", "s'")) or before in _TITLE_LEADS):
            return False
        words = quotation.inner.of(self.text).split()
        return all(word[0].isupper() or not word[0].isalpha() or word.lower() in _SMALL_WORDS for word in words)

    def capital(self, at: int) -> bool:
        """Whether a word with a capital letter stands at ``at``."""
        return 0 <= at < len(self.tokens) and self.tokens[at].is_capital

    def mark(self, at: int, marks: str) -> bool:
        """Whether one of these single ``marks`` stands at ``at``."""
        return 0 <= at < len(self.tokens) and not self.tokens[at].is_word and self.tokens[at].text in marks

    def is_end(self, at: int) -> bool:
        """Whether nothing but closing punctuation stands at and behind ``at``."""
        for token in self.tokens[at : at + 4]:
            if token.is_word or token.is_quotation:
                return False
        return at + 4 >= len(self.tokens) or not any(t.is_word or t.is_quotation for t in self.tokens[at + 4 :])

    def span(self, start: int, end: int) -> Span | None:
        """The span of tokens ``start`` to ``end`` without punctuation at its edges."""
        while start < end and not (self.tokens[start].is_word or self.tokens[start].is_quotation):
            if self.tokens[start].text in "$£€#@[":
                break
            start += 1
        while start < end and not (self.tokens[end - 1].is_word or self.tokens[end - 1].is_quotation):
            if self.tokens[end - 1].text in ")%?!":
                break
            end -= 1
        if start >= end:
            return None
        return Span(self.tokens[start].start, self.tokens[end - 1].end)

    def has_verb(self, start: int, end: int) -> bool:
        """Whether a finite verb seems to stand in a stretch of words."""
        return self.first_verb(start, end) is not None

    def first_verb(self, start: int, end: int) -> int | None:
        """Where the first finite verb seems to stand."""
        for at in range(max(start, 0), min(end, len(self.tokens))):
            if self.is_verb(at, start):
                return at
        return None

    def is_verb(self, at: int, start: int) -> bool:
        """Whether the word at ``at`` seems to be a finite verb, in a stretch from ``start``."""
        token = self.tokens[at]
        if not token.is_word or token.is_capital:
            return False
        word, before = token.lower, self.lower(at - 1) if at > start else ""
        if before in lex.ARTICLES or before in ("his", "her", "their", "its", "to"):
            return False
        if word in lex.IRREGULAR_VERBS:
            return True
        if word in CUE_FORMS and CUE_FORMS[word][1] in (Form.PAST,) and word not in ("read", "wrote"):
            return before not in lex.PREPOSITIONS
        if word.endswith("ed") and len(word) > 4 and word not in lex.NOT_VERBS and "-" not in word:
            return at > start and before not in lex.PREPOSITIONS and before not in lex.DETERMINERS
        return False

    def has_present(self, start: int, end: int) -> bool:
        """Whether a lower-case word in -s behind a noun may be a verb ("Moscow supplies arms")."""
        for at in range(start + 1, end):
            word = self.lower(at)
            if (
                self.word(at)
                and not self.capital(at)
                and (
                    (word.endswith("s") and not word.endswith(("ss", "'s", "’s")) and len(word) > 3)
                    or (word.endswith("ed") and len(word) > 4)
                )
            ):
                return True
        return False

    def opens(self, at: int) -> bool:
        """Whether the word at ``at`` opens the unit or a part of it."""
        return at == 0 or self.mark(at - 1, ",:;—–.")
