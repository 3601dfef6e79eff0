"""What a question asks for: the words that matter and how much, its names and numbers, and the kind of answer."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain

import snowballstemmer

from index.attribution.lexicon import ROLE_NOUNS

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

STOPWORDS = frozenset(
    """a about after again all also am among an and any anybody anyone anything are as at be became been before being
    between but by can could did do does doing done during each every for from get gets getting got had has have having
    he her here hers him his how however i if in into is it its itself just let like made make makes many may me might
    more most much must my no not now of off on once one only or other our ours out over own per please s said same say
    saying says shall she should so some such tell than that the their theirs them then there these they thing things
    this those through to too under until up upon us very via was we were what whatever when where whether which while
    who whom whose why will with within without would yes you your yours t re ve ll d m don didn doesn isn aren wasn
    weren won wouldn couldn shouldn hasn haven hadn according know known kind type name named called ever still yet
    anyway actually exactly really soon recently currently today week month year happen happened""".split()
)
"""Words that do not tell what a question is about: function words, question words, and what asks rather than names."""


class Want(Enum):
    """The kind of thing that would answer."""

    NUMBER = "number"
    MONEY = "money"
    TIME = "time"
    PERSON = "person"
    IDENTITY = "identity"
    PLACE = "place"
    NAME = "name"
    REASON = "reason"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the question that tells what it is about."""

    word: str
    stem: str
    weight: float
    """How telling it is: the log of how rare it is in general English, about 1 (common) to 7 (rare)."""
    name: bool
    """Whether it is part of a name: written with a capital inside the sentence, or a number."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is looked up."""

    text: str
    terms: tuple[Term, ...]
    want: Want
    recent: bool
    """Whether it leans on the day it is asked ("this week", "latest")."""
    counted: str | None = None
    """The thing whose number is asked for ("how many containers")."""
    speaker: tuple[str, ...] = ()
    """Stems of the person whose words are asked for ("what did Putin say")."""
    newest: bool = False
    """Whether it asks for the newest there is ("the latest", "this week", "so far")."""

    @property
    def of_any_subject(self) -> bool:
        """Whether all that it names is the person whose words are asked for ("What did Putin say?")."""
        return bool(self.speaker) and all(term.stem in self.speaker for term in self.terms)

    @property
    def weight(self) -> float:
        """The sum of its terms' weights."""
        return sum(term.weight for term in self.terms)


_stemmer = snowballstemmer.stemmer("porter")


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The Porter stem of a word, as the store's word index has it; without a possessive ending."""
    folded = word.casefold().replace("’", "'")
    folded = folded[:-2] if folded.endswith("'s") else folded.replace("'", "")
    return str(_stemmer.stemWord(folded))


_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}(?=\W|$)")


def plain_acronyms(text: str) -> str:
    """``text`` with "U.S." written as "US", so that both are one word. For look-up only, never shown."""
    return _DOTTED.sub(lambda m: m.group().replace(".", ""), text)


@lru_cache(maxsize=1 << 16)
def _stems_of(token: str) -> tuple[str, ...]:
    """The stems in what stands between two white spaces: "(U.S.-backed)" has two. No word reaches over white space."""
    return tuple(stem(word) for word in _WORD.findall(plain_acronyms(token)) if word != "us")


def stems(text: str) -> list[str]:
    """The stems of all words of ``text``, in order; without the pronoun "us", which is no country."""
    return list(chain.from_iterable(map(_stems_of, text.split())))


_SAME = """u|unit state|america|american  uk|britain|british|unit kingdom  un|unit nation  eu|european union
    china|chines  franc|french  spain|spanish  turkei|turkish|türkiy  poland|polish  netherland|dutch  sweden|swedish
    denmark|danish  finland|finnish  ireland|irish  greec|greek  wale|welsh  switzerland|swiss  norwai|norwegian
    scotland|scottish  philippin|filipino  thailand|thai  portug|portugues  congo|congoles  lebanon|lebanes
    vietnam|vietnames  taiwan|taiwanes  japan|japanes  england|english  israel|isra  iraq|iraqi  pakistan|pakistani
    yemen|yemeni  saudi arabia|saudi  nato|north atlant treati  fbi|feder bureau of investig  covid|coronaviru
    dprk|north korea|north korean  emir|uae|unit arab emir  gov|governor  sen|senat|senatori  prez|presid"""


@cache
def _synonyms() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Stem → the other ways (as sequences of stems) in which the same name is written."""
    table: dict[str, tuple[tuple[str, ...], ...]] = {}
    for group in re.split(r"\s{2,}", _SAME):
        ways = [tuple(way.split()) for way in group.split("|")]
        for way in ways:
            if len(way) == 1:
                table[way[0]] = tuple(other for other in ways if other != way)
    return table


class Words:
    """The words of some text, asked for one question term at a time."""

    __slots__ = ("_by_head", "_content", "_line", "_text", "stems")

    def __init__(self, text: str) -> None:
        # Of a whole article little but this is asked for, and it is most of a question's time.
        self.stems = frozenset(chain.from_iterable(map(_stems_of, set(text.split()))))
        self._text = text
        self._content: tuple[str, ...] | None = None
        self._line: str | None = None
        self._by_head: dict[str, list[str]] | None = None

    @property
    def content(self) -> tuple[str, ...]:
        """The different words that say something, folded, in order of first appearance; no numbers."""
        if self._content is None:
            folded = dict.fromkeys(word.casefold() for word in _WORD.findall(self._text))
            self._content = tuple(word for word in folded if word not in STOPWORDS and not word.isdigit())
        return self._content

    def hold(self, term: Term) -> bool:
        """Whether the term is here, in any form of the word or another way to write the same name."""
        if term.stem in self.stems:
            return True
        if any(map(self._holds_way, _synonyms().get(term.stem, ()))):
            return True
        return len(term.stem) >= 4 and any(_same_root(term.stem, other) for other in self._near(term.stem))

    def _holds_way(self, way: tuple[str, ...]) -> bool:
        if not self.stems.issuperset(way):
            return False
        if self._line is None:
            self._line = f" {' '.join(stems(self._text))} "
        return f" {' '.join(way)} " in self._line

    def _near(self, stemmed: str) -> list[str]:
        if self._by_head is None:
            self._by_head = {}
            for other in self.stems:
                self._by_head.setdefault(other[:4], []).append(other)
        return self._by_head.get(stemmed[:4], [])


def _same_root(one: str, other: str) -> bool:
    """Forms that Porter keeps apart: "russia" and "russian", "condemn" and "condemnation".

    One must be the other and an ending, and at least five letters long: "found" and "founder" are taken for one word.
    """
    short, long = sorted((one, other), key=len)
    if not long.startswith(short) or len(short) < 5:
        return False
    return long[len(short) :] in _ENDINGS


_ENDINGS = frozenset("n an ian i ish es ese ation at ment er or al ing ed e ion iv ity ist ism ship li ful".split())


@cache
def _shares() -> dict[str, float]:
    table: dict[str, float] = {}
    for line in (files("index") / "stems.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            word, thousandths = line.split("\t")
            table[word] = float(thousandths) / 1000
    return table


_RAREST = 0.001
"""Share of documents taken for a stem that the table does not list: half of the rarest it does (12 of 5,007)."""


def weight(stemmed: str) -> float:
    """How telling a stem is: ``-ln`` of the share of documents that hold it (inverse document frequency)."""
    return -math.log(_shares().get(stemmed, _RAREST) * 0.98)


_RECENT = re.compile(
    r"\b(?:this (?:past )?(?:week|weekend|month|morning)|last (?:week|night|weekend)|today|yesterday|recent(?:ly)?|"
    r"latest|newest|"
    r"(?:past|last) few (?:days|weeks)|(?:on|last|this) (?:mon|tues|wednes|thurs|fri|satur|sun)day|current(?:ly)?|now|"
    r"just|so far)\b",
    re.IGNORECASE,
)
_NEWEST = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|(?:right )?now|this week|so far|to date|up to date|currently)\b",
    re.IGNORECASE,
)
_NUMBER_ASKED = re.compile(
    r"\bhow (?:many|much|old|long|far|tall|big|large|high|fast|often|deep|heavy|wide)\b|"
    r"\b(?:what|which) (?:percent(?:age)?|number|share|amount|age|price|cost|total|score|population|magnitude|size|"
    r"length|"
    r"distance|rate|sum|proportion|fraction)\b|"
    r"\bwhat (?:is|was|were|are) the (?:\w+ )?(?:percent(?:age)?|number|amount|age|price|cost|total|score|population|"
    r"magnitude|size|length|distance|rate|death toll|toll)\b|\bpopulation\b",
    re.IGNORECASE,
)
_TIME_ASKED = re.compile(
    r"\bwhen\b|\b(?:what|which) (?:year|day|date|month|time|decade|century)\b|\bhow (?:soon|recently)\b|\bsince when\b",
    re.IGNORECASE,
)
_PERSON_ASKED = re.compile(r"\bwho(?:m|se)?\b", re.IGNORECASE)
_PLACE_ASKED = re.compile(
    r"\bwhere\b|\b(?:what|which) (?:\w+ )?(?:country|countries|city|cities|state|states|town|place|nation|continent|"
    r"region|"
    r"island|village|county|province)\b",
    re.IGNORECASE,
)
_NAME_ASKED = re.compile(r"\b(?:which|what)\b", re.IGNORECASE)
_REASON_ASKED = re.compile(r"\bwhy\b|\b(?:what|which) (?:reason|caused?|led)\b|\bhow come\b", re.IGNORECASE)
_MONEY_ASKED = re.compile(
    r"\bhow (?:much|many)\b.{0,40}?\b(?:pay|paid|cost|costs|spend|spent|worth|money|dollars|price|earn|owe|"
    r"raise|raised|"
    r"fine|fined|sell|sold|buy|bought|donated?|approved)\b|\bhow expensive\b|"
    r"\b(?:what|which) (?:\w+ ){0,2}(?:price|cost|fee)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\bhow many ((?:[^\W\d_]+ ){0,4}?)([^\W\d_]+)(?= (?:did|does|do|has|have|had|is|are|was|were|will|would|can|"
    r"could|should|in|at|on|of|from|to|for)\b|[?.,]|$)",
    re.IGNORECASE,
)
_IDENTITY_ASKED = re.compile(
    r"who(?:['’]?s| is| was| are| were)(?! (?:the|a|an|in|on|at|to|by|from|with|his|her|their|its|it|this|that|there|"
    r"here|present|involved|responsible|behind|next|first|left|hurt|dead|\w+(?:ed|ing|en))\b)"
    r"(?: [\w.'’-]+){1,3}\??$",
    re.IGNORECASE,
)
"""Who somebody is whom the question names, rather than who did or is something ("who was there", "who was killed")."""
_UNTOLD = STOPWORDS | {"people", "persons", "times", "others"}
"""Things whose number is told without naming them: "the attack killed 12"."""
_SPEAKER_ASKED = re.compile(
    r"\b(?:what|why|how|who) (?:else )?(?:did|does|do|has|had|have) (?P<who>[^?.,]{2,40}?) (?:say|said|claim|think|"
    r"argue|tell|told|"
    r"announce|announced|comment|commented|mention|mentioned|respond|warn|warned|explain|explained|promise|deny)\b|"
    r"\b(?:did|has) (?P<who2>[^?.,]{2,40}?) (?:say|said|claim|claimed|comment|commented|mention|mentioned) ",
    re.IGNORECASE,
)
_WANTS = (
    (Want.MONEY, _MONEY_ASKED),
    (Want.NUMBER, _NUMBER_ASKED),
    (Want.TIME, _TIME_ASKED),
    (Want.REASON, _REASON_ASKED),
    (Want.PLACE, _PLACE_ASKED),
    (Want.PERSON, _PERSON_ASKED),
)


def want_of(text: str) -> Want:
    """The kind of answer asked for, from the question's last sentence that asks (the ones before it set the scene)."""
    asking = [part for part in re.split(r"(?<=[.?!])\s+", text) if part.strip()]
    last = next((part for part in reversed(asking) if part.rstrip().endswith("?")), asking[-1] if asking else text)
    if _IDENTITY_ASKED.match(last.strip()):
        return Want.IDENTITY
    for want, pattern in _WANTS:
        if pattern.search(last):
            return want
    return Want.NAME if _NAME_ASKED.match(last.strip()) else Want.ANY


_LOWER_US = re.compile(r"\bthe us\b")
"""The country, as members type it; "us" alone is the pronoun."""


@lru_cache(maxsize=1024)
def parse(text: str) -> Question:
    """Read a question. Words that say nothing about its subject are left out; if none remain, ``terms`` is empty."""
    terms: dict[str, Term] = {}
    plain = _LOWER_US.sub("the US", plain_acronyms(text))
    for match in _WORD.finditer(plain):
        word = match.group()
        stemmed = stem(word)
        if word.casefold() in STOPWORDS and not _is_acronym(word):
            continue
        if len(word) < 2 and not word.isdigit():  # the word: the stem of "US" is "u"
            continue
        name = (
            word[0].isdigit() or _is_acronym(word) or (word[0].isupper() and not _starts_sentence(plain, match.start()))
        )
        known = terms.get(stemmed)
        if known is None or (name and not known.name):
            terms[stemmed] = Term(word, stemmed, weight(stemmed), name)
    counted = _COUNTED.search(text)
    return Question(
        text,
        tuple(terms.values()),
        want_of(text),
        bool(_RECENT.search(text)),
        counted.group(2).casefold() if counted and counted.group(2).casefold() not in _UNTOLD else None,
        _speaker_asked(text),
        bool(_NEWEST.search(text)),
    )


def _speaker_asked(text: str) -> tuple[str, ...]:
    """Stems of the person whose words are asked for; empty for a country, an office ("the ministry") or a pronoun."""
    asked = _SPEAKER_ASKED.search(text)
    if asked is None:
        return ()
    who = asked.group("who") or asked.group("who2")
    words = _WORD.findall(plain_acronyms(who))
    if not words or words[0].casefold() in ("the", "a", "an", "any", "some", "other", "people", "experts", "officials"):
        return ()
    found = tuple(stem(word) for word in words if word.casefold() not in STOPWORDS)
    return () if any(one in _synonyms() for one in found) else found


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.isupper() and word.isalpha()


def _starts_sentence(text: str, place: int) -> bool:
    before = text[:place].rstrip(" \t\n\"“'‘(")
    return not before or before[-1] in ".?!:"


_MONTH_OR_DAY = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?|Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)(?:day)?"
)
_TIME = re.compile(
    rf"\b{_MONTH_OR_DAY}\b|\b(?:1[5-9]|20)\d\d\b|"
    r"\b(?:today|yesterday|tomorrow|tonight|month|year|week|day|hour|decade)s?\b|"
    r"\b\d{1,2}(?::\d\d)? ?[ap]\.?m\b",
    re.IGNORECASE,
)
_SOME_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?|millions?|"
    r"billions?|half|third|quarter|twice|double|couple|none|zero)\b",
    re.IGNORECASE,
)
_CAPITALISED = re.compile(r"(?<![\w'’-])[A-Z][\w’'-]*")
_MORE_OF_A_NAME = re.compile(r"\s+[A-Z]|['’]s\b")
_DAY_NAME = re.compile(rf"{_MONTH_OR_DAY}s?")
"""Months and days are written like names and answer none of the questions for one."""
_REASON = re.compile(
    r"\b(?:because|since|due to|so that|in order to|as a result|after|to [a-z]+|over|caused|prompted|led|"
    r"amid|following|"
    r"reasons?|in response|thanks to|citing|blamed?)\b",
    re.IGNORECASE,
)


def satisfies(want: Want, words: str, asked: Iterable[str]) -> float:
    """How far ``words`` hold something of the kind that is asked for, which is not already in the question.

    0 not at all, 1 yes; for names .5 where only a word that begins a sentence may be one, and 1.2 for two names or
    more. ``asked`` are the question's stems: a number or name that the question gives itself does not answer it.
    """
    known = set(asked)
    if want is Want.NUMBER:
        return float(any(stem(m) not in known for m in _SOME_NUMBER_WORD.findall(words)))
    if want is Want.MONEY:
        return float(bool(_MONEY.search(words)))
    if want is Want.TIME:
        return float(bool(_TIME.search(words)))
    if want in (Want.PERSON, Want.PLACE, Want.NAME):
        return _names(words, known)
    if want is Want.IDENTITY:
        return float(_introduces(words, known))
    if want is Want.REASON:
        return float(bool(_REASON.search(words)))
    return 1.0


def _names(words: str, known: set[str]) -> float:
    """0 where no name is that the question lacks, .5 for a word that may be one, 1 for one, 1.2 for more."""
    count, perhaps = 0, False
    for match in _CAPITALISED.finditer(words):
        word = match.group()
        stemmed = stem(word)
        if (
            word.casefold() in STOPWORDS
            or _DAY_NAME.fullmatch(word)
            or stemmed in known
            or any(_same_root(stemmed, other) for other in known)
        ):
            continue
        if _starts_sentence(words, match.start()) and not _MORE_OF_A_NAME.match(words, match.end()):
            perhaps = True
        else:
            count += 1
    return (0.5 if perhaps else 0.0) if count == 0 else 1.0 if count == 1 else 1.2


_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|,")


def _introduces(words: str, known: set[str]) -> bool:
    """Whether a role stands by the name asked about: "spokesperson Kirby", "Kirby, a general", "Kirby is the …"."""
    tokens = _TOKEN.findall(words)
    for place, token in enumerate(tokens):
        if stem(token) not in known:
            continue
        before = [word.casefold() for word in tokens[max(0, place - 3) : place]]
        after = [word.casefold() for word in tokens[place + 1 : place + 3]]
        if any(word in ROLE_NOUNS for word in before):
            return True
        if len(after) == 2 and after[0] in (",", "is", "was") and (after[1] in _ROLE_BEGINS or after[1] in ROLE_NOUNS):
            return True
    return False


_ROLE_BEGINS = frozenset(("a", "an", "the", "who"))
_MONEY = re.compile(
    r"[$€£¥]\s?\d|\b\d[\d,.]*\s?(?:cents|pence|percent|%)|\b(?:dollars?|euros?|pounds?|yuan|yen|rupees?|roubles?|"
    r"rubles?|"
    r"francs?|pesos?|cents?)\b",
    re.IGNORECASE,
)
_SOME_NUMBER_WORD = re.compile(rf"(?:{_NUMBER.pattern}|{_SOME_NUMBER.pattern})\w*", re.IGNORECASE)
