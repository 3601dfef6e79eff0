"""By-lines -> the names of people. Pure; what is not clearly a person's name is left out rather than guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .clean import ROLE

_PARTICLE = (
    r"(?:de|da|do|dos|das|del|della|di|du|la|le|van|von|vom|zu|zur|der|den|ter|ten|bin|bint|ibn|al|el|"
    r"abu|ben|y|e|af|av|v\.|st\.?|mc|mac|o')"
)
_WORD = r"(?:[^\W\d_a-zß-öø-ÿ][\w'’.-]*|[A-Z]\.)"
_NAME = re.compile(rf"{_WORD}(?: (?:{_PARTICLE}|{_WORD}|(?:Jr|Sr)\.?|I{{1,3}}|IV)){{1,5}}")
_LEAD = re.compile(
    r"^(?:(?:a |an )?(?:veröffentlicht|erstellt|story|article|text|report|analysis|opinion|commentary|"
    r"perspective|interview|essay|review|words?|written|reported|posted|published|"
    r"reporting|authored|by-?line|submitted|contributed|verfasst|geschrieben)s? )?(?:by|von|vom|par|por|di|av|"
    r"door|author|autor(?:in)?|text|texto|testo|tekst|текст|автор|interview|foto)s?\b[:\s]+",
    re.IGNORECASE,
)
_ROLE_WORDS = re.compile(
    rf"\b(?:{ROLE}|staff|team|desk|newsroom|news|bureau|editorial|redaktion\w*|rédaction|redacción|redação|"
    rf"redazione|press|service|services|agency|agencies|agenturen|"
    r"network|media|magazine|magazin|online|digital|wire|wires|chief|senior|director|manager|president|"
    r"professor|special|contributing|admin|"
    r"administrator|wordpress\w*|webmaster|editors?|department|company|inc|ltd|llc|gmbh|university|institute|"
    r"foundation|group|studios?|blog|website|"
    r"user|anonymous|unknown|author|author's|moderator|superuser|none|null|undefined|"
    r"published|updated|posted|read more|"
    r"more|follow|subscribe|share|comments?|photos?|images?|video|copyright|rights|reserved|translated|"
    r"edited|exclusive|opinion|"
    r"sponsored|partner|content|advertorial|posts|view|about|contact|profile|bio|times|post|daily|gazette|"
    r"herald|tribune|journal|guardian|"
    r"broadcasting|television|radio|tv)\b",
    re.IGNORECASE,
)
# Family names too ("Ann Root"): they make no name only where they stand first.
_FIRST_WORDS = re.compile(r"(?:root|home|stand|human|guest|test|name|all)\b", re.IGNORECASE)
# Behind a comma after a name, without full stops.
_DEGREES = frozenset(
    "md phd do jd mba mph ms msc ma ba bs bsc rn rd rdn cpa cfa cfp esq llm med edd psyd lcsw np pa-c dvm facs".split()
)
_ARTICLES = re.compile(r"(?:the|an?|der|die|das|ein|eine|le|les|el|los|las|il|gli) ", re.IGNORECASE)
_CAPITALS = re.compile(r"(?:AP|AFP|ABC|BBC|CBS|CNBC|CNN|CTV|NBC|NPR|PBS|UPI|USA)\b")
_DAYS = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|today|yesterday|"
    r"january|february|march|april|june|july|august|september|october|november|december|\w*admin\w*",
    re.IGNORECASE,
)
_ORGANISATIONS = frozenset(
    "reuters|ap|afp|associated press|the associated press|agence france-presse|dpa|upi|united press "
    "international|bloomberg|bloomberg news|xinhua|tass|"
    "interfax|ans|ani|pti|ians|press trust of india|efe|ansa|kyodo|yonhap|anadolu|anadolu agency|pa media|"
    "press association|cnn|bbc|bbc news|npr|"
    "fox news|nbc news|abc news|cbs news|msnbc|al jazeera|deutsche welle|dw|usa today|newsweek|politico|axios|"
    "vox|time|forbes|the conversation|"
    "propublica|sky news|the guardian|washington post|the washington post|new york times|the new york times|et "
    "online|getty images|editor|guest|new york post".split("|")
)
_LONGEST_NAME = 60
_ADDRESS = re.compile(r"(?:https?:|www\.)\S*|\S+@\S+\.\S+")


def person(text: str, outlet: str | None = None, *, single: bool = False) -> str | None:
    """The person's name in ``text``, or ``None`` for an address, a role, an organisation, the ``outlet`` or a date.

    ``single`` admits one word ("gizzmo"): only where the page itself marks the text as its author.
    """
    name = re.sub(r"\s+", " ", text).strip(" \t\n,;:|·•–—-/@")
    name = _LEAD.sub("", name)
    name = re.sub(r"\s*[(\[<].*$", "", name).strip(" ,;:|·•–—-/")
    name = re.sub(r"^(?:Dr|Prof|Mr|Mrs|Ms|Dipl\.-\w+)\.? (?=\w+ \w)", "", name)
    if not 2 <= len(name) <= _LONGEST_NAME or re.search(
        r"https?:|www\.|\S@\S|\.(?:com|org|net|de|co)\b|[\d#{}\\=%&?!…]", name
    ):
        return None
    if _DAYS.fullmatch(name) or name.lower() in _ORGANISATIONS or _ROLE_WORDS.search(name) or _same(name, outlet):
        return None
    if _FIRST_WORDS.match(name) or _CAPITALS.match(name):
        return None
    if re.search(r"[\u2e80-\u9fff\uac00-\ud7af]", name):
        return name if len(name) <= 8 else None
    if _NAME.fullmatch(name) and (single or not _ARTICLES.match(name)):
        return _capitals_lowered(name)
    if not single:
        return None
    words = name.split(" ")
    # Pen names; of more than two words, where each begins with a capital: "show all articles" is none.
    pen = len(words) <= 2 or (len(words) <= 4 and not any(word[0].islower() for word in words))
    return name if pen and all(re.fullmatch(r"[\w'’.-]+", word) for word in words) else None


def is_full_name(name: str) -> bool:
    """Whether ``name`` has the form of a person's full name, not of a pen name, initials or a login."""
    return _NAME.fullmatch(name) is not None or re.fullmatch(r"[\u2e80-\u9fff\uac00-\ud7af]{2,8}", name) is not None


def people(text: str, outlet: str | None = None, *, single: bool = False) -> tuple[str, ...]:
    """Every person named in a by-line ("By Jane Doe, Staff Writer, and John Roe"), in order, without repetitions."""
    parts = _parts(text)
    # "Reuters, Washington": beside an agency one word is where its report comes from.
    single = single and not any(part.lower() in _ORGANISATIONS for part in parts)
    if single and len(parts) == 2 and re.search(r"\w, \w", text) and all(re.fullmatch(_WORD, part) for part in parts):
        # "Doe, Jane", as libraries write one name; two authors are seldom given by one word each.
        parts = [f"{parts[1]} {parts[0]}"]
    return unique(name for part in parts if (name := person(part, outlet, single=single)))


def is_only_people(text: str, outlet: str | None = None) -> bool:
    """Whether a by-line holds nothing but names, roles and outlets: "Angela Merkel, who …" is a sentence."""
    parts = _parts(text)
    return bool(parts) and all(
        person(part, outlet)
        or part.lower() in _ORGANISATIONS
        or (_ROLE_WORDS.search(part) and part.count(" ") < 4)
        or _same(part, outlet)
        for part in parts
    )


def _parts(text: str) -> list[str]:
    text = re.sub(r"\s+", " ", _ADDRESS.sub(" ", text)).strip(" ,;")
    text = _LEAD.sub("", text)
    text = re.sub(r" (?:(?:for|at|from|in) (?:the )?[A-Z]|(?:on|am) \w|,? \d).*$", "", text)
    parts = [part for part in re.split(r"\s*[,;|/·•\n]\s*|\s+(?:and|und|et|with|mit|&|–|—|-)\s+|^and\s+", text) if part]
    degrees = [part for part in parts[1:] if re.sub(r"[. ]", "", part).lower() in _DEGREES]
    return [part for part in parts if part not in degrees]


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """``names`` without those that only differ in case, first form kept."""
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(name.casefold(), name)
    return tuple(seen.values())


def byline(line: str, outlet: str | None = None) -> tuple[str, ...] | None:
    """The authors of a ``line`` that is a by-line and nothing else; ``()`` for one that names nobody; else ``None``."""
    if len(line) > 160 or not re.match(
        r"(?:(?:story|words|analysis|written|reported|reporting|opinion|posted|published) )?(?:by|von)\b:? ?\S",
        line,
        re.IGNORECASE,
    ):
        return None
    if re.search(r"[.!?]$", line) and not re.search(r"\b(?:Jr|Sr|[A-Z])\.$", line):
        return None
    body = re.sub(r"^(?:\w+ )?(?:by|von)\b:?\s*", "", line, flags=re.IGNORECASE)
    # Every part must be a name, a role, an outlet or a day, or this is a heading that begins with "By".
    names = people(body, outlet)
    if any(part[0].islower() and not person(part) and not _ROLE_WORDS.search(part) for part in _parts(body)):
        return None
    first = re.split(r"[,;|/·•]| and | und | & | – | — | - | for | in ", body)[0].strip()
    if person(first, outlet):
        return names
    if first.lower() in _ORGANISATIONS or (_ROLE_WORDS.search(first) and first.count(" ") < 4) or _same(first, outlet):
        return names
    return None


def _same(name: str, outlet: str | None) -> bool:
    def bare(text: str) -> str:
        return re.sub(r"^the|[\W_]+|(?:com|org|net|de|co)$", "", text.casefold())

    return outlet is not None and bare(name) == bare(outlet)


def _capitals_lowered(name: str) -> str:
    words = name.split(" ")
    if not all(word.isupper() for word in words if len(word) > 1):
        return name
    return " ".join(word if len(word) <= 2 or "." in word else word.title().replace("’S", "’s") for word in words)
