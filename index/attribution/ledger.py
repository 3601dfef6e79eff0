"""Who is in the article: people with their names and roles, organisations, and every place where one is mentioned."""

from __future__ import annotations

import itertools
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from index.attribution import lexicon as lex
from index.attribution.layout import Layout, Token, words
from index.types import Span

_SUFFIXES = frozenset("jr jr. sr sr. ii iii iv".split())
_ROLE_REACH = 9
"""Words before a name that may belong to its role."""
_APPOSITION_REACH = 22
"""Words behind a name that may belong to its role."""


@dataclass(slots=True)
class Person:
    """Somebody the article names."""

    name: str
    """As full as the article gives it, without title."""
    parts: tuple[str, ...]
    first: int
    """Where the article first names them so."""
    roles: list[str] = field(default_factory=list)
    gender: str | None = None
    full: bool = True
    """Whether more than a surname is known."""
    honorific: str | None = None

    @property
    def surname(self) -> str:
        """The last part of the name that is no "Jr."."""
        return next((part for part in reversed(self.parts) if part.lower() not in _SUFFIXES), self.parts[-1])


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where the article names a person. ``person`` is ``None`` when two people could be meant."""

    span: Span
    person: int | None
    possessive: bool = False
    bare: bool = False
    """By one name only."""
    doubtful: bool = False
    """Capitalised words that may or may not be somebody: they only cast doubt on whom a pronoun means."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The people and organisations of one article."""

    people: tuple[Person, ...]
    mentions: tuple[Mention, ...]
    """In text order."""
    organisations: frozenset[str]
    lower_words: frozenset[str]
    """Every word the article also writes in small letters."""

    def within(self, span: Span) -> Sequence[Mention]:
        """The mentions that lie in ``span``."""
        first = bisect_left(self.mentions, span.start, key=lambda mention: mention.span.start)
        last = bisect_right(self.mentions, span.end, key=lambda mention: mention.span.end)
        return self.mentions[first:last]


@dataclass(frozen=True, slots=True)
class _Run:
    """Capitalised words in a row: a name, with whatever stands before it."""

    tokens: tuple[Token, ...]
    before: tuple[Token, ...]
    after: tuple[Token, ...]
    possessive: bool
    opens: bool
    """Whether the run opens a sentence, where a capital letter says nothing."""
    quoted: bool


def ledger(layout: Layout, sources: Iterable[Span]) -> Ledger:
    """Reads the people of an article; ``sources`` are the words of it that point at speakers."""
    spoken = sorted(sources)
    runs, lower_words = _runs(layout)
    people: list[Person] = []
    by_parts: dict[tuple[str, ...], int] = {}
    found: list[tuple[_Run, int, tuple[Token, ...]]] = []
    leftovers: list[tuple[_Run, tuple[Token, ...], str | None]] = []
    organisations: set[str] = set()
    doubtful: list[Mention] = []
    addressed = {surname for run in runs if (surname := _addressed(run)) is not None}
    by_surname = _known_by_surname(layout, runs, spoken)
    for run in runs:
        title, name = _split(run)
        role = _role_before(run, title, name)
        parts = tuple(_clean(token) for token in name)
        if len(parts) >= 2 and _is_person(run, name, title, role, spoken, addressed, by_surname):
            key = tuple(_unaccented(part) for part in parts)
            index = by_parts.get(key)
            if index is None:
                index = by_parts[key] = len(people)
                people.append(Person(" ".join(parts), parts, name[0].start))
            found.append((run, index, name))
            _learn(people[index], run, title, role, layout.text)
            continue
        if name and any(_clean(token).lower() in lex.ORGANISATION_WORDS for token in run.tokens):
            organisations.add(" ".join(_clean(token) for token in (*run.tokens, *_continued(run))))
        elif 2 <= len(name) <= 3 and _could_be_person(run, name):
            doubtful.append(Mention(Span(name[0].start, name[-1].end), None, run.possessive, doubtful=True))
        if len(name) == 1:
            leftovers.append((run, name, role))
    _merge_longer(people, by_parts, found)
    settled = _settled(layout.text, people, found, leftovers, frozenset(organisations), frozenset(lower_words))
    _hear_pronouns(layout, settled)
    return replace(settled, mentions=tuple(sorted((*settled.mentions, *doubtful), key=lambda mention: mention.span)))


def _unaccented(part: str) -> str:
    """One form of a name that is spelled with and without its accents: "Ichiyō", "Ichiyo"."""
    apart = unicodedata.normalize("NFD", part.lower())
    return "".join(char for char in apart if not unicodedata.combining(char))


def _runs(layout: Layout) -> tuple[list[_Run], set[str]]:
    runs: list[_Run] = []
    lower_words: set[str] = set()
    for unit in layout.units:
        tokens: list[Token] = []
        for token in unit.tokens:
            if token.quotation is None:
                tokens.append(token)
            elif token.quotation.inner is not None:
                runs.extend(
                    _runs_of(
                        words(layout.text, token.quotation.inner.start, token.quotation.inner.end),
                        lower_words,
                        layout,
                        True,
                    )
                )
                tokens.append(token)
        runs.extend(_runs_of(tokens, lower_words, layout, False))
    return runs, lower_words


def _runs_of(tokens: list[Token], lower_words: set[str], layout: Layout, quoted: bool) -> list[_Run]:
    runs: list[_Run] = []
    at = 0
    opens = True
    while at < len(tokens):
        token = tokens[at]
        if not token.is_capital or (_no_name(token) and not (token.lower == "will" and not opens)):
            if token.is_word:
                if not token.is_capital:
                    lower_words.add(token.lower)
                opens = False
            elif token.is_quotation or token.text in ".:?!—":
                opens = True
            at += 1
            continue
        end = at + 1
        while end < len(tokens) and end - at < 12 and not _possessive(tokens[end - 1]):
            following = tokens[end]
            if following.is_capital and not _no_name(following) and _adjacent(layout.text, tokens[end - 1], following):
                end += 1
                continue
            if (
                following.lower in lex.NAME_PARTICLES
                and end + 1 < len(tokens)
                and tokens[end + 1].is_capital
                and not _no_name(tokens[end + 1])
            ):
                end += 2
                continue
            break
        runs.append(
            _Run(
                tuple(tokens[at:end]),
                tuple(tokens[max(0, at - _ROLE_REACH) : at]),
                tuple(tokens[end : end + _APPOSITION_REACH]),
                _possessive(tokens[end - 1]),
                opens,
                quoted,
            )
        )
        opens = False
        at = end
    return runs


def _no_name(token: Token) -> bool:
    """Whether a capitalised word is no part of a name: it opens a sentence, or is a day."""
    word = token.lower
    return (
        word in lex.DAYS
        or (word in lex.MONTHS and word not in ("may", "april", "june", "august"))
        or word in lex.DETERMINERS
        or word in lex.PRONOUNS
        or word in lex.OBJECT_PRONOUNS
        or (word in lex.PREPOSITIONS)
        or word in lex.SUBORDINATORS
        or word in lex.CONJUNCTIONS
        or word in lex.OPENERS
        or word in lex.AUXILIARIES
        or (
            word
            in ("according", "asked", "not", "there", "here", "yes", "no", "who", "what", "mr", "as", "i'm", "it's")
            and word != "mr"
        )
        or not token.text[0].isalpha()
        or word.endswith(("n't", "n’t", "'re", "’re", "'ll", "’ll", "'ve", "’ve", "'m", "’m"))
    )


def _possessive(token: Token) -> bool:
    return token.lower.endswith(("'s", "’s", "s'", "s’"))


def _clean(token: Token) -> str:
    text = token.text
    if text.lower().endswith(("'s", "’s")):
        return text[:-2]
    return text


def _adjacent(text: str, left: Token, right: Token) -> bool:
    between = text[left.end : right.start]
    return bool(between) and len(between) <= 3 and between.isspace() and "\n" not in between


def _addressed(run: _Run) -> str | None:
    """The surname behind "Mr." or "Ms." in a run, lower-cased."""
    for at, token in enumerate(run.tokens[:-1]):
        if token.lower in lex.HONORIFICS and at + 1 < len(run.tokens):
            return _clean(run.tokens[-1]).lower()
    return None


_HEARD_ALONE = 2
"""Pronouns of a person that must follow a surname, where it is the only name of a sentence, to tell that it is one."""


def _known_by_surname(layout: Layout, runs: Sequence[_Run], spoken: Sequence[Span]) -> set[str]:
    """Single names, lower-cased, that speak ("Hadid said"), or that "he" or "she" takes up: who bears them is a person.

    A place or a firm is called by the last part of its name too ("Michigan"), but does neither.
    """
    speaking = {(span.start, span.end) for span in spoken}
    heard: dict[str, int] = defaultdict(int)
    known: set[str] = set()
    by_unit: dict[int, list[_Run]] = defaultdict(list)
    starts = [unit.span.start for unit in layout.units]
    for run in runs:
        if not run.quoted:
            by_unit[bisect_right(starts, run.tokens[0].start) - 1].append(run)
    for at, here in by_unit.items():
        for run in here:
            token = run.tokens[0]
            word = _clean(token).lower()
            before = run.before[-1].lower if run.before else ""
            if len(run.tokens) > 1 or not word.isalpha() or token.text.isupper() or before in _NOT_BEFORE_PEOPLE:
                continue
            if word in lex.ORGANISATION_WORDS | lex.PLACE_WORDS | lex.NATIONALITIES | lex.ROLE_NOUNS:
                continue
            if (token.start, token.end) in speaking:
                known.add(word)
            if len(here) == 1:
                heard[word] += sum(t.lower in _PRONOUNS and t.start > token.end for t in layout.units[at].tokens)
    return known | {word for word, times in heard.items() if times >= _HEARD_ALONE}


_HEADLINE = 0.6
"""Share of capitalised words from which on capital letters tell nothing."""


def _in_headline(run: _Run) -> bool:
    """Whether a run stands among capitals: in "Injecting Clinton Into Debate" nobody is called Injecting."""
    around = [token for token in (*run.before, *run.after) if token.is_word]
    return bool(around) and sum(token.is_capital for token in around) >= _HEADLINE * len(around)


_NOT_BEFORE_PEOPLE = frozenset("the a an in at from of".split())


def _heads_department(run: _Run) -> bool:
    """Whether "Minister of" stands before the run."""
    before = run.before
    return len(before) >= 2 and before[-1].lower == "of" and before[-2].is_capital and before[-2].lower in lex.TITLES


def _split(run: _Run) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    """A run as (title and the words before it, name)."""
    tokens = run.tokens
    cut = 0
    for at, token in enumerate(tokens):
        word = _clean(token).lower()
        if (word in lex.TITLES or word in lex.HONORIFICS or word in lex.ROLE_NOUNS) and at + 1 < len(tokens):
            # "Kim Chief" is no title; "House Speaker Paul Ryan" has its title before the name.
            cut = at + 1
    rest = tokens[cut:]
    if len(rest) > 2 and _heads_department(run):
        # "Minister of Finance Chrystia Freeland": the department, then first name and surname.
        cut += len(rest) - 2
        rest = tokens[cut:]
    if len(rest) > 2:
        first = next((n for n in range(len(rest) - 1) if _clean(rest[n]).lower() in _FIRST_NAMES), None)
        if first and not any(_clean(token).lower() in _FIRST_NAMES for token in rest[:first]):
            leading = rest[:first]
            if any(
                _clean(t).lower() in lex.ORGANISATION_WORDS | lex.PLACE_WORDS | lex.NATIONALITIES or t.text.isupper()
                for t in leading
            ):
                cut += first
                rest = tokens[cut:]
    while len(rest) > 1 and (
        rest[0].lower in lex.NATIONALITIES
        or rest[0].lower in ("former", "then", "u.s.", "republican", "democratic", "democrat")
    ):
        cut += 1
        rest = tokens[cut:]
    return tokens[:cut], rest


_FIRST_NAMES = lex.MALE_NAMES | lex.FEMALE_NAMES


def _is_person(
    run: _Run,
    name: tuple[Token, ...],
    title: tuple[Token, ...],
    role: str | None,
    spoken: list[Span],
    addressed: set[str],
    by_surname: set[str],
) -> bool:
    """Whether two to five capitalised words are somebody's name: no word against it, and some evidence for it."""
    parts = ["" if _is_lower_acronym(token) else _clean(token).lower() for token in name]
    particles = {token.text for token in name if token.text in lex.NAME_PARTICLES}
    proper = [part for part in parts if part not in _SUFFIXES and part not in particles]
    if not 2 <= len(proper) <= 4:
        return False
    known_first = proper[0] in _FIRST_NAMES
    middle = proper[1:-1] if known_first else proper
    if any(part in lex.ORGANISATION_WORDS or part in lex.PLACE_WORDS for part in middle):
        return False
    if known_first and proper[-1] in lex.ORGANISATION_WORDS - {
        "post",
        "bank",
        "church",
        "house",
        "act",
        "bill",
        "today",
        "club",
    }:
        return False
    if any(part.isdigit() or (part.isupper() and len(part) > 4) for part in parts):
        return False
    if known_first:
        return True
    if role is not None and title:
        return True
    if any(token.lower in lex.HONORIFICS for token in title) or proper[-1] in addressed:
        return True
    if role is not None:
        return True
    if (
        proper[-1] in by_surname
        and not (run.opens and (run.before or run.after))
        and not _in_headline(run)
        and not any(part in _FIRST_NAMES for part in proper[1:-1])
    ):
        return True
    at = bisect_right(spoken, name[0].start, key=lambda span: span.start) - 1
    speaks = at >= 0 and spoken[at].start == run.tokens[0].start and name[-1].end <= spoken[at].end
    # Somebody who speaks and bears no word of an organisation is taken for a person.
    if speaks and not run.possessive and not any(part in lex.ORGANISATION_WORDS for part in proper):
        return True
    before = run.before[-1].lower if run.before else ""
    inside = at >= 0 and spoken[at].start < run.tokens[0].start and name[-1].end <= spoken[at].end
    if inside and not run.possessive and _names_a_kind(run.before[-1:]) and len(proper) == len(run.tokens):
        # "Fever forward Tamika Catchings said": a noun in small letters right before the name of somebody who speaks.
        return not any(part in lex.ORGANISATION_WORDS for part in proper)
    # "CEO of Altimeter Capital, a shareholder in Meta": what belongs to "of" is no person for being described.
    return before not in ("of", "at", "for", "in", "from", "on", "by") and _apposition(run) is not None


def _names_a_kind(before: tuple[Token, ...]) -> bool:
    """Whether the word before a name is a plain noun in small letters."""
    if not before or not before[0].is_word or before[0].is_capital:
        return False
    word = before[0].lower
    closed = lex.PREPOSITIONS | lex.DETERMINERS | lex.CONJUNCTIONS | lex.SUBORDINATORS | lex.PRONOUNS | lex.AUXILIARIES
    return (
        word not in closed and word not in lex.NAME_PARTICLES and not lex.is_adverb(word) and word not in lex.CUE_FORMS
    )


def _continued(run: _Run) -> list[Token]:
    """The rest of a name behind "of" or "for": "Bank" + "of England"."""
    after = run.after
    if run.possessive or len(after) < 2 or after[0].lower not in ("of", "for") or not after[1].is_capital:
        return []
    end = 1
    while end < len(after) and after[end].is_capital and not _possessive(after[end - 1]):
        end += 1
    return list(after[:end])


def _could_be_person(run: _Run, name: tuple[Token, ...]) -> bool:
    """Whether nothing speaks against two or three capitalised words being a name."""
    parts = [_clean(token).lower() for token in name]
    if run.before and run.before[-1].lower in lex.ARTICLES:
        return False
    against = lex.ORGANISATION_WORDS | lex.PLACE_WORDS | lex.NATIONALITIES | lex.MONTHS | lex.OCCASIONS
    return not any(
        part in against or not part.isalpha() or token.text.isupper() for part, token in zip(parts, name, strict=True)
    )


def _is_lower_acronym(token: Token) -> bool:
    """Whether "Un" is a name, since "UN" would be the organisation."""
    return _clean(token).lower() in lex.ACRONYMS and not token.text.isupper()


def _role_before(run: _Run, title: tuple[Token, ...], name: tuple[Token, ...]) -> str | None:
    """The role in front of a name: "National Security Council spokesperson", "President", "Texas Gov."."""
    titled = [token for token in title if token.lower not in lex.HONORIFICS and token.lower != "dr."]
    before = list(run.before)
    if [token.lower for token in (*before, *title)[-2:]] == ["first", "lady"]:
        return "first lady"  # not a lady by birth: "Lady Ann"
    words_before: list[Token] = []
    if _heads_department(run) and titled:
        # "Secretary of State John Kerry", "Director of National Intelligence James Clapper".
        at = len(before) - 1
        while at > 0 and before[at - 1].is_capital and _in_role(before[at - 1]):
            at -= 1
        return _spelled([*before[at:], *titled])
    if titled or (before and before[-1].is_word and lex.is_role(before[-1].lower) and not title):
        at = len(before)
        small_head = not titled
        while at > 0 and _in_role(before[at - 1]):
            token = before[at - 1]
            if not small_head and not token.is_capital and token.is_word and not _modifies_title(token):
                break
            at -= 1
        words_before = before[at:]
        while words_before and words_before[0].is_capital and words_before[0].lower in ("well", "oh", "yes", "no"):
            words_before = words_before[1:]
        # A role is a noun phrase: it does not begin with what belongs to the verb before it.
        while words_before and words_before[0].text in "&’'/-":
            words_before = words_before[1:]
    elif not titled:
        return _role_before_comma(run)
    tokens = [*words_before, *titled]
    if not tokens or not any(lex.is_role(token.lower) for token in tokens[-1:]):
        return _role_before_comma(run) if not tokens else None
    return _spelled(tokens)


def _modifies_title(token: Token) -> bool:
    """Whether a word in small letters may belong to a title in capitals behind it: "former President"."""
    return token.lower in lex.ROLE_MODIFIERS or token.lower in lex.ROLE_NOUNS or _possessive(token)


def _in_role(token: Token) -> bool:
    if not token.is_word:
        return token.text in "&/"
    word = token.lower
    if (
        word in lex.DETERMINERS
        or word in lex.PREPOSITIONS
        or word in lex.SUBORDINATORS
        or word in lex.CONJUNCTIONS
        or word in lex.PRONOUNS
    ):
        return False
    if (
        word in lex.AUXILIARIES
        or word in lex.IRREGULAR_VERBS
        or word in lex.DAYS
        or (word in lex.CUE_FORMS and word not in lex.ROLE_NOUNS)
    ):
        return False
    if word in lex.OPENERS or lex.is_adverb(word) or word in ("not", "said"):
        return False
    if not token.is_capital and (
        word.endswith("ing")
        and word
        not in ("acting", "leading", "ruling", "founding", "managing", "running", "outgoing", "incoming", "sitting")
    ):
        return False
    if not token.is_capital and word.endswith("ed") and word not in lex.NOT_VERBS:
        return False
    return token.text[0].isalnum()


def _role_before_comma(run: _Run) -> str | None:
    """The role in "the spokesman, John Kirby,"."""
    before = list(run.before)
    if len(before) < 3 or before[-1].text != "," or not before[-2].is_word:
        return None
    if before[-2].is_capital:
        return _head_of(before[:-1])
    if not lex.is_role(before[-2].lower):
        return None
    at = len(before) - 1
    while at > 0 and (_in_role(before[at - 1]) or before[at - 1].lower in ("of", "for")):
        at -= 1
    if at == 0 or (
        before[at - 1].lower not in ("the", "its", "their", "his", "her")
        and not any(_possessive(t) for t in before[at:-1])
    ):
        return None
    return _spelled(before[at:-1])


def _head_of(before: list[Token]) -> str | None:
    """The role in "the head of NATO, Hoop Scheffer,"."""
    at = len(before) - 1
    while at > 0 and (before[at].is_capital or before[at].lower == "the"):
        at -= 1
    if at < 2 or before[at].lower not in ("of", "at", "for") or not lex.is_role(before[at - 1].lower):
        return None
    start = at - 1
    while start > 0 and before[start - 1].lower != "the" and _in_role(before[start - 1]):
        start -= 1
    return _spelled(before[start:]) if start > 0 and before[start - 1].lower == "the" else None


def _spelled(tokens: list[Token]) -> str | None:
    """Tokens as the article spaces them: single spaces, no space where it has none."""
    if not tokens:
        return None
    parts = [tokens[0].text]
    for left, right in itertools.pairwise(tokens):
        parts.append(right.text if left.end == right.start else " " + right.text)
    role = "".join(parts).strip(" ,-")
    for leading in ("his ", "her ", "its ", "their ", "another ", "this ", "that ", "one "):
        role = role.removeprefix(leading)
    return role if 1 < len(role) <= 120 else None


def _apposition(run: _Run) -> str | None:
    """The role behind a name: "John Kirby, a spokesman for the National Security Council,"."""
    after = list(run.after)
    if len(after) > 2 and after[0].lower == "is" and after[1].lower in ("a", "an", "the"):
        # "John Kirby is a spokesman for …" says it as an apposition does.
        return _described_by(after, 2)
    if run.possessive or len(after) < 2 or after[0].text not in (",", "—", "–", "("):
        return None
    at = 1
    if after[at].is_word and after[at].lower.isdigit():
        if at + 2 >= len(after) or after[at + 1].text != ",":
            return None
        at += 2
    start = at
    if after[at].lower in lex.ARTICLES:
        start = at + 1
    elif not (
        after[at].is_word
        and (
            after[at].lower in ("former", "then", "his", "her", "its", "their")
            or lex.is_role(after[at].lower)
            or _possessive(after[at])
            or after[at].is_capital
        )
    ):
        return None
    return _described_by(after, start)


_ABBREVIATED_TITLES = frozenset("sen. rep. gov. sens. reps. govs. mr. mrs. ms. dr. gen. lt.".split())
"""What begins somebody else's name, not a description."""


def _described_by(after: list[Token], start: int) -> str | None:
    """The noun phrase from ``start`` on, where it says what somebody is."""
    end = start
    while (
        end < len(after)
        and after[end].text not in (",", ".", ";", ")", "—", "–", ":", "--", "?", "!", "(")
        and not after[end].is_quotation
    ):
        word = after[end].lower
        if word in ("who", "that", "which", "whose", "when", "where", "whom", "and") and end > start:
            if (
                word == "and"
                and end + 1 < len(after)
                and not (after[end + 1].is_capital and after[end + 1].lower in lex.TITLES)
            ):
                end += 1
                continue
            break
        if (
            end > start + 1
            and word.endswith("ed")
            and end + 1 < len(after)
            and after[end + 1].lower in lex.PREPOSITIONS
        ):
            break
        if end > start + 1 and (lex.is_adverb(word) or word in ("working", "running", "serving", "living", "based")):
            break
        end += 1
    if end == len(after) and len(after) == _APPOSITION_REACH:
        # The description is longer than what is looked at: keep the noun phrase up to its last preposition.
        end = max((n for n in range(start + 1, end) if after[n].lower in lex.PREPOSITIONS), default=start)
    if end < len(after) and after[end].is_quotation:
        # "host of MSNBC's “Morning Joe”": without the name of the programme only the host is left.
        end = max((n for n in range(start + 1, end) if after[n].lower in lex.PREPOSITIONS), default=end)
    while start < end and after[start].lower in ("his", "her", "its", "their", "another", "a", "an", "the"):
        if after[start].lower == "another":
            return None
        start += 1
    phrase = after[start:end]
    if not phrase or len(phrase) > 16 or phrase[0].lower in _ABBREVIATED_TITLES:
        return None
    heads = [
        n
        for n, token in enumerate(phrase)
        if lex.is_role(token.lower) and not (token.is_capital and token.lower in ("house", "star"))
    ]
    if not heads or any(token.lower in lex.PREPOSITIONS and token.lower != "of" for token in phrase[: heads[0]]):
        return None
    if any(
        token.lower in lex.IRREGULAR_VERBS
        or (
            token.lower in lex.CUE_FORMS
            and token.lower not in lex.ROLE_NOUNS
            and token.lower.endswith(("ed", "said", "says", "told"))
        )
        for token in phrase
    ):
        return None
    if phrase[0].lower in lex.PRONOUNS:
        return None
    return _spelled(phrase)


def _learn(person: Person, run: _Run, title: tuple[Token, ...], role: str | None, text: str) -> None:
    """Adds to a person what one mention says about them."""
    behind = _apposition(run)
    for found in (role, behind):
        if (found is not None and found not in person.roles and not run.quoted) or (
            found is not None and found not in person.roles and not person.roles
        ):
            person.roles.append(found)
    if person.gender is None:
        person.gender = _gender(person, title, (role, behind))


def _gender(person: Person, title: tuple[Token, ...], roles: Iterable[str | None]) -> str | None:
    for token in title:
        if token.lower in lex.HONORIFICS:
            return lex.HONORIFICS[token.lower]
    for role in roles:
        for word in (role or "").lower().split():
            if word in lex.FEMALE_ROLES:
                return "f"
            if word in lex.MALE_ROLES:
                return "m"
    return lex.gender_of_name(person.parts[0])


def _merge_longer(
    people: list[Person], by_parts: dict[tuple[str, ...], int], found: list[tuple[_Run, int, tuple[Token, ...]]]
) -> None:
    """Makes "Joseph R. Biden" and "Joseph Biden" one person: same first and last name."""
    by_ends: dict[tuple[str, str], int] = {}
    moved: dict[int, int] = {}
    for index, person in enumerate(people):
        ends = (person.parts[0].lower().rstrip("."), person.surname.lower())
        suffix = any(part.lower() in _SUFFIXES for part in person.parts)
        if suffix:
            continue
        kept = by_ends.setdefault(ends, index)
        if kept != index:
            moved[index] = kept
            people[kept].roles.extend(role for role in person.roles if role not in people[kept].roles)
            people[kept].gender = people[kept].gender or person.gender
    by_surname: dict[str, list[int]] = defaultdict(list)
    for index, person in enumerate(people):
        if index not in moved:
            by_surname[person.surname.lower()].append(index)
    for namesakes in by_surname.values():
        # A family of more than a dozen is no family; and comparing each with each would cost too much.
        if 1 < len(namesakes) <= 12:
            _merge_namesakes(people, namesakes, moved)
    for at, (run, index, name) in enumerate(found):
        if index in moved:
            found[at] = (run, moved[index], name)
    for key, index in list(by_parts.items()):
        by_parts[key] = moved.get(index, index)


def _merge_namesakes(people: list[Person], namesakes: list[int], moved: dict[int, int]) -> None:
    """Finds spellings of one person among people of one surname; ``moved`` learns which index stands for which."""
    for index in namesakes:
        first = people[index].parts[0]
        others = [n for n in namesakes if n != index and n not in moved]
        if len(first.rstrip(".")) == 1:
            # An initial stands for the one person it fits: "J. Kirby" is John Kirby.
            fits = [n for n in others if people[n].parts[0][0] == first[0] and len(people[n].parts[0].rstrip(".")) > 1]
            if len(fits) == 1:
                moved[index] = fits[0]
            continue
        for other in others:
            # One letter apart in the first name is a slip of the pen: Kristin and Kristen.
            same = people[other].gender == people[index].gender
            if other < index and same and _one_letter_apart(people[other].parts[0], first):
                moved[index] = other
                break


def _one_letter_apart(left: str, right: str) -> bool:
    return len(left) == len(right) >= 6 and sum(a != b for a, b in zip(left, right, strict=True)) == 1


def _settled(
    text: str,
    people: list[Person],
    found: list[tuple[_Run, int, tuple[Token, ...]]],
    leftovers: list[tuple[_Run, tuple[Token, ...], str | None]],
    organisations: frozenset[str],
    lower_words: frozenset[str],
) -> Ledger:
    """Resolves single names to people and collects all mentions."""
    alive = {index for _, index, _ in found}
    surnames: dict[str, set[int]] = defaultdict(set)
    firsts: dict[str, set[int]] = defaultdict(set)
    for index in alive:
        surnames[people[index].surname.lower()].add(index)
        firsts[people[index].parts[0].lower()].add(index)
    mentions = [Mention(Span(name[0].start, name[-1].end), index, run.possessive) for run, index, name in found]
    owner = _owners(people, surnames, leftovers)
    relatives = _relatives(people, surnames, leftovers)
    for run, name, role in leftovers:
        token = name[0]
        word = _clean(token).lower()
        title = run.tokens[: len(run.tokens) - 1]
        honorific = next((t for t in title if t.lower in lex.HONORIFICS), None)
        candidates = (surnames.get(word) or firsts.get(word) or set()) - relatives
        titled = role is not None or honorific is not None
        if (
            not candidates
            and titled
            and word.isalpha()
            and word not in lex.ORGANISATION_WORDS | lex.PLACE_WORDS | lex.ROLE_NOUNS | lex.NATIONALITIES
            and not token.text.isupper()
        ):
            index = len(people)
            named = _clean(token)
            shown = f"{honorific.text} {named}" if honorific is not None and role is None else named
            people.append(
                Person(shown, (named,), token.start, full=False, honorific=honorific.text if honorific else None)
            )
            surnames[word].add(index)
            candidates = {index}
        if not candidates:
            continue
        if len(candidates) > 1 and honorific is not None:
            gender = lex.HONORIFICS[honorific.lower]
            fitting = {n for n in candidates if people[n].gender == gender}
            unfit = {n for n in candidates if people[n].gender not in (gender, None)}
            candidates = fitting if len(fitting) == 1 and fitting | unfit == candidates else candidates
        if len(candidates) > 1 and word in owner and honorific is None:
            candidates = {owner[word]}
        index_or_none = next(iter(candidates)) if len(candidates) == 1 else None
        if index_or_none is not None:
            _learn(people[index_or_none], run, title, role, text)
        mentions.append(Mention(Span(token.start, token.end), index_or_none, run.possessive, bare=True))
    mentions.sort(key=lambda mention: mention.span)
    return Ledger(tuple(people), tuple(mentions), organisations, lower_words)


_HEARD, _UNANIMOUS = 3, 0.8
"""Pronouns that must follow a name, and the share of one gender among them, to tell that of its bearer."""
_PRONOUNS = {word: gender for gender, said in (("m", "he him his"), ("f", "she her hers")) for word in said.split()}


def _hear_pronouns(layout: Layout, ledger: Ledger) -> None:
    """Gives people the gender of the pronouns in the sentences that name nobody else: "Jenna … her … she"."""
    heard: dict[int, list[str]] = defaultdict(list)
    for unit in layout.units:
        mentions = [mention for mention in ledger.within(unit.span) if not layout.quoted(mention.span)]
        named = {mention.person for mention in mentions}
        person = next(iter(named)) if len(named) == 1 else None
        if person is not None:
            heard[person] += [
                _PRONOUNS[token.lower]
                for token in unit.tokens
                if token.lower in _PRONOUNS and token.start > mentions[0].span.end
            ]
    for person, genders in heard.items():
        for gender in ("m", "f"):
            if len(genders) >= _HEARD and genders.count(gender) >= _UNANIMOUS * len(genders):
                ledger.people[person].gender = gender


def is_relative(person: Person) -> bool:
    """Whether the article brings a person in as somebody's son, wife, brother ..."""
    return any(role.split()[-1].lower() in lex.RELATIVES for role in person.roles)


def _relatives(
    people: list[Person], surnames: dict[str, set[int]], leftovers: list[tuple[_Run, tuple[Token, ...], str | None]]
) -> set[int]:
    """People brought in as somebody's relative ("his son Tim Cole") while another of the family has the surname.

    The other one is only ever called by it: with a title that the relative does not have ("Mayor Cole"), or before the
    relative is named. Taking the relative for them gave 63 turns of a president to his son in 120 public documents.
    """
    found: set[int] = set()
    for surname, indices in surnames.items():
        for index in indices:
            person = people[index]
            if is_relative(person) and any(
                run.tokens[-1].start < person.first
                or (role is not None and role not in person.roles)
                or any(lex.HONORIFICS.get(t.lower, person.gender) != person.gender for t in run.tokens[:-1])
                for run, name, role in leftovers
                if _clean(name[0]).lower() == surname
            ):
                found.add(index)
    return found


def _owners(
    people: list[Person], surnames: dict[str, set[int]], leftovers: list[tuple[_Run, tuple[Token, ...], str | None]]
) -> dict[str, int]:
    """Shared surnames that the article already uses alone for one person before it brings in the other."""
    bare: dict[str, list[int]] = defaultdict(list)
    for run, name, _ in leftovers:
        if len(run.tokens) == 1 and not run.quoted:
            bare[_clean(name[0]).lower()].append(name[0].start)
    owners: dict[str, int] = {}
    for surname, indices in surnames.items():
        if len(indices) < 2:
            continue
        first, second = sorted(indices, key=lambda index: people[index].first)[:2]
        if sum(people[first].first < at < people[second].first for at in bare.get(surname, ())) >= 2:
            owners[surname] = first
    return owners
