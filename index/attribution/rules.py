"""Units -> links: which words are said to have been said, by the words that point at whom, in the words of which verb.

Nothing here knows who anybody is; `resolve` turns the source words into a speaker. The tagger sees what is found here
and finds what is not; `readers` puts both together.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from index.attribution import lexicon as lex
from index.attribution.contents import Contents, Following
from index.attribution.layout import Layout, Unit
from index.attribution.lexicon import CUE_FORMS, Form
from index.attribution.links import Link, Pattern
from index.attribution.standing_alone import joined
from index.attribution.words import Cue, Subject
from index.types import Span

_LEADS_TO_PARTICIPLE = frozenset("and by while before after in later".split())
"""Words a participle may follow without a comma: "responded by saying"."""
_NOTHING_SAID = frozenset("it this that so them these those him her more much as much something anything".split())
"""Content that says nothing by itself: "Moscow denied it"."""


def links(layout: Layout, skip: Sequence[Span] = ()) -> tuple[Link, ...]:
    """The links of a text in the order of its units; none in what overlaps the ordered, disjoint spans to ``skip``."""
    by_unit: list[list[Link]] = []
    announced: dict[int, Link] = {}
    at = 0
    for number, unit in enumerate(layout.units):
        while at < len(skip) and skip[at].end <= unit.span.start:
            at += 1
        skipped = at < len(skip) and skip[at].overlaps(unit.span)
        reader = UnitReader(layout, number, unit)
        by_unit.append([] if skipped else reader.links())
        announcement = None if skipped or by_unit[-1] else reader.announcement()
        if announcement is not None:
            announced[number] = announcement
    _report_behind(layout, by_unit)
    found = joined(layout, by_unit, announced)
    return tuple(link for unit in found for link in unit if not any(_overlaps(skip, span) for span in link.content))


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
        found = UnitReader(layout, number, together).links()
        reported = found and found[0].pattern in (Pattern.QUOTE_THEN_SOURCE, Pattern.QUOTE_INVERTED)
        if reported and found[0].content[0].start == first.span.start:
            by_unit[number], by_unit[number + 1] = found, []


class UnitReader(Contents):
    """Reads the links of one unit, pattern by pattern.

    Verbs behind what was said are read first: in "The U.S. believes …, Kirby said" they govern the whole.
    """

    def links(self) -> list[Link]:
        """The links of the unit, in the order of their words."""
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

    def make(
        self,
        content: Sequence[tuple[int, int]],
        source: Subject | None,
        cue: tuple[int, int] | None,
        pattern: Pattern,
    ) -> bool:
        """Adds a link when something is left to have been said."""
        spans = [span for start, end in content if (span := self.span(start, end)) is not None]
        if not spans or not any(char.isalnum() for span in spans for char in span.of(self.text)):
            return False
        if len(spans) == 1 and spans[0].of(self.text).lower() in _NOTHING_SAID:
            return False
        if any(self.is_taken(start) for start, _ in content):
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
        for start, end in content:
            self.taken.update(range(start, end))
        if source is not None:
            self.taken.update(range(source.start, source.end))
        if cue is not None:
            self.taken.update(range(*cue))
        return True

    def final(self, cue: Cue) -> bool:
        """“…,” Kirby said. — …, Kirby said, … — “…,” said Kirby."""
        if cue.form is Form.ING and cue.head == cue.at:
            return False
        if "d" in cue.verb.frames:
            return False
        return self.final_with_subject_before(cue) or self.final_inverted(cue)

    def final_with_subject_before(self, cue: Cue) -> bool:
        """“…,” Kirby said, and … — …, Kirby said."""
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
            return self.make(
                [(at + 1, self.resumed_end(at + 1))], subject, (cue.at, cue.end), Pattern.CLAUSE_THEN_SOURCE
            )
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

    def may_follow(self, cue: Cue, subject: Subject) -> bool:
        """Whether a verb may stand behind what was said without quotation marks: not "swing states", "it continued"."""
        if not cue.verb.frames - {"a", "i"}:
            return False
        if self.tokens[cue.at].lower in lex.AMBIGUOUS_PRESENT:
            last = subject.end - 1
            return self.lower(last) in lex.PRONOUNS or (self.capital(last) and subject.end - subject.start <= 6)
        return True

    def inserted(self, cue: Cue, subject: Subject, start: int, before: int, at: int, kind: Following) -> bool:
        """The sanctions, Kirby said, will stay. — As Reuters reported, … — Even then, he insists, …."""
        if kind != "comma" or not self.mark(at, ",—–"):
            return False
        first = at + 1
        if self.quotation(first) and self.speech_quotation(first) and self.opens_frame(start):
            return False
        if (
            first >= len(self.tokens)
            or self.lower(first).endswith("ing")
            or self.lower(first) in ("who", "which", "according")
        ):
            return False
        end = self.resumed_end(first)
        if not self.has_verb(first, end) and not self.has_present(first, end) and not self.quotation(first):
            return False
        if any(self.lower(n) in CUE_FORMS and self.word(n) for n in range(first, min(end, first + 4))):
            return False
        content = (
            [(first, end)]
            if before - start == 1 and self.lower(start) in lex.OPENERS
            else [(start, before), (first, end)]
        )
        return self.make(content, subject, (cue.at, cue.end), Pattern.CLAUSE_THEN_SOURCE)

    def final_inverted(self, cue: Cue) -> bool:
        """“…,” said Kirby, the spokesman. — …, said Kirby."""
        before = cue.head - 1
        if before < 0 or cue.head != cue.at or cue.form is Form.BASE or cue.form is Form.ING:
            return False
        quoted = self.quotation(before)
        if not quoted and not (self.mark(before, ",—–") or self.tokens[before].text == "--"):
            return False
        subject = self.subject_after(cue.end)
        if subject is None or (self.lower(cue.end) in ("that", "it", "he", "she", "they") and not quoted):
            return False
        if not quoted:
            if cue.verb.lemma not in ("say", "add", "write", "report", "explain", "warn", "announce", "tweet", "note"):
                return False
            if self.tokens[cue.at].lower in lex.AMBIGUOUS_PRESENT:
                return False
            if self.subject_before(cue) is not None and self.has_verb(
                subject.start, min(len(self.tokens), subject.end + 12)
            ):
                return False
            if not self.after_subject_ends(subject.end):
                return False
            if not (
                self.is_end(subject.end)
                or self.mark(subject.end, ",.;")
                or self.ends_phrase(subject.end, subject.start)
            ):
                return False
        elif not self.after_subject_ends(subject.end) or (
            not self.speech_quotation(before) and not self.is_end(subject.end) and not self.mark(subject.end, ",")
        ):
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

    def initial(self, cue: Cue, cues: Sequence[Cue]) -> bool:
        """Kirby said that … — Kirby told Reuters: “…” — adding that …."""
        subject = self.subject_of(cue)
        if subject is None:
            return False
        at, kind = self.after(cue)
        verb = cue.verb
        if verb.lemma in ("warn", "caution") and self.lower(cue.end) in ("of", "about", "against"):
            return self.clause(cue, subject, cues, cue.end, Pattern.SOURCE_THEN_OBJECT)
        if kind == "end":
            return False
        if verb.lemma == "deny" and any(self.lower(n) in lex.DECISIONS for n in range(cue.end, cue.end + 4)):
            return False
        if "d" in verb.frames:
            return self.described(cue, subject, cues)
        ambiguous = self.tokens[cue.at].lower in lex.AMBIGUOUS_PRESENT or verb.lemma in (
            "read",
            "text",
            "comment",
            "ask",
            "offer",
            "demand",
        )
        if kind in ("quotation", "colon", "comma"):
            first = at + 1 if kind in ("colon", "comma") else at
            if kind == "comma" and self.lower(first) == "that":
                first, kind = first, "that"
            elif self.quotation(first):
                if kind == "quotation" and first > cue.end + 1 and not self.long_quotation(first):
                    return False
                if (
                    not self.speech_quotation(first)
                    and kind == "quotation"
                    and not self.is_end(first + 1)
                    and self.lower(first + 1) not in ("and", "but")
                ):
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
            if self.lower(at) in ("how", "why", "whether", "what", "who", "where") and verb.lemma not in (
                "explain",
                "say",
            ):
                return False
            start = at
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

    def subject_of(self, cue: Cue) -> Subject | None:
        """The subject of a verb: its own, or the one it shares with the verb before."""
        if cue.form is Form.ING and not any(self.lower(n) in lex.BE for n in range(cue.head, cue.at)):
            before = self.lower(cue.head - 1)
            opened = cue.head == 0 or self.mark(cue.head - 1, ",—–") or self.quotation(cue.head - 1)
            if not (opened or before in _LEADS_TO_PARTICIPLE or before in lex.DAYS):
                return None
            return self.inherited(cue)
        if cue.head > 0 and self.lower(cue.head - 1) in ("and", "but", "then", "also"):
            return self.inherited(cue)
        return self.subject_before(cue)

    def inherited(self, cue: Cue) -> Subject | None:
        """The subject of the clause before, for a verb without its own; ``None`` where it could be another's."""
        if self.found:
            last = max(self.found, key=lambda link: link.cue[0].start if link.cue else 0)
            if not last.source:
                return None
            behind_clause = bool(last.cue) and last.cue[0].start < last.content[-1].start < self.tokens[cue.at].start
            if behind_clause and last.pattern is not Pattern.SOURCE_THEN_QUOTE:
                begin = next(n for n, token in enumerate(self.tokens) if token.start >= last.content[-1].start)
                reported = last.cue[0].of(self.text).lower().startswith("report")
                if not self.shares_subject(cue, begin, reported):
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
            return Subject(start, end + 1, antecedent)
        subject = self.main_subject()
        if subject is None or any(self.lower(at) in lex.SUBORDINATORS for at in range(subject.end, cue.head)):
            # "It came when protesters stood up, shouting": the incident does not shout.
            return None
        return subject

    def quoted(self, cue: Cue, subject: Subject, cues: Sequence[Cue], first: int) -> bool:
        """A quotation right behind the verb: it is the content; with words of the outlet behind it, so are they."""
        end = self.quoted_end(first)
        tail = self.clause_end(end, cues, cue) if end < len(self.tokens) else end
        whole = any(self.whole_sentence(at) for at in range(first, end))
        tail = tail if end < len(self.tokens) and self.word(end) and not whole and not self.trails(end) else end
        return self.make([(first, tail)], subject, (cue.at, cue.end), Pattern.SOURCE_THEN_QUOTE)

    def clause(self, cue: Cue, subject: Subject, cues: Sequence[Cue], start: int, pattern: Pattern) -> bool:
        """Makes a link of the clause that begins at ``start``."""
        end = self.clause_end(start, cues, cue)
        return self.make([(start, end)], subject, (cue.at, cue.end), pattern)

    def after_parenthesis(self, cue: Cue, subject: Subject, cues: Sequence[Cue], comma: int) -> bool:
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

    def described(self, cue: Cue, subject: Subject, cues: Sequence[Cue]) -> bool:
        """Kirby called the deal “a mistake”: only what is quoted makes this a claim."""
        quotation = self.quotation_soon(cue.end)
        if quotation is None or cue.form is Form.BASE or self.lower(cue.end) in ("for", "on", "off", "in", "out", "up"):
            return False
        if quotation == cue.end and cue.verb.lemma in ("call", "label", "brand", "term"):
            # "a class called “Perception”" is a name; "called “a disgrace”" has no object to describe.
            return False
        if any(
            self.word(n) and self.lower(n) in CUE_FORMS and self.cue(n) is not None for n in range(cue.end, quotation)
        ):
            return False
        end = self.clause_end(quotation + 1, cues, cue)
        for at in range(quotation + 1, end):
            if self.mark(at, ",;") or self.lower(at) in (
                "when",
                "while",
                "because",
                "after",
                "before",
                "during",
                "and",
                "but",
            ):
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

    def label(self) -> None:
        """Kirby: “…”."""
        if self.found:
            return
        colon = next((at for at in range(1, min(len(self.tokens), 9)) if self.mark(at, ":")), None)
        if colon is None or not self.speech_quotation(colon + 1) or not all(self.capital(at) for at in range(colon)):
            return
        if self.lower(colon - 1) in lex.LABELS_OF_THE_PAGE:
            return
        self.make([(colon + 1, self.quoted_end(colon + 1))], Subject(0, colon), (colon, colon + 1), Pattern.LABEL)
