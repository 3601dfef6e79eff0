"""Noun phrases without a parser: the subject of a reporting verb, before or behind it, with its appositions."""

from __future__ import annotations

from index.attribution import lexicon as lex
from index.attribution.lexicon import CUE_FORMS, Form
from index.attribution.words import Cue, Subject, Words

REACH = 40
"""Tokens looked at on either side of a verb for its subject: no noun phrase is longer, and it keeps the time linear."""

_NO_PHRASE = (lex.PREPOSITIONS | lex.SUBORDINATORS | lex.TIME_WORDS | lex.OBJECT_PRONOUNS) - {"it"}
_NO_SOURCE = frozenset("helps helped like including now not then simply also just there here as such".split())

_NOUNS_LIKE_PARTICIPLES = frozenset("polling something everything nothing anything king being".split()) - {"being"}

_FINITE = lex.BE | lex.HAVE | lex.DO | (lex.MODALS - {"may", "might", "will"})


class Phrases(Words):
    """Finds the words that point at a speaker, on either side of a reporting verb."""

    def subject_before(self, cue: Cue) -> Subject | None:
        """The subject of ``cue`` that stands before it, or ``None``."""
        end = self.back_over_time(cue.head)
        if end <= 0:
            return None
        if self.mark(end - 1, ",)—–") or self.tokens[end - 1].text == "--":
            return self.subject_with_apposition(end - 1)
        if self.quotation(end - 1) and not self.speech_quotation(end - 1):
            start = self.noun_phrase_start(end - 1)
            if start is not None and start < end - 1:
                return Subject(start, end)
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
            return Subject(end - 1, end, None if start is None else (start, at + 1))
        start = self.noun_phrase_start(end)
        if start is None:
            return None
        if self.lower(start - 1) in ("what", "whose") or self.lower(start) in (
            "no",
            "neither",
            "none",
            "nobody",
            "few",
        ):
            return None
        return Subject(start, end)

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

    def subject_with_apposition(self, comma: int, closer: str | None = None) -> Subject | None:
        """The subject before a comma that closes an apposition or a parenthesis: "John Kirby, a spokesman,"."""
        if self.mark(comma, ")"):
            opener = next((at for at in range(comma - 1, max(comma - REACH, -1), -1) if self.mark(at, "([")), None)
            if opener is None or opener == 0:
                return None
            start = self.noun_phrase_start(opener)
            return None if start is None else Subject(start, comma + 1)
        inside_quotation = closer is not None
        closer = self.tokens[comma].text if closer is None else closer
        at = comma - 1 if inside_quotation else comma
        for _ in range(6):
            opener = self.back_to(closer, at - 1, max(comma - REACH, 0))
            if opener is None or opener == 0:
                return None
            start = self.noun_phrase_start(opener)
            if start == opener - 1 and self.mark(start - 1, ",") and self.lower(start) in lex.PLACE_WORDS | lex.STATES:
                # "in Aurora, Colorado, in July, said": a state is the end of an address.
                at = opener
                continue
            if (
                start is not None
                and start > 2
                and self.lower(start - 1) in ("who", "whose")
                and self.mark(start - 2, closer)
            ):
                # "Ann Cole, whose son was there, in March, said": the relative clause leads back to her.
                at = start - 1
                continue
            if start is not None and self.names_somebody(start, opener) and self.apposes(opener + 1, comma):
                start, opener = self.outermost(start, opener, closer)
                joined = self.joined_before(start)
                if joined is not None:
                    return Subject(joined, comma)
                aside = self.lower(opener + 1) in lex.PREPOSITIONS - {"of"} or self.lower(opener + 1).endswith("ing")
                return Subject(start, opener if aside else comma)
            at = opener
        return None

    def joined_before(self, start: int) -> int | None:
        """Where "Ann Cole, its head, and" begins before "Tom Reed, its lawyer, said"; ``None`` without her."""
        if self.lower(start - 1) != "and" or start < 3:
            return None
        end = start - 1
        if self.mark(end - 1, ","):
            opener = self.back_to(",", end - 2, max(end - REACH, 0))
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
            describes = (
                first in ("a", "an", "the", "one", "who", "former")
                or first.isdigit()
                or first.endswith("ing")
                or (lex.is_role(first) and self.lower(start + 1) in ("of", "for", "at", "and"))
            )
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
        """Whether words may stand between a name and its verb: a description, an age, a relative clause."""
        if start >= end:
            return False
        word = self.lower(start)
        if (
            word
            in ("who", "whose", "which", "in", "at", "speaking", "of", "on", "during", "for", "from", "with", "citing")
            or word in lex.ASIDES
        ):
            return True
        if word in lex.CONJUNCTIONS or word in lex.PRONOUNS or word in ("that", "if", "because"):
            return False
        return not self.has_verb(start, end) or any(
            self.lower(at) in ("who", "whose", "which") for at in range(start, end)
        )

    def noun_phrase_start(self, end: int, *, relatives: int = 2) -> int | None:
        """Where the noun phrase that ends before token ``end`` begins; ``None`` when there is none."""
        if end <= 0 or not (self.word(end - 1) or self.quotation(end - 1)):
            return None
        if self.lower(end - 1) in lex.PRONOUNS:
            return end - 1
        start = end
        floor = max(0, end - REACH)
        while start > floor:
            token = self.tokens[start - 1]
            if token.is_quotation:
                if self.speech_quotation(start - 1) or self.ends_in_comma(start - 1):
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
            if (
                word == "who"
                and relatives
                and start < end
                and self.has_verb(start, end)
                and not self.mark(start - 2, ",")
            ):
                outer = self.noun_phrase_start(start - 1, relatives=relatives - 1)
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
        while (
            left > max(0, at - 12) and self.tokens[left - 1].is_word and self.lower(left - 1) not in lex.SUBORDINATORS
        ):
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
            self.lower(start) in lex.OPENERS
            or (lex.is_adverb(self.lower(start)) and self.lower(start) not in ("both", "all", "each"))
        ):
            start += 1
        if self.lower(start) in ("last", "this", "next", "late", "early", "earlier") and end - start > 2:
            period = self.lower(start + 1)
            if period in lex.PERIODS or period in lex.DAYS or period in lex.MONTHS:
                start += 2
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
        while (
            start < end
            and (self.lower(start) in lex.DAYS or self.lower(start) in ("today", "yesterday"))
            and end - start > 1
        ):
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
            while (
                at - 1 > start
                and (self.capital(at - 1) or self.lower(at - 1) in lex.NAME_PARTICLES)
                and self.lower(at - 1) not in lex.DAYS | lex.MONTHS
            ):
                at -= 1
            if at - 1 > start and self.lower(at - 1) in lex.ARTICLES:
                at -= 1
            if at - 1 >= start and self.lower(at - 1) in lex.PREPOSITIONS:
                return end
            return at
        for at in range(end - 1, start + 1, -1):
            if self.lower(at) in lex.DETERMINERS and self.lower(at - 1) not in lex.PREPOSITIONS:
                return at
        if (
            self.lower(end - 1) in lex.COMMON_PLURALS | lex.ROLE_NOUNS
            and self.lower(end - 2) not in lex.PREPOSITIONS | lex.DETERMINERS
        ):
            return end - 1
        return end

    def subject_after(self, start: int, *, front: bool = False) -> Subject | None:
        """The noun phrase that begins at ``start``, behind an inverted verb or "according to".

        In ``front`` of a sentence a description must be closed by a comma, or it is what was said.
        """
        at = start
        limit = min(len(self.tokens), start + REACH)
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
        while at > start and not (
            self.tokens[at - 1].is_word or self.tokens[at - 1].is_quotation or self.mark(at - 1, ")")
        ):
            at -= 1
        if at <= start or (at - start == 1 and self.useless(start)):
            return None
        if self.lower(start) in _NO_PHRASE:
            return None
        return Subject(start, at)

    def ends_phrase(self, at: int, start: int) -> bool:
        """Whether the word at ``at`` begins something that is not part of the noun phrase before it."""
        word, following = self.lower(at), self.lower(at + 1)
        if word in lex.DAYS or word in ("today", "yesterday", "tonight", "earlier", "later", "recently", "here"):
            return True
        if word in ("last", "this", "late", "early") and (following in lex.PERIODS or following in lex.DAYS):
            return True
        if word in (
            "when",
            "while",
            "as",
            "after",
            "before",
            "during",
            "because",
            "if",
            "although",
            "though",
            "until",
            "since",
            "that",
            "then",
            "whether",
        ):
            return True
        if word in ("and", "but", "or"):
            return self.has_verb(at + 1, min(at + 8, len(self.tokens))) or not self.word(at + 1)
        if word == "on" and (
            following in lex.DAYS | lex.MONTHS or following in ("twitter", "facebook", "his", "her", "the", "a")
        ):
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
        nouns = (
            "statement",
            "interview",
            "email",
            "e-mail",
            "tweet",
            "speech",
            "letter",
            "post",
            "memo",
            "press",
            "news",
            "briefing",
            "telephone",
            "phone",
            "reporters",
            "conference",
            "debate",
            "rally",
            "video",
            "call",
            "message",
            "report",
            "testimony",
            "hearing",
            "reference",
            "response",
            "remarks",
        )
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
        if (
            first in lex.PRONOUNS
            or first in lex.CONJUNCTIONS
            or first in ("adding", "referring", "speaking", "citing", "saying", "noting")
        ):
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
        if first in lex.ARTICLES or first in (
            "one",
            "his",
            "her",
            "its",
            "their",
            "another",
            "then",
            "now",
            "former",
            "of",
            "also",
        ):
            return not self.has_finite_outside_relative(comma + 1, close)
        if first.isdigit():
            return close - comma <= 3
        if self.capital(comma + 1) and self.capital(comma - 1):
            # Two names side by side are a list or two clauses, unless the second is an office: "Baker, President of".
            office = next((n for n in range(comma + 1, close) if self.lower(n) in lex.ROLE_NOUNS), None)
            return office is not None and not self.capital(office + 1)
        words = [self.lower(n) for n in range(comma + 1, close)]
        return any(lex.is_role(word) for word in words) and not self.has_finite_outside_relative(comma + 1, close)

    def has_finite_outside_relative(self, start: int, end: int) -> bool:
        """Whether a verb stands outside a relative clause."""
        verb = self.first_verb(start, end)
        if verb is None:
            return False
        return not any(
            self.lower(at) in ("who", "that", "which", "whose", "whom", "where") for at in range(start, verb)
        )

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

    def main_subject(self) -> Subject | None:
        """The subject of the unit's first clause, for a participle that has none of its own."""
        start = 0
        while self.lower(start) in lex.OPENERS:
            start += 1
        if self.opens_frame(start) or self.lower(start) in ("late", "early", "last", "this"):
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
        while end > start and (
            lex.is_adverb(self.lower(end - 1)) or self.lower(end - 1) in lex.AUXILIARIES or not self.word(end - 1)
        ):
            end -= 1
        if end <= start or self.lower(end - 1) in lex.CONJUNCTIONS:
            return None
        if any(self.speech_quotation(at) or self.lower(at) in lex.SUBORDINATORS for at in range(start, end)):
            return None
        return Subject(start, end)

    def plausible(self, source: Subject) -> bool:
        """Whether the words could be somebody: a noun phrase, not a rest of a clause."""
        start, end = source.start, source.end
        first = self.lower(start)
        if source.antecedent is not None or (end - start == 1 and first in lex.PRONOUNS):
            return True
        if (
            first in lex.PREPOSITIONS | lex.SUBORDINATORS - {"that"} | lex.AUXILIARIES | lex.CONJUNCTIONS
            or first in _NO_SOURCE
        ):
            return False
        if not self.capital(start) or start == 0:
            if first.endswith(("ing", "ly")) and first not in _NOUNS_LIKE_PARTICIPLES and first not in lex.NOT_ADVERBS:
                return False
            if first in CUE_FORMS and CUE_FORMS[first][1] is Form.PAST:
                return False
        last = self.lower(end - 1)
        if end - start == 1 and (
            first in lex.STATES or first in lex.TIME_WORDS or first in lex.HONORIFICS or first.isdigit()
        ):
            return False
        if (
            end - start == 1
            and not self.capital(start)
            and not self.plural_subject(start)
            and first not in lex.COMMON_PLURALS
        ):
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

    def plural_subject(self, at: int) -> bool:
        """Whether the word at ``at`` can be the subject of "say"."""
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
