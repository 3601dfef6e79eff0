"""Units -> links: which words are said to have been said, by the words that point at whom, in the words of which verb.

Nothing here knows who anybody is; `resolve` turns the source words into a speaker. A learned tagger would produce the
same links and take this file's place.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from index.attribution import lexicon as lex
from index.attribution.layout import Layout, Token, Unit
from index.attribution.lexicon import CUE_FORMS, Form, Verb
from index.types import Span


class Pattern(StrEnum):
    """The shape by which a link was found; each has its measured precision in `resolve`."""

    QUOTE_THEN_SOURCE = "“…,” Kirby said"
    QUOTE_INVERTED = "“…,” said Kirby"
    SOURCE_THEN_QUOTE = "Kirby said, “…”"
    CLAUSE_THEN_SOURCE = "…, Kirby said"
    CLAUSE_INVERTED = "…, said Kirby"
    SOURCE_THEN_THAT = "Kirby said that …"
    SOURCE_THEN_CLAUSE = "Kirby said …"
    SOURCE_THEN_OBJECT = "Kirby denied …"
    SOURCE_THEN_INFINITIVE = "Kirby vowed to …"
    DESCRIBED = "Kirby called it “…”"
    PARTICIPLE = "…, adding that …"
    ACCORDING_FRONT = "According to Kirby, …"
    ACCORDING_BACK = "…, according to Kirby"
    NOUN = "Kirby's claim that …"
    LABEL = "Kirby: “…”"
    AFTER_REPORT = "Kirby said it would end. “…”"
    INTRODUCED = "Kirby said: ¶ “…”"
    BARE = "“…”"
    TURN = "MR. KIRBY: …"


@dataclass(frozen=True, slots=True)
class Link:
    """A claim whose source is still only words."""

    content: tuple[Span, ...]
    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    pattern: Pattern
    unit: int
    """Index of the unit in the layout."""
    antecedent: Span | None = None
    """What a relative "who" stands for."""
    continued: bool = False
    """A quotation of its own sentence follows and was joined without a reporting verb."""


_STANDING_ALONE = frozenset({Pattern.BARE, Pattern.AFTER_REPORT, Pattern.INTRODUCED})

_REACH = 60
"""Tokens that are looked at on either side of a verb for its subject: longer noun phrases do not occur, and it keeps the time linear."""

_NOTHING_SAID = frozenset("it this that so them these those him her more much as much something anything".split())
"""Content that says nothing by itself: "Moscow denied it"."""
_NO_SOURCE = frozenset("like including now not then simply also just there here as such".split())
_NOUNS_LIKE_PARTICIPLES = frozenset("polling something everything nothing anything king being".split()) - {"being"}
_FINITE = lex.BE | lex.HAVE | lex.DO | (lex.MODALS - {"may", "might", "will"})
_TITLE_LEADS = frozenset(
    "on of in called titled entitled named show book film movie program programme magazine song album series podcast the "
    "memoir novel documentary host column".split()
)
_SMALL_WORDS = frozenset("of the a an and in on for to with at from is it".split())


def links(layout: Layout, skip: Sequence[Span] = ()) -> tuple[Link, ...]:
    """The links of a text in the order of its units; none in what overlaps the ordered, disjoint spans to ``skip``."""
    by_unit: list[list[Link]] = []
    announced: dict[int, Link] = {}
    at = 0
    for number, unit in enumerate(layout.units):
        while at < len(skip) and skip[at].end <= unit.span.start:
            at += 1
        skipped = at < len(skip) and skip[at].overlaps(unit.span)
        reader = _UnitReader(layout, number, unit)
        by_unit.append([] if skipped else reader.links())
        announcement = None if skipped or by_unit[-1] else reader.announcement()
        if announcement is not None:
            announced[number] = announcement
    _report_behind(layout, by_unit)
    joined = _joined(layout, by_unit, announced)
    return tuple(link for unit in joined for link in unit if not any(_overlaps(skip, span) for span in link.content))


def _overlaps(spans: Sequence[Span], span: Span) -> bool:
    at = bisect_right(spans, span.start, key=lambda other: other.end)
    return at < len(spans) and spans[at].overlaps(span)


def _report_behind(layout: Layout, by_unit: list[list[Link]]) -> None:
    """“Perpetual motion!” Rep. Thompson said of the swirl. — read as one, where the sentence rules made it two."""
    for number in range(len(layout.units) - 1):
        first, second = layout.units[number], layout.units[number + 1]
        if by_unit[number] or first.paragraph != second.paragraph or not first.is_quotation or second.is_quotation:
            continue
        quotation = first.tokens[-1].quotation
        if quotation is None or quotation.inner is None or layout.text[quotation.inner.end - 1] not in "?!…":
            continue
        together = Unit(Span(first.span.start, second.span.end), first.tokens + second.tokens, first.paragraph)
        found = _UnitReader(layout, number, together).links()
        if found and found[0].pattern in (Pattern.QUOTE_THEN_SOURCE, Pattern.QUOTE_INVERTED):
            if found[0].content[0].start == first.span.start:
                by_unit[number], by_unit[number + 1] = found, []


def _joined(layout: Layout, by_unit: list[list[Link]], announced: dict[int, Link]) -> list[list[Link]]:
    """Joins quotations that stand alone to the speaker that punctuation or position proves; else they stay unattributed."""
    units = layout.units
    current: tuple[int, int] | None = None
    last: tuple[int, Link] | None = None
    for number, unit in enumerate(units):
        found = by_unit[number]
        if found:
            current = _quoting(layout, number, found)
            last = (number, found[-1])
            continue
        if not unit.is_quotation:
            current = None
            continue
        previous = units[number - 1] if number else None
        spans = tuple(token.quotation.span for token in unit.tokens if token.quotation is not None)
        same_paragraph = previous is not None and previous.paragraph == unit.paragraph
        goes_on = previous is not None and _ends_open(previous) and previous.paragraph + 1 == unit.paragraph
        if current is not None and (same_paragraph or goes_on):
            at, index = current
            link = by_unit[at][index]
            by_unit[at][index] = replace(link, content=link.content + spans, continued=True)
            continue
        if all(token.quotation.single for token in unit.tokens if token.quotation is not None):
            # A line of its own between single marks is a heading.
            current = None
            continue
        if number - 1 in announced and previous is not None:
            by_unit[number] = [replace(announced[number - 1], content=spans, unit=number)]
            current, last = (number, 0), (number, by_unit[number][0])
            continue
        pattern = Pattern.BARE
        source: tuple[Span, ...] = ()
        antecedent = None
        if last is not None and last[0] == number - 1 and previous is not None and last[1].source:
            if same_paragraph:
                pattern = Pattern.AFTER_REPORT
            elif previous.tokens[-1].text == ":":
                pattern = Pattern.INTRODUCED
            if pattern is not Pattern.BARE:
                source, antecedent = last[1].source, last[1].antecedent
        by_unit[number] = [Link(spans, source, (), pattern, number, antecedent)]
        current = (number, 0)
        last = (number, by_unit[number][0])
    for number in range(len(units) - 2, -1, -1):
        _hand_back(layout, by_unit, number)
    return by_unit


def _hand_back(layout: Layout, by_unit: list[list[Link]], number: int) -> None:
    """Gives a quotation without a source to the link behind it, where the two are one quotation."""
    here = by_unit[number]
    if len(here) != 1 or here[0].pattern not in _STANDING_ALONE:
        return
    last = here[0].content[-1]
    after = next((n for n in range(number + 1, min(number + 8, len(layout.units))) if layout.units[n].span.start >= last.end), None)
    if after is None or not by_unit[after]:
        return
    unit, following = layout.units[after], by_unit[after][0]
    opens = bool(unit.tokens) and unit.tokens[0].is_quotation
    before = layout.units[after - 1]
    same_paragraph = before.paragraph == unit.paragraph
    goes_on = _ends_open(before) and before.paragraph + 1 == unit.paragraph
    if not opens or not (same_paragraph or goes_on) or following.content[0].start != unit.tokens[0].start:
        return
    if following.pattern in _STANDING_ALONE:
        return
    by_unit[after][0] = replace(following, content=here[0].content + following.content, continued=True)
    by_unit[number] = []


def _quoting(layout: Layout, number: int, found: list[Link]) -> tuple[int, int] | None:
    """The link of a unit whose quotation may go on behind the unit."""
    unit = layout.units[number]
    quotations = [token for token in unit.tokens if token.is_quotation]
    if not quotations:
        return None
    best = None
    for index, link in enumerate(found):
        if any(span.contains(Span(q.start, q.end)) for span in link.content for q in quotations):
            best = (number, index)
    return best


def _ends_open(unit: Unit) -> bool:
    last = unit.tokens[-1].quotation if unit.tokens else None
    return last is not None and not last.closed


@dataclass(frozen=True, slots=True)
class _Cue:
    """A reporting verb at token ``at``; the words of it reach to ``end``."""

    at: int
    end: int
    verb: Verb
    form: Form
    head: int
    """Where the verb group begins: its first auxiliary or adverb."""


@dataclass(frozen=True, slots=True)
class _Subject:
    start: int
    end: int
    antecedent: tuple[int, int] | None = None


class _UnitReader:
    """Reads one unit. Indices are of tokens, end exclusive; spans are made only for links."""

    def __init__(self, layout: Layout, number: int, unit: Unit) -> None:
        self.text = layout.text
        self.number = number
        self.tokens = unit.tokens
        self.found: list[Link] = []
        self.taken: list[tuple[int, int]] = []
        """Token ranges that are content of a link already."""

    # Small questions about tokens ------------------------------------------------------------------------------

    def lower(self, at: int) -> str:
        return self.tokens[at].lower if 0 <= at < len(self.tokens) else ""

    def word(self, at: int) -> bool:
        return 0 <= at < len(self.tokens) and self.tokens[at].is_word

    def quotation(self, at: int) -> bool:
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

    def is_title(self, at: int) -> bool:
        """Whether a quotation is the name of a programme or a book: capitalised words behind "CNN's", "on", "called"."""
        quotation = self.tokens[at].quotation
        if quotation is None or quotation.inner is None or quotation.words > 8 or at == 0:
            return False
        before = self.lower(at - 1)
        if not self.word(at - 1) or not (before.endswith(("'s", "’s", "s’", "s'")) or before in _TITLE_LEADS):
            return False
        words = quotation.inner.of(self.text).split()
        return all(word[0].isupper() or not word[0].isalpha() or word.lower() in _SMALL_WORDS for word in words)

    def capital(self, at: int) -> bool:
        return 0 <= at < len(self.tokens) and self.tokens[at].is_capital

    def mark(self, at: int, marks: str) -> bool:
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
        for at in range(max(start, 0), min(end, len(self.tokens))):
            if self.is_verb(at, start):
                return at
        return None

    def is_verb(self, at: int, start: int) -> bool:
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

    # Finding the verbs ------------------------------------------------------------------------------------------

    def cues(self) -> list[_Cue]:
        found = []
        for at, token in enumerate(self.tokens):
            if token.is_word and token.lower in CUE_FORMS and not (token.is_capital and at > 0 and not self.opens(at)):
                cue = self.cue(at)
                if cue is not None:
                    found.append(cue)
        return found

    def opens(self, at: int) -> bool:
        return at == 0 or self.mark(at - 1, ",:;—–.")

    def cue(self, at: int) -> _Cue | None:
        """The reporting verb at ``at``, or ``None`` where it is negated, hypothetical, passive or no verb."""
        verb, form = CUE_FORMS[self.tokens[at].lower]
        end = at + 1
        particle = lex.PARTICLES.get(verb.lemma)
        if particle is not None:
            if self.lower(end) != particle:
                if verb.lemma == "refer_to" or self.tokens[at].lower in ("points", "goes", "went", "chimed", "point", "go"):
                    return None
                return None
            end += 1
            if verb.lemma == "go_on" and self.lower(end) == "to" and self.lower(end + 1) in CUE_FORMS:
                verb = CUE_FORMS[self.lower(end + 1)][0]
                end += 2
        if verb.lemma == "say" and self.lower(end) in ("nothing", "little", "so", "goodbye", "yes", "no", "hello"):
            if self.lower(end) not in ("so", "no", "little") or not self.word(end + 1):
                return None
        if verb.lemma == "say" and self.lower(end) in ("it", "this", "that") and self.object_only(end):
            return None
        head = at
        be = have = do = False
        while head > 0 and at - head < 8:
            word = self.lower(head - 1)
            if not self.word(head - 1):
                break
            if word in lex.NEGATIONS or word.endswith(("n't", "n’t")) or word in lex.REFUSALS:
                return None
            if word in lex.MODALS or word.endswith(("'d", "’d", "'ll", "’ll")):
                return None
            if word in lex.BE or (word in ("he's", "he’s", "she's", "she’s", "they're", "they’re")):
                be = True
            elif word in lex.HAVE:
                have = True
            elif word in lex.DO:
                do = True
            elif not lex.is_adverb(word):
                break
            head -= 1
        before = self.lower(head - 1) if head else ""
        if form is Form.ING:
            if before in ("without", "of", "from", "avoid", "for", "than", "about", "not", "like"):
                return None
        elif before == "to":
            return None
        if before in lex.REFUSALS or before in ("n't", "let", "let's", "let’s"):
            return None
        if be and form is not Form.ING:
            return None
        if form is Form.BASE and verb.lemma == "read" and not do:
            form = Form.PAST
        if form in (Form.PAST, Form.PRESENT) and before in lex.PREPOSITIONS:
            return None
        if self.tokens[at].lower in lex.AMBIGUOUS_PRESENT and self.relative_that(end):
            return None
        if form is Form.BASE and not do and not self.plural_subject(head - 1) and not self.plural_before_aside(head - 1):
            return None
        if have and form in (Form.BASE, Form.PRESENT):
            return None
        if before in lex.ARTICLES or before in ("his", "her", "its", "their", "my", "our", "your", "of", "this", "these"):
            return None
        if before.endswith(("'s", "’s", "s'", "s’")) and before not in ("he's", "she's", "it's", "he’s", "she’s"):
            return None
        return _Cue(at, end, verb, form, head)

    def plural_before_aside(self, comma: int) -> bool:
        """Whether the subject before "Proponents, however, say" is a plural."""
        if not self.mark(comma, ","):
            return False
        subject = self.subject_with_apposition(comma)
        if subject is None:
            return False
        for at in range(subject.start, comma):
            if self.lower(at) in lex.PREPOSITIONS or not self.word(at):
                return at > subject.start and self.plural_subject(at - 1)
        return False

    def object_only(self, at: int) -> bool:
        """Whether "it" behind "said" is all that was said: "had said it in the debate"."""
        following = self.lower(at + 1)
        return self.is_end(at + 1) or following in lex.PREPOSITIONS or self.mark(at + 1, ",")

    def relative_that(self, at: int) -> bool:
        """Whether "that" behind a noun like "reports" opens a relative clause: "reports that track spending"."""
        if self.lower(at) != "that" or not self.word(at + 1):
            return False
        word = self.lower(at + 1)
        return word in lex.AUXILIARIES | lex.IRREGULAR_VERBS or (word.endswith("ed") and word not in lex.NOT_VERBS)

    def plural_subject(self, at: int) -> bool:
        word = self.lower(at)
        if word in ("and", "but", "then", "also"):
            return True
        if self.capital(at) and any(self.lower(n) == "and" for n in range(max(0, at - 4), at)):
            return True
        if not self.word(at) or self.tokens[at].text in ("Says",):
            return False
        return word in ("they", "we", "i", "you", "who", "people", "police") or (
            word.endswith("s") and not word.endswith(("'s", "’s", "ss", "ous"))
        )

    # Finding the subject ----------------------------------------------------------------------------------------

    def subject_before(self, cue: _Cue) -> _Subject | None:
        end = self.back_over_time(cue.head)
        if end <= 0:
            return None
        if self.mark(end - 1, ",)—–") or self.tokens[end - 1].text == "--":
            return self.subject_with_apposition(end - 1)
        if self.quotation(end - 1) and not self.speech_quotation(end - 1):
            start = self.noun_phrase_start(end - 1)
            if start is not None and start < end - 1:
                return _Subject(start, end)
            return None
        if self.quotation(end - 1):
            return self.subject_with_apposition(end, ",")
        if not self.word(end - 1):
            return None
        word = self.lower(end - 1)
        if word in ("who", "which", "that"):
            at = end - 2
            if self.mark(at, ","):
                at -= 1
            start = self.noun_phrase_start(at + 1)
            if word == "that" and start is None:
                return None
            return _Subject(end - 1, end, None if start is None else (start, at + 1))
        start = self.noun_phrase_start(end)
        if start is None:
            return None
        if self.lower(start - 1) in ("what", "whose") or self.lower(start) in ("no", "neither", "none", "nobody", "few"):
            return None
        return _Subject(start, end)

    def back_over_time(self, at: int) -> int:
        """Skips "on Friday", "last week", "Friday" between a subject and its verb."""
        for _ in range(4):
            word = self.lower(at - 1)
            if not self.word(at - 1):
                break
            if word in lex.DAYS or word in ("today", "yesterday", "tonight"):
                at -= 1
                if self.lower(at - 1) == "on":
                    at -= 1
            elif word in ("week", "month", "year") and self.lower(at - 2) in ("last", "this"):
                at -= 2
            elif word in ("later", "earlier") and self.lower(at - 2) in lex.PERIODS and at >= 3:
                at -= 3
            elif word == "ago" and at >= 3:
                at -= 3
                if self.lower(at - 1) == "than":
                    at -= 2
            elif lex.is_adverb(word) and at - 1 > 0:
                at -= 1
            else:
                break
        return at

    def subject_with_apposition(self, comma: int, closer: str | None = None) -> _Subject | None:
        """The subject before a comma that closes an apposition or a parenthesis: "John Kirby, a spokesman,"."""
        if self.mark(comma, ")"):
            opener = next((at for at in range(comma - 1, max(comma - _REACH, -1), -1) if self.mark(at, "([")), None)
            if opener is None or opener == 0:
                return None
            start = self.noun_phrase_start(opener)
            return None if start is None else _Subject(start, comma + 1)
        inside_quotation = closer is not None
        closer = self.tokens[comma].text if closer is None else closer
        at = comma - 1 if inside_quotation else comma
        for _ in range(6):
            opener = self.back_to(closer, at - 1, max(comma - _REACH, 0))
            if opener is None or opener == 0:
                return None
            start = self.noun_phrase_start(opener)
            if start is not None and self.names_somebody(start, opener) and self.apposes(opener + 1, comma):
                start, opener = self.outermost(start, opener, closer)
                joined = self.joined_before(start)
                if joined is not None:
                    return _Subject(joined, comma)
                aside = self.lower(opener + 1) in lex.PREPOSITIONS - {"of"} or self.lower(opener + 1).endswith("ing")
                return _Subject(start, opener if aside else comma)
            at = opener
        return None

    def joined_before(self, start: int) -> int | None:
        """Where "Ann Cole, its head, and" begins before "Tom Reed, its lawyer, said"; ``None`` without such a partner."""
        if self.lower(start - 1) != "and" or start < 3:
            return None
        end = start - 1
        if self.mark(end - 1, ","):
            opener = self.back_to(",", end - 2, max(end - _REACH, 0))
            if opener:
                outer = self.noun_phrase_start(opener)
                if outer is not None and self.names_somebody(outer, opener) and self.apposes(opener + 1, end - 1):
                    return outer
            end -= 1
        outer = self.noun_phrase_start(end)
        return outer if outer is not None and self.names_somebody(outer, end) else None

    def back_to(self, closer: str, at: int, floor: int) -> int | None:
        """The nearest mark ``closer`` at or before ``at``, unless another clause or a quotation stands between."""
        for back in range(at, floor - 1, -1):
            if self.mark(back, closer):
                return back
            if self.speech_quotation(back) or self.mark(back, ";:"):
                return None
        return None

    def outermost(self, start: int, opener: int, closer: str) -> tuple[int, int]:
        """Follows appositions to the name they describe: "Smith, a professor at X in Columbus, Ohio,"."""
        for _ in range(3):
            first = self.lower(start)
            describes = first in ("a", "an", "the", "one", "who", "former") or first.isdigit() or first.endswith("ing")
            if not describes or start < 2 or not self.mark(start - 1, closer) or not self.capital(start - 2):
                break
            outer = self.noun_phrase_start(start - 1)
            if outer is None or not self.names_somebody(outer, start - 1):
                break
            start, opener = outer, start - 1
        return start, opener

    def names_somebody(self, start: int, end: int) -> bool:
        """Whether an apposition may follow these words: they end in a name, or say who it is."""
        if self.lower(start) in lex.PREPOSITIONS or self.has_verb(start, end):
            return False
        if self.lower(end - 1) in lex.PRONOUNS:
            return False
        last = self.tokens[end - 1]
        if last.lower in lex.TIME_WORDS or last.lower in lex.MONTHS:
            return False
        return last.is_capital or (
            last.is_word
            and (
                self.lower(start) in lex.DETERMINERS
                or lex.is_role(last.lower)
                or any(self.lower(at).endswith(("'s", "’s")) for at in range(start, end))
                or (self.lower(end + 1) in lex.ASIDES and self.mark(end + 2, ","))
            )
            and not last.lower.isdigit()
        )

    def apposes(self, start: int, end: int) -> bool:
        """Whether words may stand between a name and its verb: a description, an age, a relative clause, an adverbial."""
        if start >= end:
            return False
        word = self.lower(start)
        if word in ("who", "whose", "which", "in", "at", "speaking", "of", "on", "during", "for", "from", "with", "citing") or word in lex.ASIDES:
            return True
        if word in lex.CONJUNCTIONS or word in lex.PRONOUNS or word in ("that", "if", "because"):
            return False
        return not self.has_verb(start, end) or any(self.lower(at) in ("who", "whose", "which") for at in range(start, end))

    def noun_phrase_start(self, end: int) -> int | None:
        """Where the noun phrase that ends before token ``end`` begins; ``None`` when there is none."""
        if end <= 0 or not (self.word(end - 1) or self.quotation(end - 1)):
            return None
        if self.lower(end - 1) in lex.PRONOUNS:
            return end - 1
        start = end
        floor = max(0, end - _REACH)
        while start > floor:
            token = self.tokens[start - 1]
            if token.is_quotation:
                if self.speech_quotation(start - 1):
                    break
                start -= 1
                continue
            if not token.is_word:
                if token.text in ("’", "'", "$", "&", "/", "@", "#", "%"):
                    start -= 1
                    continue
                break
            word = token.lower
            if word in ("and", "or", "&") and self.coordinates(start - 1, end):
                start -= 1
                continue
            if word == "who" and start < end and self.has_verb(start, end) and not self.mark(start - 2, ","):
                outer = self.noun_phrase_start(start - 1)
                if outer is not None:
                    return outer
                break
            if word in lex.SUBORDINATORS and not (word in ("after", "before", "until", "since") and start - 1 == 0):
                break
            if word in lex.CONJUNCTIONS:
                break
            if word in lex.PRONOUNS:
                break
            start -= 1
        return self.trimmed_phrase(start, end)

    def coordinates(self, at: int, end: int) -> bool:
        """Whether the "and" at ``at`` joins two noun phrases rather than two clauses."""
        if end - at < 2 or at == 0 or not self.word(at - 1):
            return False
        left = at
        while left > max(0, at - 12) and self.tokens[left - 1].is_word and self.lower(left - 1) not in lex.SUBORDINATORS:
            left -= 1
        if self.has_verb(left, at) or self.lower(left) in lex.PREPOSITIONS:
            # "people in and out of government", "the University of Texas and …" keep their preposition inside.
            return False
        if self.lower(at - 1) in lex.PRONOUNS:
            return False
        return not self.has_verb(at + 1, end)

    def trimmed_phrase(self, start: int, end: int) -> int | None:
        """Drops what is no part of the noun phrase at its front: openers, a clause, a fronted adverbial."""
        while start < end and (
            self.lower(start) in lex.OPENERS or (lex.is_adverb(self.lower(start)) and self.lower(start) not in ("both", "all", "each"))
        ):
            start += 1
        for at in range(end - 1, start, -1):
            if self.is_verb(at, start):
                start = at + 1
                break
        while start < end and self.lower(start) in ("to", "not", "n't"):
            start += 1
        if start >= end:
            return None
        if self.lower(start) in lex.PREPOSITIONS or (self.lower(start) in ("as", "after", "before", "since", "until")):
            start = self.last_noun_phrase(start, end)
        while start < end and (self.lower(start) in lex.DAYS or self.lower(start) in ("today", "yesterday")) and end - start > 1:
            start += 1
        if start >= end or (end - start == 1 and self.useless(start)):
            return None
        return start

    def useless(self, at: int) -> bool:
        """Whether a single word cannot be somebody who says something."""
        word = self.lower(at)
        return (
            word in lex.DETERMINERS - {"some", "many", "several", "most", "both", "others"}
            or word in lex.PREPOSITIONS
            or word in lex.TIME_WORDS
            or word in lex.MONTHS
            or word in lex.AUXILIARIES
            or word in ("having", "being", "as", "it's", "there", "what", "said", "not", "so")
            or not any(char.isalnum() for char in word)
        )

    def last_noun_phrase(self, start: int, end: int) -> int:
        """In "In a speech Trump", "On Monday the company": where the last noun phrase begins."""
        if self.capital(end - 1):
            at = end - 1
            while at - 1 > start and (self.capital(at - 1) or self.lower(at - 1) in lex.NAME_PARTICLES) and self.lower(at - 1) not in lex.DAYS | lex.MONTHS:
                at -= 1
            if at - 1 > start and self.lower(at - 1) in lex.ARTICLES:
                at -= 1
            if at - 1 >= start and self.lower(at - 1) in lex.PREPOSITIONS:
                return end
            return at
        for at in range(end - 1, start + 1, -1):
            if self.lower(at) in lex.DETERMINERS and self.lower(at - 1) not in lex.PREPOSITIONS:
                return at
        if self.lower(end - 1) in lex.COMMON_PLURALS | lex.ROLE_NOUNS and self.lower(end - 2) not in lex.PREPOSITIONS | lex.DETERMINERS:
            return end - 1
        return end

    def subject_after(self, start: int, *, front: bool = False) -> _Subject | None:
        """The noun phrase that begins at ``start``, behind an inverted verb or "according to".

        In ``front`` of a sentence a description must be closed by a comma, or it is what was said.
        """
        at = start
        limit = min(len(self.tokens), start + _REACH)
        while at < limit:
            token = self.tokens[at]
            if token.is_quotation:
                if self.speech_quotation(at):
                    break
                at += 1
                continue
            if not token.is_word:
                if token.text in ("’", "'", "$", "&", "/", "@", "#", "%", "("):
                    if token.text == "(":
                        close = next((n for n in range(at, min(at + 8, len(self.tokens))) if self.mark(n, ")")), None)
                        if close is None:
                            break
                        at = close + 1
                        continue
                    at += 1
                    continue
                if token.text == "," and at > start and self.apposition_follows(at):
                    close = self.apposition_end(at)
                    if not front or self.mark(close, ","):
                        at = close
                        continue
                break
            if at > start and self.ends_phrase(at, start):
                break
            at += 1
        while at > start and not (self.tokens[at - 1].is_word or self.tokens[at - 1].is_quotation or self.mark(at - 1, ")")):
            at -= 1
        if at <= start or (at - start == 1 and self.useless(start)):
            return None
        if self.lower(start) in lex.PREPOSITIONS | lex.SUBORDINATORS | lex.TIME_WORDS | lex.OBJECT_PRONOUNS:
            if self.lower(start) not in ("it",):
                return None
        return _Subject(start, at)

    def ends_phrase(self, at: int, start: int) -> bool:
        """Whether the word at ``at`` begins something that is not part of the noun phrase before it."""
        word, following = self.lower(at), self.lower(at + 1)
        if word in lex.DAYS or word in ("today", "yesterday", "tonight", "earlier", "later", "recently", "here"):
            return True
        if word in ("last", "this", "late", "early") and (following in lex.PERIODS or following in lex.DAYS):
            return True
        if word in ("when", "while", "as", "after", "before", "during", "because", "if", "although", "though", "until", "since", "that", "then", "whether"):
            return True
        if word in ("and", "but", "or"):
            return self.has_verb(at + 1, min(at + 8, len(self.tokens))) or not self.word(at + 1)
        if word == "on" and (following in lex.DAYS | lex.MONTHS or following in ("twitter", "facebook", "his", "her", "the", "a")):
            return True
        if word in ("in", "at", "by", "via", "through", "to", "with") and self.saying_place(at):
            return True
        if word in ("told", "said") or (word.endswith("ing") and word in CUE_FORMS):
            return True
        if not self.tokens[at].is_word or self.lower(at - 1) in ("who", "which", "that"):
            return False
        if word.endswith("ed") and following in lex.PREPOSITIONS and not self.capital(at - 1):
            return False
        return self.is_verb(at, start)

    def saying_place(self, at: int) -> bool:
        """Whether a prepositional phrase says where or how it was said, not who said it."""
        following = self.lower(at + 1)
        nouns = ("statement", "interview", "email", "e-mail", "tweet", "speech", "letter", "post", "memo", "press", "news", "briefing", "telephone", "phone", "reporters", "conference", "debate", "rally", "video", "call", "message", "report", "testimony", "hearing", "reference", "response", "remarks")
        if self.lower(at) == "with":
            return following in ("a", "an", "his", "her") and self.lower(at + 2) not in lex.ORGANISATION_WORDS
        return any(self.lower(n) in nouns for n in range(at + 1, min(at + 5, len(self.tokens))) if self.word(n))

    def apposition_follows(self, comma: int) -> bool:
        """Whether the comma opens a description: "John Kirby, a spokesman for …"."""
        first = self.lower(comma + 1)
        if not self.word(comma + 1):
            return False
        if first in ("who", "whose", "which"):
            # What they say in a relative clause is a report of its own.
            return not any(
                self.lower(n) in CUE_FORMS and CUE_FORMS[self.lower(n)][1] is not Form.ING
                for n in range(comma + 2, min(len(self.tokens), comma + 6))
            )
        if self.capital(comma + 1) and lex.is_role(self.lower(comma - 1)) and not self.capital(comma - 1):
            return True
        if first in lex.PRONOUNS or first in lex.CONJUNCTIONS or first in ("adding", "referring", "speaking", "citing", "saying", "noting"):
            return False
        if first.endswith("ing") or first in lex.PREPOSITIONS - {"of"} or first in lex.SUBORDINATORS:
            return False
        if first in CUE_FORMS and first not in lex.ROLE_NOUNS:
            return False
        close = comma + 1
        while close < min(len(self.tokens), comma + 30) and not self.mark(close, ",;.:—–?!"):
            if self.tokens[close].is_quotation and self.speech_quotation(close):
                return False
            close += 1
        if first in lex.ARTICLES or first in ("one", "his", "her", "its", "their", "another", "then", "now", "former", "of", "also"):
            return not self.has_finite_outside_relative(comma + 1, close)
        if first.isdigit():
            return close - comma <= 3
        if self.capital(comma + 1) and self.capital(comma - 1):
            # Two names side by side are a list or two clauses, unless the second is an office: "Dean Baker, President of".
            office = next((n for n in range(comma + 1, close) if self.lower(n) in lex.ROLE_NOUNS), None)
            return office is not None and not self.capital(office + 1)
        words = [self.lower(n) for n in range(comma + 1, close)]
        return any(lex.is_role(word) for word in words) and not self.has_finite_outside_relative(comma + 1, close)

    def has_finite_outside_relative(self, start: int, end: int) -> bool:
        verb = self.first_verb(start, end)
        if verb is None:
            return False
        return not any(self.lower(at) in ("who", "that", "which", "whose", "whom", "where") for at in range(start, verb))

    def apposition_end(self, comma: int) -> int:
        """Token index of the mark that closes the apposition opened by a comma."""
        at = comma + 1
        while at < min(len(self.tokens), comma + 40):
            if self.tokens[at].is_quotation and self.speech_quotation(at):
                return at
            if self.mark(at, ",;.:—–?!") or self.tokens[at].text == "--":
                return at
            if at > comma + 2 and self.lower(at) in lex.DAYS:
                return at - 1 if self.lower(at - 1) == "on" else at
            at += 1
        return at

    def main_subject(self) -> _Subject | None:
        """The subject of the unit's first clause, for a participle that has none of its own."""
        start = 0
        while self.lower(start) in lex.OPENERS:
            start += 1
        if self.opens_frame(start):
            comma = next((at for at in range(min(len(self.tokens), 40)) if self.mark(at, ",")), None)
            if comma is None:
                return None
            start = comma + 1
        while self.lower(start) in lex.OPENERS or self.mark(start, ","):
            start += 1
        verb = self.first_verb(start, min(len(self.tokens), start + 25))
        if verb is None or verb == start:
            return None
        end = verb
        while end > start and (lex.is_adverb(self.lower(end - 1)) or self.lower(end - 1) in lex.AUXILIARIES or not self.word(end - 1)):
            end -= 1
        if end <= start:
            return None
        if any(self.quotation(at) and self.speech_quotation(at) for at in range(start, end)):
            return None
        return _Subject(start, end)

    # What was said ----------------------------------------------------------------------------------------------

    def after(self, cue: _Cue) -> tuple[int, str]:
        """Behind the verb, its hearer and its adverbials: where content could begin, and what kind of thing begins there."""
        at = cue.end
        if "a" in cue.verb.frames or (cue.verb.lemma == "write" and self.capital(at)):
            at = self.over_hearer(at, must=cue.verb.lemma in ("tell", "remind", "assure", "inform"))
        for _ in range(8):
            kind = self.kind_at(at)
            if kind != "phrase":
                return at, kind
            following = self.over_adverbial(at)
            if following == at:
                return at, "clause"
            at = following
        return at, self.kind_at(at) if self.kind_at(at) != "phrase" else "clause"

    def kind_at(self, at: int) -> str:
        if self.is_end(at):
            return "end"
        if self.quotation(at):
            return "quotation"
        if self.mark(at, ":"):
            return "colon"
        if self.mark(at, ",;") or self.tokens[at].text in ("—", "–", "--", "-", "(", ")", "."):
            return "comma"
        word = self.lower(at)
        if word == "that":
            return "that"
        if word == "to" and self.word(at + 1) and not self.capital(at + 1) and self.lower(at + 1) not in lex.DETERMINERS and self.lower(at + 1) not in lex.OBJECT_PRONOUNS and self.lower(at + 1) not in ("reporters", "cnn", "supporters", "fans", "people", "congress", "lawmakers", "members"):
            return "to"
        if word in ("and", "but", "or") and self.word(at + 1):
            return "and"
        if word in ("when", "while", "as", "because", "after", "before", "if", "since", "until", "though", "although") and at > 0:
            return "phrase" if word in ("after", "before") and not self.is_clause(at + 1) else "subordinate"
        if word in lex.PREPOSITIONS or word in lex.DAYS or (word in lex.TIME_WORDS and word not in ("this", "there", "here", "last", "next")) or lex.is_adverb(word):
            return "phrase"
        if word in ("last", "this", "next", "late", "early") and self.lower(at + 1) in lex.TIME_WORDS | lex.MONTHS | {"fall", "spring", "summer", "winter", "day"}:
            return "phrase"
        return "clause"

    def is_clause(self, at: int) -> bool:
        return self.has_verb(at, min(len(self.tokens), at + 8))

    def over_hearer(self, at: int, *, must: bool) -> int:
        """Behind the person spoken to: "told Reuters", "told a crowd of supporters", "told her"."""
        word = self.lower(at)
        if word in lex.OBJECT_PRONOUNS:
            return at + 1
        if word in ("that", "to", "how", "why", "what") or not self.word(at):
            return at
        if not must and not (self.capital(at) or word in ("reporters", "supporters", "voters", "lawmakers", "the", "a", "his", "her", "their")):
            return at
        if not must and (word in lex.PREPOSITIONS or lex.is_adverb(word) or self.is_clause(at) and not self.finds_that(at)):
            return at
        end = at
        while end < min(len(self.tokens), at + 25):
            token = self.tokens[end]
            if token.is_quotation:
                if self.speech_quotation(end) or not (self.capital(end - 1) or self.lower(end - 1).endswith(("'s", "’s"))):
                    break
                end += 1
                continue
            if not token.is_word:
                break
            lower = token.lower
            if lower in ("that", "to", "how", "why", "whether", "when", "what") or lower in lex.PRONOUNS or lower in ("there", "this"):
                break
            if end > at and lower in lex.DETERMINERS and self.lower(end - 1) not in lex.PREPOSITIONS | lex.CONJUNCTIONS and lower not in ("that",):
                break
            if end > at and (lower in lex.DAYS or (lower in ("in", "on", "at", "during", "after", "before", "as", "earlier", "last", "by"))):
                break
            if end > at and self.capital(end) and not self.capital(end - 1) and self.lower(end - 1) not in lex.PREPOSITIONS | lex.DETERMINERS | lex.CONJUNCTIONS and not self.lower(end - 1).endswith(("'s", "’s")) and self.lower(end - 1) not in ("host", "anchor", "reporter", "magazine"):
                break
            end += 1
        return end

    def finds_that(self, at: int) -> bool:
        return any(self.lower(n) == "that" for n in range(at, min(len(self.tokens), at + 12)))

    def over_adverbial(self, at: int) -> int:
        """Behind one adverbial: "Friday", "in a statement", "on Twitter", "to reporters"; ``at`` itself when it is none."""
        word = self.lower(at)
        if word == "at" and self.lower(at + 1) in ("least", "most", "first", "best", "worst"):
            return at
        if lex.is_adverb(word) or word in lex.DAYS or word in ("afternoon", "morning", "evening", "night", "again", "earlier", "later", "ago"):
            return at + 1
        if word in ("last", "this", "next", "late", "early") and self.word(at + 1):
            return at + 2
        if word not in lex.PREPOSITIONS:
            return at
        end = at + 1
        noun_seen = False
        while end < min(len(self.tokens), at + 20):
            token = self.tokens[end]
            if token.is_quotation:
                if self.speech_quotation(end):
                    break
                end += 1
                noun_seen = True
                continue
            if not token.is_word:
                if token.text in ("’", "'", "$", "&", "/", "@", "#", "%", "."):
                    end += 1
                    continue
                break
            lower = token.lower
            if lower in ("that", "how", "why", "whether") and noun_seen:
                break
            if lower in lex.PREPOSITIONS and noun_seen:
                break
            if lower in lex.PRONOUNS or lower in ("there", "these", "those"):
                break
            if noun_seen and lower in lex.DETERMINERS and lower not in ("one", "two", "three"):
                break
            if noun_seen and (lower in lex.DAYS or lex.is_adverb(lower)):
                break
            if noun_seen and lower in ("and", "but", "when", "while", "as", "if", "because"):
                break
            if noun_seen and token.is_capital and not self.capital(end - 1):
                break
            if self.is_verb(end, at + 1) and noun_seen:
                # What looked like an adverbial was the subject of a clause: "said in Ohio jobs were lost".
                return at
            if lower not in lex.DETERMINERS:
                noun_seen = True
            end += 1
        return end

    def clause_end(self, start: int, cues: Sequence[_Cue], own: _Cue) -> int:
        """Where a clause that begins at ``start`` ends: at the unit's end, or where the outlet reports again."""
        for cue in cues:
            if cue.at <= max(own.at, start):
                continue
            cut = self.sibling_cut(cue, start)
            if cut is not None:
                return cut
        for at in range(start, len(self.tokens)):
            if self.mark(at, ";") and any(cue.at > at for cue in cues):
                return at
            if at > start and self.is_taken(at):
                return at
            if self.lower(at) == "according" and self.lower(at + 1) == "to" and self.mark(at - 1, ","):
                return at - 1
        return len(self.tokens)

    def sibling_cut(self, cue: _Cue, start: int) -> int | None:
        """Where content must end because the verb ``cue`` reports something else beside it, not within it."""
        if cue.form is Form.ING:
            before = cue.head - 1
            if self.lower(before) in ("while", "and") and not self.mark(before, ","):
                before -= 1
                if not self.mark(before, ","):
                    return before + 1 if self.lower(before + 1) == "and" and before > start else None
            if self.mark(before, ",") and before > start and "d" not in cue.verb.frames:
                return before
            return None
        at = cue.head - 1
        if self.lower(at) in ("and", "but", "then") and cue.form in (Form.PAST, Form.PRESENT) and "d" not in cue.verb.frames:
            if self.mark(at - 1, ","):
                at -= 1
            return at if at > start else None
        subject = self.subject_before(cue)
        if subject is None or subject.start <= start:
            return None
        at = subject.start - 1
        if self.lower(at) in ("and", "but", "while", "though", "although"):
            if self.mark(at - 1, ",;—–"):
                at -= 1
                return at if at > start else None
            return at if self.lower(at) in ("while", "although") and at > start else None
        return at if self.mark(at, ";") and at > start else None

    # Making links -----------------------------------------------------------------------------------------------

    def links(self) -> list[Link]:
        if not self.tokens:
            return []
        self.according()
        cues = self.cues()
        for cue in reversed(cues):
            if not self.is_taken(cue.at):
                self.final(cue)
        for cue in cues:
            if not self.is_taken(cue.at):
                self.initial(cue, cues)
        self.nouns()
        self.label()
        return sorted(self.found, key=lambda link: (min(s.start for s in link.content), link.cue))

    def announcement(self) -> Link | None:
        """The source and verb of a unit that ends in a colon, for the quotation in the line below."""
        if not self.tokens or self.tokens[-1].text != ":":
            return None
        end = len(self.tokens) - 1
        for cue in reversed(self.cues()):
            if cue.form is Form.ING or "d" in cue.verb.frames:
                continue
            subject = self.subject_before(cue)
            if subject is None and cue.at == 0:
                subject = self.subject_after(cue.end)
                if subject is not None and subject.end != end:
                    subject = None
            if subject is None:
                return None
            source = self.span(subject.start, subject.end)
            verb = self.span(cue.at, cue.end)
            if source is None or verb is None:
                return None
            antecedent = None if subject.antecedent is None else self.span(*subject.antecedent)
            return Link((source,), (source,), (verb,), Pattern.INTRODUCED, self.number, antecedent)
        return None

    def is_taken(self, at: int) -> bool:
        return any(start <= at < end for start, end in self.taken)

    def make(
        self,
        content: Sequence[tuple[int, int]],
        source: _Subject | None,
        cue: tuple[int, int] | None,
        pattern: Pattern,
    ) -> bool:
        """Adds a link when something is left to have been said."""
        spans = [span for start, end in content if (span := self.span(start, end)) is not None]
        if not spans or not any(char.isalnum() for span in spans for char in span.of(self.text)):
            return False
        if len(spans) == 1 and spans[0].of(self.text).lower() in _NOTHING_SAID:
            return False
        if any(self.is_taken(at) for start, end in content for at in range(start, min(end, start + 1))):
            return False
        if source is not None and not self.plausible(source):
            return False
        source_span = None if source is None else self.span(source.start, source.end)
        if source_span is not None and any(span.overlaps(source_span) for span in spans):
            return False
        antecedent = None
        if source is not None and source.antecedent is not None:
            antecedent = self.span(*source.antecedent)
        cue_span = None if cue is None else self.span(*cue)
        self.found.append(
            Link(
                tuple(sorted(spans)),
                () if source_span is None else (source_span,),
                () if cue_span is None else (cue_span,),
                pattern,
                self.number,
                antecedent,
            )
        )
        self.taken.extend(content)
        if source is not None:
            self.taken.append((source.start, source.end))
        if cue is not None:
            self.taken.append(cue)
        return True

    def plausible(self, source: _Subject) -> bool:
        """Whether the words could be somebody: a noun phrase, not a rest of a clause."""
        start, end = source.start, source.end
        first = self.lower(start)
        if source.antecedent is not None or (end - start == 1 and first in lex.PRONOUNS):
            return True
        if first in lex.PREPOSITIONS | lex.SUBORDINATORS - {"that"} | lex.AUXILIARIES | lex.CONJUNCTIONS or first in _NO_SOURCE:
            return False
        if not self.capital(start) or start == 0:
            if first.endswith(("ing", "ly")) and first not in _NOUNS_LIKE_PARTICIPLES and first not in lex.NOT_ADVERBS:
                return False
            if first in CUE_FORMS and CUE_FORMS[first][1] is Form.PAST:
                return False
        last = self.lower(end - 1)
        if end - start == 1 and (first in lex.STATES or first in lex.TIME_WORDS or first in lex.HONORIFICS or first.isdigit()):
            return False
        if end - start == 1 and not self.capital(start) and not self.plural_subject(start) and first not in lex.COMMON_PLURALS:
            return False
        if last in lex.PREPOSITIONS or last in lex.PERIODS or first.endswith(("'ve", "’ve", "'re", "’re", "'m", "’m")):
            return False
        for at in range(start, end):
            if self.mark(at, ",(—–") or self.lower(at) in ("who", "that", "which", "whose"):
                break
            word = self.lower(at)
            if self.word(at) and not self.capital(at) and (word in lex.PRONOUNS or word in _FINITE):
                return False
        return True

    def left_start(self, end: int) -> int:
        """Where content that ends before ``end`` begins: the unit's start, or behind a colon that leads into it."""
        start = 0
        for at in range(end - 1, max(0, end - 200), -1):
            if any(lo <= at < hi for lo, hi in self.taken):
                start = at + 1
                break
            if self.mark(at, ":") and self.quotation(at + 1) and at + 2 >= end - 1:
                start = at + 1
                break
            if self.mark(at, ";"):
                start = at + 1
                break
        while start < end and (self.mark(start, ",;:") or (start > 0 and self.lower(start) in ("and", "but"))):
            start += 1
        return start

    def final(self, cue: _Cue) -> bool:
        """“…,” Kirby said. — …, Kirby said, … — “…,” said Kirby."""
        if cue.form is Form.ING and cue.head == cue.at:
            return False
        if "d" in cue.verb.frames:
            return False
        return self.final_with_subject_before(cue) or self.final_inverted(cue)

    def final_with_subject_before(self, cue: _Cue) -> bool:
        subject = self.subject_before(cue)
        if subject is None or subject.antecedent is not None or subject.start == 0:
            return False
        before = subject.start - 1
        if self.lower(before) == "as" and self.mark(before - 1, ","):
            before -= 1
        at, kind = self.after(cue)
        if self.speech_quotation(before) or (self.quotation(before) and kind in ("end", "comma")):
            start = self.left_start(subject.start)
            if start >= subject.start:
                return False
            purely = start == before or all(self.quotation(n) or not self.word(n) for n in range(start, before))
            if kind in ("that", "clause", "colon", "quotation", "to") and not (purely and self.quoted_comma(before)):
                return False
            if kind == "comma" and not purely and self.opens_frame(start) and self.speech_quotation(at + 1):
                return False
            content = [(start, before + 1)]
            content += self.resumed(at, kind)
            return self.make(content, subject, (cue.at, cue.end), Pattern.QUOTE_THEN_SOURCE)
        if self.lower(before) == "as" and (before == 0 or self.mark(before - 1, ",")) and kind == "comma":
            return self.make([(at + 1, self.resumed_end(at + 1))], subject, (cue.at, cue.end), Pattern.CLAUSE_THEN_SOURCE)
        if not self.mark(before, ",—–") and self.tokens[before].text != "--":
            return False
        if kind not in ("end", "comma", "and", "subordinate") or (kind == "comma" and self.mark(at, "(")):
            return False
        if kind == "and" and not self.reports_again(at):
            return False
        if not self.may_follow(cue, subject):
            return False
        start = self.left_start(before)
        quoted_next = kind == "comma" and self.quotation(at + 1) and self.speech_quotation(at + 1)
        if quoted_next and self.opens_frame(start):
            return False
        if not self.said_before(before, start):
            return self.inserted(cue, subject, start, before, at, kind)
        content = [(start, before)]
        if kind == "comma":
            content += self.resumed(at, kind)
        last_is_quote = self.quotation(before - 1)
        pattern = Pattern.QUOTE_THEN_SOURCE if last_is_quote and start == before - 1 else Pattern.CLAUSE_THEN_SOURCE
        return self.make(content, subject, (cue.at, cue.end), pattern)

    def may_follow(self, cue: _Cue, subject: _Subject) -> bool:
        """Whether a verb may stand behind what was said without quotation marks: not "swing states", "it continued"."""
        if not cue.verb.frames - {"a", "i"}:
            return False
        if self.tokens[cue.at].lower in lex.AMBIGUOUS_PRESENT:
            last = subject.end - 1
            return self.lower(last) in lex.PRONOUNS or (self.capital(last) and subject.end - subject.start <= 6)
        return True

    def opens_frame(self, start: int) -> bool:
        """Whether the words at ``start`` lead into a clause: "Asked about it,", "In a statement,"."""
        first = self.lower(start)
        if first in ("and", "but"):
            first = self.lower(start + 1)
        return (
            first in lex.PREPOSITIONS | (lex.SUBORDINATORS - {"that", "what", "who"})
            or first in ("asked", "pressed", "as", "told", "earlier", "later", "today")
            or first in lex.DAYS
            or (first.endswith("ing") and not self.capital(start + 1))
        )

    def inserted(self, cue: _Cue, subject: _Subject, start: int, before: int, at: int, kind: str) -> bool:
        """The sanctions, Kirby said, will stay. — As Reuters reported, … — Even then, he insists, …"""
        if kind != "comma" or not self.mark(at, ",—–"):
            return False
        first = at + 1
        if self.quotation(first) and self.speech_quotation(first) and self.opens_frame(start):
            return False
        if first >= len(self.tokens) or self.lower(first).endswith("ing") or self.lower(first) in ("who", "which", "according"):
            return False
        end = self.resumed_end(first)
        if not self.has_verb(first, end) and not self.has_present(first, end) and not self.quotation(first):
            return False
        if any(self.lower(n) in CUE_FORMS and self.word(n) for n in range(first, min(end, first + 4))):
            return False
        return self.make([(start, before), (first, end)], subject, (cue.at, cue.end), Pattern.CLAUSE_THEN_SOURCE)

    def reports_again(self, at: int) -> bool:
        return self.lower(at + 1) in CUE_FORMS or self.lower(at + 2) in CUE_FORMS

    def quoted_comma(self, at: int) -> bool:
        quotation = self.tokens[at].quotation
        return quotation is not None and quotation.inner is not None and self.text[quotation.inner.end - 1] in ",?!—…-"

    def said_before(self, end: int, start: int = 0) -> bool:
        """Whether the words before a comma are a statement, not an adverbial that leads into the next clause."""
        if end <= start:
            return False
        if any(self.speech_quotation(at) for at in range(max(start, end - 40), end)):
            return True
        first = self.lower(start)
        while first in ("and", "but", "so", "still"):
            start += 1
            first = self.lower(start)
        if not self.has_verb(start, min(end, start + 80)) and not self.has_present(start, min(end, start + 80)):
            return False
        if first in (lex.SUBORDINATORS - {"that", "what", "who"}) | lex.PREPOSITIONS or first in ("asked", "speaking", "pressed", "when", "as") or (first.endswith("ing") and not self.capital(start + 1)):
            # A subordinate clause alone is a frame; with a main clause behind its comma it is part of a statement.
            comma = next((at for at in range(start, end) if self.mark(at, ",")), None)
            return comma is not None and comma < end - 1 and (self.has_verb(comma + 1, end) or self.has_present(comma + 1, end))
        return True

    def has_present(self, start: int, end: int) -> bool:
        """Whether a lower-case word in -s behind a noun may be a verb ("Moscow supplies arms")."""
        for at in range(start + 1, end):
            word = self.lower(at)
            if self.word(at) and not self.capital(at) and (
                (word.endswith("s") and not word.endswith(("ss", "'s", "’s")) and len(word) > 3)
                or (word.endswith("ed") and len(word) > 4)
            ):
                return True
        return False

    def resumed(self, at: int, kind: str) -> list[tuple[int, int]]:
        """What goes on behind an inserted "Kirby said,": the second half of a quotation or of a sentence."""
        if kind == "quotation" and self.speech_quotation(at):
            return [(at, at + 1)] if self.is_end(at + 1) else []
        if kind == "colon" and self.speech_quotation(at + 1):
            return [(at + 1, at + 2)]
        if kind != "comma" or not (self.mark(at, ",") or self.tokens[at].text in ("—", "–", "--")):
            return []
        first = at + 1
        if self.quotation(first):
            return [(first, self.quoted_end(first))]
        if self.quotation(first + 1) and self.lower(first) in ("and", "but", "that", "because", "or", "so"):
            return [(first, self.quoted_end(first + 1))]
        word = self.lower(first)
        if not self.word(first) or word.endswith("ing") or word in lex.PREPOSITIONS or word in ("when", "while", "as", "after", "before", "who", "which", "according", "although", "though", "where", "since"):
            return []
        if word in ("and", "but", "or", "nor") or word in lex.IRREGULAR_VERBS or word.endswith("ed"):
            following = first + 1 if word in ("and", "but", "or", "nor") else first
            if self.starts_report(following):
                return []
            if any(self.speech_quotation(n) for n in range(0, at)) and not self.is_verb_phrase(following):
                return []
            return [(first, self.resumed_end(first))]
        if any(self.quotation(n) for n in range(0, at)):
            return []
        if word in lex.DETERMINERS and not self.has_verb(first, len(self.tokens)):
            # "It was, he said, one of the worst": the words before the comma cannot stand alone.
            return [(first, self.resumed_end(first))] if self.left_is_open(at) else []
        return [(first, self.resumed_end(first))]

    def left_is_open(self, at: int) -> bool:
        """Whether the words before an inserted reporting clause end in an auxiliary."""
        comma = next((n for n in range(at - 1, max(0, at - 12), -1) if self.mark(n, ",")), None)
        return comma is not None and comma > 0 and self.lower(comma - 1) in lex.BE

    def is_verb_phrase(self, at: int) -> bool:
        return self.lower(at) in lex.MODALS | lex.IRREGULAR_VERBS

    def starts_report(self, at: int) -> bool:
        """Whether another reporting clause begins here."""
        for n in range(at, min(len(self.tokens), at + 8)):
            if self.word(n) and self.lower(n) in CUE_FORMS and self.cue(n) is not None:
                return True
            if not self.word(n):
                return False
        return False

    def resumed_end(self, start: int) -> int:
        for at in range(start, len(self.tokens)):
            if self.mark(at, ";") or any(lo <= at < hi for lo, hi in self.taken):
                return at
        return len(self.tokens)

    def quoted_end(self, at: int) -> int:
        """Behind a run of quotations: “…” and “…”."""
        end = at + 1
        while True:
            step = end
            if self.mark(step, ",") or self.lower(step) in ("and", "or", "but"):
                step += 1
            if self.lower(step) in ("and", "or", "but"):
                step += 1
            if self.quotation(step) and step > end - 1:
                end = step + 1
                continue
            return end

    def final_inverted(self, cue: _Cue) -> bool:
        before = cue.head - 1
        if before < 0 or cue.head != cue.at or cue.form is Form.BASE or cue.form is Form.ING:
            return False
        quoted = self.quotation(before)
        if not quoted and not (self.mark(before, ",—–") or self.tokens[before].text == "--"):
            return False
        subject = self.subject_after(cue.end)
        if subject is None or self.lower(cue.end) in ("that", "it", "he", "she", "they") and not quoted:
            return False
        if not quoted:
            if cue.verb.lemma not in ("say", "add", "write", "report", "explain", "warn", "announce", "tweet", "note"):
                return False
            if self.tokens[cue.at].lower in lex.AMBIGUOUS_PRESENT:
                return False
            if self.subject_before(cue) is not None and self.has_verb(subject.start, min(len(self.tokens), subject.end + 12)):
                return False
            if not self.after_subject_ends(subject.end):
                return False
            if not (self.is_end(subject.end) or self.mark(subject.end, ",.;") or self.ends_phrase(subject.end, subject.start)):
                return False
        elif not self.after_subject_ends(subject.end):
            return False
        elif not self.speech_quotation(before) and not self.is_end(subject.end) and not self.mark(subject.end, ","):
            return False
        start = self.left_start(cue.at)
        end = before + 1 if quoted else before
        if not quoted and not self.said_before(before, start):
            return False
        content = [(start, end)]
        at = subject.end
        if self.mark(at, ",") and self.quotation(at + 1):
            content += self.resumed(at, "comma")
        else:
            at = self.over_trailing(at)
            if self.mark(at, ",:") and self.quotation(at + 1):
                content.append((at + 1, at + 2))
        pattern = Pattern.QUOTE_INVERTED if quoted else Pattern.CLAUSE_INVERTED
        return self.make(content, subject, (cue.at, cue.end), pattern)

    def after_subject_ends(self, at: int) -> bool:
        """Whether no verb follows the words taken for an inverted subject ("…,” said his boss was …" has one)."""
        return self.is_end(at) or not self.word(at) or not self.is_verb(at, at - 1)

    def over_trailing(self, at: int) -> int:
        for _ in range(4):
            if not self.word(at) or self.kind_at(at) != "phrase":
                break
            following = self.over_adverbial(at)
            if following == at:
                break
            at = following
        return at

    def initial(self, cue: _Cue, cues: Sequence[_Cue]) -> bool:
        """Kirby said that … — Kirby told Reuters: “…” — adding that …"""
        subject = self.subject_of(cue)
        if subject is None:
            return False
        at, kind = self.after(cue)
        verb = cue.verb
        if verb.lemma in ("warn", "caution") and self.lower(cue.end) in ("of", "about", "against"):
            return self.clause(cue, subject, cues, cue.end, Pattern.SOURCE_THEN_OBJECT)
        if kind == "end":
            return False
        if "d" in verb.frames:
            return self.described(cue, subject, cues)
        ambiguous = self.tokens[cue.at].lower in lex.AMBIGUOUS_PRESENT or verb.lemma in ("read", "text", "comment", "ask", "offer", "demand")
        if kind in ("quotation", "colon", "comma"):
            first = at + 1 if kind in ("colon", "comma") else at
            if kind == "comma" and self.lower(first) == "that":
                first, kind = first, "that"
            elif self.quotation(first):
                if kind == "quotation" and first > cue.end + 1 and not self.long_quotation(first):
                    return False
                if not self.speech_quotation(first) and kind == "quotation" and not self.is_end(first + 1) and self.lower(first + 1) not in ("and", "but"):
                    return self.clause(cue, subject, cues, first, Pattern.SOURCE_THEN_CLAUSE)
                return self.quoted(cue, subject, cues, first)
            elif kind == "colon":
                return self.clause(cue, subject, cues, first, Pattern.SOURCE_THEN_CLAUSE)
            elif kind == "comma":
                return self.after_parenthesis(cue, subject, cues, at)
        if kind == "and":
            return False
        if ambiguous and kind != "that":
            return False
        if kind == "that" and "t" in verb.frames:
            return self.clause(cue, subject, cues, at, Pattern.SOURCE_THEN_THAT)
        if kind == "that" and verb.frames == frozenset():
            return False
        if kind == "to":
            if "i" in verb.frames:
                return self.clause(cue, subject, cues, at, Pattern.SOURCE_THEN_INFINITIVE)
            return False
        if kind in ("clause", "subordinate", "phrase"):
            if kind == "subordinate" and verb.lemma not in ("say", "tell"):
                return False
            if self.lower(at) in ("how", "why", "whether", "what", "who", "where") and verb.lemma not in ("explain", "say"):
                return False
            start = at if kind != "subordinate" else at
            if "c" in verb.frames:
                if verb.lemma not in ("say", "tell") and not self.has_verb(start, len(self.tokens)):
                    if "o" not in verb.frames:
                        return False
                    return self.clause(cue, subject, cues, start, Pattern.SOURCE_THEN_OBJECT)
                return self.clause(cue, subject, cues, start, Pattern.SOURCE_THEN_CLAUSE)
            if "t" in verb.frames and (self.lower(at) in lex.CLAUSE_STARTERS - {"this", "these", "those", "it"}):
                return self.clause(cue, subject, cues, start, Pattern.SOURCE_THEN_CLAUSE)
            if "o" in verb.frames:
                return self.clause(cue, subject, cues, start, Pattern.SOURCE_THEN_OBJECT)
        return False

    def long_quotation(self, at: int) -> bool:
        quotation = self.tokens[at].quotation
        return quotation is not None and quotation.words >= 4

    def quotation_soon(self, at: int) -> int | None:
        for n in range(at, min(len(self.tokens), at + 14)):
            if self.quotation(n):
                return n
            if self.mark(n, ",;:.—–"):
                return None
        return None

    def subject_of(self, cue: _Cue) -> _Subject | None:
        if cue.form is Form.ING and not any(self.lower(n) in lex.BE for n in range(cue.head, cue.at)):
            if not (cue.head == 0 or self.mark(cue.head - 1, ",—–") or self.quotation(cue.head - 1) or self.lower(cue.head - 1) in ("and", "by", "while", "before", "after", "in", "later", "tuesday", "monday", "wednesday", "thursday", "friday", "saturday", "sunday")):
                return None
            return self.inherited()
        before = cue.head - 1
        if before >= 0 and (self.lower(before) in ("and", "but", "then") or (self.lower(before) in ("also",))):
            return self.inherited()
        return self.subject_before(cue)

    def inherited(self) -> _Subject | None:
        """The subject of the clause before, for a verb without its own."""
        if self.found:
            last = max(self.found, key=lambda link: link.cue[0].start if link.cue else 0)
            if not last.source:
                return None
            start = next((n for n, token in enumerate(self.tokens) if token.start >= last.source[0].start), None)
            end = next((n for n, token in enumerate(self.tokens) if token.end >= last.source[0].end), None)
            if start is None or end is None:
                return None
            antecedent = None
            if last.antecedent is not None:
                first = next(n for n, token in enumerate(self.tokens) if token.start >= last.antecedent.start)
                final = next(n for n, token in enumerate(self.tokens) if token.end >= last.antecedent.end)
                antecedent = (first, final + 1)
            return _Subject(start, end + 1, antecedent)
        return self.main_subject()

    def quoted(self, cue: _Cue, subject: _Subject, cues: Sequence[_Cue], first: int) -> bool:
        """A quotation right behind the verb: it is the content; with words of the outlet behind it, so are they."""
        end = self.quoted_end(first)
        tail = self.clause_end(end, cues, cue) if end < len(self.tokens) else end
        whole = any(self.whole_sentence(at) for at in range(first, end))
        tail = tail if end < len(self.tokens) and self.word(end) and not whole and not self.trails(end) else end
        return self.make([(first, tail)], subject, (cue.at, cue.end), Pattern.SOURCE_THEN_QUOTE)

    def whole_sentence(self, at: int) -> bool:
        """Whether a quotation is a sentence of its own: it opens with a capital and ends with punctuation."""
        quotation = self.tokens[at].quotation
        if quotation is None or quotation.inner is None:
            return False
        inner = quotation.inner.of(self.text)
        return inner[0].isupper() and inner[-1] in ".,!?…—-"

    def trails(self, at: int) -> bool:
        """Whether words behind a quotation are about the saying, not part of what was said."""
        word = self.lower(at)
        return word in ("when", "while", "as", "after", "before", "during", "in", "at", "on", "according", "about", "referring", "because", "and", "but", "then") or word.endswith("ing")

    def clause(self, cue: _Cue, subject: _Subject, cues: Sequence[_Cue], start: int, pattern: Pattern) -> bool:
        end = self.clause_end(start, cues, cue)
        return self.make([(start, end)], subject, (cue.at, cue.end), pattern)

    def after_parenthesis(self, cue: _Cue, subject: _Subject, cues: Sequence[_Cue], comma: int) -> bool:
        """Kirby said, however, that … — Kirby said, in his own words, “…”."""
        for at in range(comma + 1, min(len(self.tokens), comma + 14)):
            if self.mark(at, ","):
                if self.lower(at + 1) == "that":
                    return self.clause(cue, subject, cues, at + 1, Pattern.SOURCE_THEN_THAT)
                if self.speech_quotation(at + 1):
                    return self.quoted(cue, subject, cues, at + 1)
            if self.lower(at) in CUE_FORMS:
                return False
        return False

    def described(self, cue: _Cue, subject: _Subject, cues: Sequence[_Cue]) -> bool:
        """Kirby called the deal “a mistake”: only what is quoted makes this a claim."""
        quotation = self.quotation_soon(cue.end)
        if quotation is None or cue.form is Form.BASE or self.lower(cue.end) in ("for", "on", "off", "in", "out", "up"):
            return False
        if quotation == cue.end and cue.verb.lemma in ("call", "label", "brand", "term"):
            # "a class called “Perception”" is a name; "called “a disgrace”" has no object to describe.
            return False
        if any(self.word(n) and self.lower(n) in CUE_FORMS and self.cue(n) is not None for n in range(cue.end, quotation)):
            return False
        end = self.clause_end(quotation + 1, cues, cue)
        for at in range(quotation + 1, end):
            if self.mark(at, ",;") or self.lower(at) in ("when", "while", "because", "after", "before", "during", "and", "but"):
                end = at
                break
        return self.make([(cue.end, end)], subject, (cue.at, cue.end), Pattern.DESCRIBED)

    def according(self) -> None:
        """According to Kirby, … — …, according to Kirby."""
        for at, token in enumerate(self.tokens):
            if token.lower != "according" or self.lower(at + 1) != "to":
                continue
            front = at == 0 or (at <= 2 and self.lower(0) in lex.OPENERS)
            subject = self.subject_after(at + 2, front=front)
            if subject is None or self.lower(at - 1) in lex.NEGATIONS:
                continue
            cue = (at, at + 2)
            comma = self.mark(subject.end, ",")
            if front:
                start = subject.end + 1 if comma else subject.end
                self.make([(start, self.resumed_end(start))], subject, cue, Pattern.ACCORDING_FRONT)
                continue
            end = at - 1 if self.mark(at - 1, ",—–") else at
            start = self.left_start(end)
            if self.quotes_somebody(start, end) or self.lower(subject.start) in ("his", "her", "its", "their", "plan"):
                continue
            content = [(start, end)]
            if comma and not self.said_before(end, start):
                content.append((subject.end + 1, self.resumed_end(subject.end + 1)))
            elif comma:
                content += self.resumed(subject.end, "comma")
            self.make(content, subject, cue, Pattern.ACCORDING_BACK)

    def quotes_somebody(self, start: int, end: int) -> bool:
        """Whether the words hold a quotation with its own reporting verb: then that speaker is the one quoted."""
        if not any(self.speech_quotation(at) for at in range(start, end)):
            return False
        return any(self.word(at) and self.lower(at) in CUE_FORMS and self.cue(at) is not None for at in range(start, end))

    def nouns(self) -> None:
        """Kirby's claim that …"""
        for at, token in enumerate(self.tokens):
            if token.lower not in lex.CLAIM_NOUNS or self.lower(at + 1) != "that" or self.is_taken(at):
                continue
            before = self.lower(at - 1)
            if not before.endswith(("'s", "’s")) or not self.capital(at - 1):
                continue
            start = at - 1
            while start > 0 and self.capital(start - 1) and at - start < 6:
                start -= 1
            end = next((n for n in range(at + 1, len(self.tokens)) if self.mark(n, ",;")), len(self.tokens))
            verb = self.first_verb(at + 2, end)
            second = None if verb is None else self.first_verb(verb + 2, end)
            if second is not None and start == 0:
                end = second
            self.make([(at + 1, end)], _Subject(start, at), (at, at + 1), Pattern.NOUN)

    def label(self) -> None:
        """Kirby: “…”"""
        if self.found:
            return
        colon = next((at for at in range(1, min(len(self.tokens), 9)) if self.mark(at, ":")), None)
        if colon is None or not self.speech_quotation(colon + 1) or not all(self.capital(at) for at in range(colon)):
            return
        self.make([(colon + 1, self.quoted_end(colon + 1))], _Subject(0, colon), (colon, colon + 1), Pattern.LABEL)
