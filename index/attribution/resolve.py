"""Links -> attributions: whom the source words mean, as far as the article proves it.

A name is given only where one person fits. Everything else keeps the article's own words ("a senior official") or has
no speaker at all: nobody is better than the wrong one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from index.attribution import lexicon as lex
from index.attribution.layout import Layout, Token, words
from index.attribution.ledger import Ledger, Mention
from index.attribution.links import Link, Pattern
from index.types import Attribution, Kind, Span, Speaker

CONFIDENCE: dict[Pattern, float] = {
    Pattern.QUOTE_THEN_SOURCE: 0.95,
    Pattern.QUOTE_INVERTED: 0.95,
    Pattern.SOURCE_THEN_QUOTE: 0.90,
    Pattern.INTRODUCED: 0.90,
    Pattern.SIGNED: 0.85,
    Pattern.SOURCE_THEN_THAT: 0.88,
    Pattern.LABEL: 0.85,
    Pattern.CLAUSE_THEN_SOURCE: 0.85,
    Pattern.ACCORDING_BACK: 0.85,
    Pattern.ACCORDING_FRONT: 0.84,
    Pattern.CLAUSE_INVERTED: 0.82,
    Pattern.SOURCE_THEN_CLAUSE: 0.82,
    Pattern.DESCRIBED: 0.78,
    Pattern.SOURCE_THEN_OBJECT: 0.73,
    Pattern.AFTER_REPORT: 0.65,
    Pattern.SOURCE_THEN_INFINITIVE: 0.56,
    Pattern.BARE: 0.55,
    Pattern.LEARNED: 0.50,
}
"""Share of a pattern's links whose content and source both matched an annotation, on 840 annotated articles (PolNeAR's
training part; 8,600 links). Content matches at a Jaccard of .5, a source where it shares a word; fewer than 20 links
(INTRODUCED, SIGNED, LABEL, AFTER_REPORT) are drawn towards .8. What the tagger finds alone has its own probability."""

_PROTAGONIST = 4
"""Mentions that make somebody the one an article is about."""
_BACK = 4
"""Sentences that are looked back over for whom a pronoun means."""


class _Sort(Enum):
    PERSON = auto()
    ORGANISATION = auto()
    UNNAMED = auto()
    GROUP = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class _Referent:
    """Whom some source words mean."""

    speaker: Speaker | None
    sort: _Sort
    person: int | None = None
    gender: str | None = None


_NOBODY = _Referent(None, _Sort.UNKNOWN)


def resolve(layout: Layout, links: Sequence[Link], ledger: Ledger) -> tuple[Attribution, ...]:
    """Gives every link its speaker, kind and confidence; in text order."""
    resolver = _Resolver(layout, ledger)
    return tuple(
        Attribution(
            link.content,
            link.source,
            link.cue,
            kind_of(layout, link.content),
            resolver.speaker(link),
            CONFIDENCE[link.pattern] if link.probability is None else link.probability,
        )
        for link in links
    )


def kind_of(layout: Layout, content: Sequence[Span]) -> Kind:
    """Direct when at least 95 % of the letters stand between quotation marks, indirect up to 5 %, else mixed."""
    inside = total = 0
    for span in content:
        letters = sum(char.isalnum() for char in span.of(layout.text))
        total += letters
        for quotation in layout.overlapping(span):
            start, end = max(span.start, quotation.span.start), min(span.end, quotation.span.end)
            inside += sum(char.isalnum() for char in layout.text[start:end])
    if total and inside >= 0.95 * total:
        return Kind.DIRECT
    return Kind.INDIRECT if inside <= 0.05 * total else Kind.MIXED


class _Resolver:
    """Remembers who spoke in which unit, because a pronoun means the one who spoke last."""

    def __init__(self, layout: Layout, ledger: Ledger) -> None:
        self.layout = layout
        self.text = layout.text
        self.ledger = ledger
        self.spoken: dict[int, list[_Referent]] = {}
        self.unnamed_heads: set[str] = set()
        """What the unnamed speakers so far are: "spokesperson", "official"."""

    def speaker(self, link: Link) -> Speaker | None:
        referent = self.referent(link)
        self.spoken.setdefault(link.unit, []).append(referent)
        if referent.sort is _Sort.UNNAMED and referent.speaker is not None:
            self.unnamed_heads.add(_plain(_last_word(referent.speaker.name)))
        # Whether these are their words may be open; that the sentence is about them is not.
        return referent.speaker if link.named else None

    def referent(self, link: Link) -> _Referent:
        if not link.source:
            return _NOBODY
        if link.antecedent is not None:
            return self.relative(link)
        source = link.source[0]
        tokens = words(self.text, source.start, source.end)
        if not tokens:
            return _NOBODY
        if len(tokens) == 1 and tokens[0].lower in lex.PRONOUNS:
            return self.pronoun(tokens[0], link)
        return self.phrase(tokens, source, link)

    def relative(self, link: Link) -> _Referent:
        """Whom "who" stands for: the person named right before it, or the noun phrase before it."""
        source = link.antecedent
        if source is None:
            return _NOBODY
        tokens = words(self.text, source.start, source.end)
        mentions = [m for m in self.ledger.within(source) if not m.doubtful]
        if mentions and mentions[-1].span.end == source.end:
            before = [token.lower for token in tokens if token.start < mentions[-1].span.start]
            owned = any(word in lex.ROLE_NOUNS for word in before) and any(word in lex.PREPOSITIONS for word in before)
            return _NOBODY if owned else self.person(mentions[-1], tokens)
        if any(token.lower in lex.AUXILIARIES or token.lower in lex.PRONOUNS for token in tokens) or not tokens:
            return _NOBODY
        if tokens[0].lower not in lex.DETERMINERS and not tokens[-1].lower.endswith("s"):
            return _NOBODY
        return self.phrase(tokens, source, link)

    # Names and descriptions -----------------------------------------------------------------------------------

    def phrase(self, tokens: list[Token], source: Span, link: Link) -> _Referent:
        base = _base(tokens)
        if not base:
            return _NOBODY
        span = Span(base[0].start, base[-1].end)
        mentions = [mention for mention in self.ledger.within(span) if not mention.doubtful]
        partners = self.partners(tokens, base, source)
        if partners is not None:
            return partners
        heads = [mention for mention in mentions if self.is_head(mention, base)]
        if len(heads) == 1 and (len(mentions) == 1 or heads[0] is mentions[-1] or not _joins(base)):
            return self.person(heads[0], base)
        if len(heads) >= 2 and _joins(base):
            named = [self.ledger.people[h.person].name for h in heads if h.person is not None]
            if len(named) == len(heads):
                return _Referent(Speaker(" and ".join(named)), _Sort.GROUP)
            return _NOBODY
        if heads and _joins(base):
            return _NOBODY
        following = self.apposed(tokens, base, source)
        if following is not None:
            return self.person(following, base, role=_spelled_role(base))
        return self.described(base, span, link)

    def partners(self, tokens: list[Token], base: list[Token], source: Span) -> _Referent | None:
        """Two people with a description each: "Ann Cole, its head, and Tom Reed, its lawyer,"."""
        spoken = [m for m in self.ledger.within(source) if not m.doubtful and not m.possessive]
        by_start = {mention.span.start: mention for mention in spoken}
        first = next((m for m in spoken if m.span.end <= base[-1].end and self.is_head(m, base)), None)
        second = None
        for at in range(len(base) + 1, len(tokens) - 1):
            mention = by_start.get(tokens[at + 1].start)
            if tokens[at].lower != "and" or tokens[at - 1].text != "," or mention is None:
                continue
            if mention.span.end == source.end or self.text[mention.span.end] == ",":
                second = mention
        if second is None or _joins(base):
            return None
        if first is None or first.person is None or second.person is None:
            return _NOBODY
        names = [self.ledger.people[mention.person].name for mention in (first, second) if mention.person is not None]
        return _Referent(Speaker(" and ".join(names)), _Sort.GROUP)

    def is_head(self, mention: Mention, base: list[Token]) -> bool:
        """Whether the phrase is about the person, not about somebody of theirs ("a spokesman for Trump")."""
        at = next((n for n, token in enumerate(base) if token.start >= mention.span.start), None)
        if at is None:
            return False
        for n in range(at):
            # "Secretary of State Ann Cole" is her; "a spokesman for Ann Cole" is not.
            titled = n > 0 and base[n - 1].is_capital and base[n - 1].lower in lex.TITLES
            if base[n].lower in lex.PREPOSITIONS and not titled and not self.ends_in_name(mention, base, at):
                return False
        if (
            at > 0
            and not base[at - 1].is_capital
            and base[at - 1].lower.endswith("ing")
            and not lex.is_role(base[at - 1].lower)
        ):
            # "voters embracing Obama" are not Obama.
            return False
        end = next((n for n, token in enumerate(base) if token.end >= mention.span.end), len(base) - 1) + 1
        rest = base[end:]
        if mention.possessive:
            return bool(rest) and len(rest) <= 2 and rest[-1].lower in lex.DOCUMENT_NOUNS
        return (
            not rest
            or rest[0].lower in lex.PREPOSITIONS
            or rest[0].lower in ("who", "himself", "herself", "both")
            or (rest[0].lower in ("and", "&") and len(rest) > 1 and rest[1].is_capital)
            or not rest[0].is_word
        )

    def ends_in_name(self, mention: Mention, base: list[Token], at: int) -> bool:
        """Whether a long role runs into the name: "the coordinator for strategic communications John Kirby"."""
        before = base[at - 1]
        plain = not before.is_capital and before.lower not in lex.PREPOSITIONS | lex.DETERMINERS | lex.CONJUNCTIONS
        return (
            plain
            and not lex.is_role(before.lower)
            and base[0].lower not in ("a", "an")
            and mention.span.end == base[-1].end
        )

    def person(self, mention: Mention, base: list[Token], role: str | None = None) -> _Referent:
        if mention.person is None:
            return _NOBODY
        person = self.ledger.people[mention.person]
        shown = role or (person.roles[0] if person.roles else None)
        return _Referent(Speaker(person.name, shown), _Sort.PERSON, mention.person, person.gender)

    def apposed(self, tokens: list[Token], base: list[Token], source: Span) -> Mention | None:
        """The person in "the spokesman, John Kirby"."""
        if not base[-1].is_word or base[-1].is_capital or not lex.is_role(base[-1].lower):
            return None
        rest = tokens[len(base) :]
        if len(rest) < 2 or rest[0].text != "," or not rest[1].is_capital:
            return None
        mentions = [m for m in self.ledger.within(Span(rest[1].start, source.end)) if not m.doubtful]
        return mentions[0] if mentions and mentions[0].span.start == rest[1].start and base[0].lower != "a" else None

    def described(self, base: list[Token], span: Span, link: Link) -> _Referent:
        """An organisation by its name, a known person by a definite description, or words that stay words."""
        last = _head_token(base)
        if last is None:
            return _NOBODY
        if base[0].lower in ("this", "that", "these", "those") and len(base) == 1:
            return _NOBODY
        definite = base[0].lower in ("the", "this", "that")
        body = base[1:] if base[0].lower in lex.ARTICLES else base
        if not body:
            return _NOBODY
        office = (definite or lex.is_role(body[0].lower)) and lex.is_role(last.lower) and not _is_organisation(body[:1])
        if last.is_capital and body[0].is_capital and not office and not self.only_opens(base, last, span):
            ambiguous = [m for m in self.ledger.within(span) if m.person is None and not m.doubtful]
            if ambiguous and len(body) <= 2:
                return _NOBODY
            if body[0].lower in lex.DETERMINERS or (base[0].lower in ("a", "an") and not _is_organisation(body)):
                return _Referent(Speaker(span.of(self.text), named=False), _Sort.UNNAMED)
            name = Span(body[0].start, _name_end(body, last)).of(self.text)
            for ending in ("'s", "’s"):
                name = name.removesuffix(ending)
            return _Referent(Speaker(" ".join(name.split())), _Sort.ORGANISATION)
        if definite:
            person = self.by_role(base, last, span)
            if person is not None:
                return person
            organisation = self.by_kind(base, last)
            if organisation is not None:
                return organisation
        plural = _is_plural(base, last)
        return _Referent(
            Speaker(" ".join(span.of(self.text).split()), named=False),
            _Sort.GROUP if plural else _Sort.UNNAMED,
            gender=_gender_of_words(base),
        )

    def only_opens(self, base: list[Token], last: Token, span: Span) -> bool:
        """Whether a single word is capitalised only because it opens its sentence: "Officials said"."""
        return (
            len(base) == 1
            and (last.lower in lex.COMMON_PLURALS or last.lower in self.ledger.lower_words)
            and (not last.text.isupper())
        )

    def by_role(self, base: list[Token], last: Token, span: Span) -> _Referent | None:
        """The one person whose role fits "the former president"."""
        head = _plain(last.lower)
        if not lex.is_role(last.lower):
            return None
        wanted = {_plain(t.lower) for t in base[1:] if t.is_word} - {"former", "then", "longtime", "of", "the", "for"}
        fits = []
        for index, person in enumerate(self.ledger.people):
            for role in person.roles:
                plain = {_plain(word.strip(".,").lower() if len(word) > 4 else word.lower()) for word in role.split()}
                if head in plain and wanted <= plain | {"republican", "democratic"} and head == _role_head(role):
                    fits.append(index)
                    break
        if len(fits) != 1:
            return None
        if head in self.unnamed_heads:
            # "The spokesman" may be the unnamed spokesman who spoke before.
            return None
        person = self.ledger.people[fits[0]]
        if person.first > span.start and person.full is False:
            return None
        gender = _gender_of_words(base)
        if gender is not None and person.gender is not None and gender != person.gender:
            return None
        return _Referent(Speaker(person.name, person.roles[0]), _Sort.PERSON, fits[0], person.gender)

    def by_kind(self, base: list[Token], last: Token) -> _Referent | None:
        """The one organisation that "the ministry" can be."""
        if len(base) != 2 or last.lower not in lex.ORGANISATION_WORDS:
            return None
        kin = {
            name
            for name in self.ledger.organisations
            if name.lower().endswith(" " + last.lower) or f"{last.lower} of " in name.lower()
        }
        if len(kin) != 1:
            return None
        return _Referent(Speaker(next(iter(kin))), _Sort.ORGANISATION)

    # Pronouns ---------------------------------------------------------------------------------------------------

    def pronoun(self, token: Token, link: Link) -> _Referent:
        if token.lower in ("he", "she"):
            return self.he_or_she(token, link)
        if token.lower in ("they", "it"):
            wanted = (_Sort.GROUP,) if token.lower == "they" else (_Sort.ORGANISATION,)
            for unit in (link.unit, link.unit - 1):
                before = self.spoken.get(unit, [])
                if before:
                    last = before[-1]
                    others = {r.speaker for r in before if r.sort in wanted}
                    return last if last.sort in wanted and len(others) == 1 else _NOBODY
            return _NOBODY
        return _NOBODY

    def he_or_she(self, token: Token, link: Link) -> _Referent:
        gender = "m" if token.lower == "he" else "f"
        units = self.layout.units
        right_before = self.named_right_before(token, units[link.unit].span, gender)
        if right_before is not None:
            return right_before
        looked_at = 0
        for unit in range(link.unit, -1, -1):
            # A sentence within a quotation names nobody whom the article then calls "he", and is not counted.
            if not self.spoken.get(unit) and self.layout.quoted(units[unit].span):
                continue
            looked_at += 1
            if looked_at > _BACK + 1 or units[link.unit].paragraph - units[unit].paragraph > 1:
                break
            until = token.start if unit == link.unit else units[unit].span.end
            verdict = self.in_unit(unit, until, gender, own=unit == link.unit)
            if verdict is not None:
                return verdict
        return self.protagonist(token, gender)

    def named_right_before(self, token: Token, unit: Span, gender: str) -> _Referent | None:
        """The person of "the head of NATO, Hoop Scheffer, he has explained"."""
        if token.start <= unit.start:
            return None
        before = self.ledger.within(Span(unit.start, token.start))
        if not before or self.text[before[-1].span.end : token.start].strip() != ",":
            return None
        # Only a name that stands apart is taken up again: in "When Tom met Bob Hill, he said" it may be either.
        ahead = self.text[unit.start : before[-1].span.start].rstrip()
        if ahead and not ahead.endswith(","):
            return None
        person = self.person(before[-1], [])
        return person if person.gender in (gender, None) and person.speaker is not None else None

    def protagonist(self, token: Token, gender: str) -> _Referent:
        """The only one whom "he" or "she" can mean in the article so far, where it is mostly about them."""
        counts = [0] * len(self.ledger.people)
        doubts = 0
        for mention in self.ledger.within(Span(0, max(1, token.start))):
            if mention.person is None:
                doubts += 1
            else:
                counts[mention.person] += 1
        people = list(enumerate(self.ledger.people))
        fits = [index for index, person in people if person.gender == gender and counts[index]]
        others = doubts + sum(counts[index] for index, person in people if person.gender is None)
        if len(fits) != 1 or counts[fits[0]] < max(_PROTAGONIST, others):
            return _NOBODY
        person = self.ledger.people[fits[0]]
        return _Referent(
            Speaker(person.name, person.roles[0] if person.roles else None), _Sort.PERSON, fits[0], person.gender
        )

    def in_unit(self, unit: int, until: int, gender: str, *, own: bool) -> _Referent | None:
        """Whom a pronoun means judging by one unit; ``None`` when the unit says nothing about it."""
        spoken = [r for r in self.spoken.get(unit, ()) if self.may_be(r, gender)]
        if (self.spoken.get(unit) and not own) or spoken:
            distinct = {(r.person, r.speaker) for r in spoken}
            if len(distinct) == 1 and spoken[0].speaker is not None:
                return spoken[0]
            if len(distinct) > 1:
                return _NOBODY
            if any(r.speaker is None for r in self.spoken.get(unit, ())):
                return _NOBODY
        named = self.named(unit, until, gender)
        if len(named) == 1:
            person = self.ledger.people[named[0]]
            return _Referent(
                Speaker(person.name, person.roles[0] if person.roles else None), _Sort.PERSON, named[0], person.gender
            )
        return _NOBODY if len(named) > 1 else None

    def may_be(self, referent: _Referent, gender: str) -> bool:
        if referent.sort is _Sort.PERSON or referent.sort is _Sort.UNNAMED:
            return referent.gender in (None, gender)
        return False

    def named(self, unit: int, until: int, gender: str) -> list[int]:
        """The people a unit names outside quotations before ``until`` whom the pronoun could mean."""
        found: list[int] = []
        span = self.layout.units[unit].span
        if until <= span.start:
            return found
        pronoun = self.first_pronoun(unit, until, gender)
        for mention in self.ledger.within(Span(span.start, until)):
            if self.layout.quoted(mention.span):
                continue
            if mention.person is None or (pronoun is not None and pronoun < mention.span.start):
                # Two could be meant; or "he met John Smith": whoever "he" is, it is not Smith.
                found.append(-1 - len(found))
                continue
            person = self.ledger.people[mention.person]
            if person.gender in (None, gender) and mention.person not in found:
                found.append(mention.person)
        return found if all(index >= 0 for index in found) else [-1, -2]

    def first_pronoun(self, unit: int, until: int, gender: str) -> int | None:
        """Where a unit first says "he" or "she" outside quotations."""
        wanted = "he" if gender == "m" else "she"
        for token in self.layout.units[unit].tokens:
            if token.start >= until:
                break
            if token.is_word and token.lower in (wanted, wanted + "'s", wanted + "’s"):
                return token.start
        return None


def _base(tokens: list[Token]) -> list[Token]:
    """The phrase without what follows its first comma, bracket or "who"."""
    base: list[Token] = []
    for at, token in enumerate(tokens):
        if token.text in (",", "(", "—", "–", "--", ";", ":") and base:
            if token.text == "," and _lists(tokens, at):
                base.append(token)
                continue
            break
        if token.lower in ("who", "whose", "which", "that") and base:
            break
        base.append(token)
    while base and not base[-1].is_word:
        base.pop()
    return base


def _lists(tokens: list[Token], at: int) -> bool:
    """Whether a comma separates the members of a list: "Carson, Fiorina and Huckabee"."""
    rest = tokens[at + 1 :]
    if not rest or not rest[0].is_capital:
        return False
    return any(token.lower in ("and", "&") for token in rest[:5]) and not any(token.text == "," for token in rest[-2:])


def _joins(base: list[Token]) -> bool:
    return any(token.lower in ("and", "&") for token in base)


def _head_token(base: list[Token]) -> Token | None:
    """The head of a noun phrase: the last word before its first preposition or participle."""
    start = 1 if base[0].lower in lex.DETERMINERS and len(base) > 1 else 0
    for at in range(start + 1, len(base)):
        token = base[at]
        if (token.lower in lex.PREPOSITIONS and token.lower != "of") or token.lower in (
            "familiar",
            "close",
            "briefed",
            "involved",
            "who",
            "that",
            "including",
        ):
            return base[at - 1] if base[at - 1].is_word else None
        if token.lower == "of" and (not base[at - 1].is_capital or lex.is_role(base[at - 1].lower)):
            return base[at - 1]
    return base[-1] if base[-1].is_word else None


def _name_end(body: list[Token], last: Token) -> int:
    """Where a proper name ends whose head is ``last``: "Centers for Disease Control and Prevention"."""
    end = last.end
    at = next(n for n, token in enumerate(body) if token is last) + 1
    while at + 1 < len(body) and body[at].lower in ("of", "for", "and", "on", "&", "the"):
        after = at + 1 if body[at + 1].lower != "the" else at + 2
        if after >= len(body) or not body[after].is_capital:
            break
        at = after
        while at < len(body) and body[at].is_capital:
            end = body[at].end
            at += 1
    return end


def _is_organisation(body: list[Token]) -> bool:
    return any(token.lower in lex.ORGANISATION_WORDS and token.is_capital for token in body)


def _is_plural(base: list[Token], last: Token) -> bool:
    word = last.lower
    return base[0].lower in (
        "some",
        "many",
        "several",
        "most",
        "two",
        "three",
        "four",
        "five",
        "both",
        "these",
        "those",
    ) or (
        (word.endswith("s") and not word.endswith(("ss", "us", "is", "'s", "’s")))
        or word in ("people", "police", "men", "women")
    )


def _plain(word: str) -> str:
    word = word.removesuffix("'s").removesuffix("’s")
    return lex.ROLE_SYNONYMS.get(word, word)


def _role_head(role: str) -> str:
    tokens = role.split()
    for at, word in enumerate(tokens):
        if word.lower() in lex.PREPOSITIONS and at:
            return _plain(tokens[at - 1].lower())
    return _plain(tokens[-1].lower())


def _last_word(name: str) -> str:
    tokens = name.lower().split()
    for at, word in enumerate(tokens):
        if word in lex.PREPOSITIONS and at:
            return tokens[at - 1]
    return tokens[-1] if tokens else ""


def _gender_of_words(base: list[Token]) -> str | None:
    for token in base:
        if token.lower in lex.FEMALE_ROLES:
            return "f"
        if token.lower in lex.MALE_ROLES:
            return "m"
    return None


def _spelled_role(base: list[Token]) -> str | None:
    body = base[1:] if base[0].lower in lex.ARTICLES else base
    return " ".join(token.text for token in body) or None
