"""Text -> spans that tile it exactly: sentences and paragraphs, by rules.

Every decision looks back no further than the start of its own sentence and ahead no further than its own line, so that
a sentence split on its own is one sentence again, and the time is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from index.types import Span


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_WORD = re.compile(r"[^\W_]")
_LETTERS = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)?")
_OPENERS = "\"'“‘«„(["
_DASHES = "-–—―‒"
_WIDE = "。！？"
_QUOTES = "\"'”’»“‘"

# A terminator with everything that stays with its sentence: closing quotes and brackets, then footnote markers.
# “ and ‘ close a quotation in some languages; here only before white space, where they cannot open one.
_END = re.compile(
    r"(?P<mark>\.(?:[ \u00a0]\.)+|[.!?…。！？؟।]+)"
    r"(?P<close>(?:[\"'”’»›)\]}*_]|[ \u00a0][”»\"](?=\s|\Z)|[“‘](?=\s|\Z))*)"
    r"(?P<note>(?:\[\d{1,3}\]|[¹²³⁴-⁹⁰†‡])*)"
)
# What stands directly before a full stop; 40 characters hold any abbreviation, and keep the look back bounded.
_TOKEN = re.compile(r"[^\W_](?:[\w.&’'-]*)\Z")
_TOKEN_REACH = 40
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.-?)+[^\W\d_]{1,2}\Z")
_LIST_MARK = re.compile(r"[\s\"'“‘*•▪●◦‣(\[-]*(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[ivxIVX]{2,5})\Z")
_JOINED_NEXT = re.compile(r"[^\W\d_]+(?=[\s,’']|\Z)")
_JOINED_BEFORE = re.compile(r"(?:^|\s)[\"'“‘(\[]*[^\W\d_]+(?:[’'-][^\W\d_]+)*[^\W\d_]\Z")
_JOINED_NOTE = re.compile(r"\d{1,2}(?=\s+[\"“‘'(\[]*[^\W\d_])")

_TITLES = (
    "Mr Mrs Ms Mx Dr Drs Gen Gens Sen Sens Rep Reps Gov Govs Lt Col Sgt Capt Cpl Maj Adm Prof Rev Hon Pres Fr Msgr"
)
_TITLES += " Supt Atty Amb Cmdr Pvt Spc Insp Det Messrs Mme Mlle Sec Brig Ald Asst Dir"
_NEVER = _words(f"{_TITLES} Mt Ft vs Vs v cf viz ca approx Rs eg ie incl esp")
"""Never the end of a sentence that goes on."""
_NUMBERED = _words("No Nos no nos p pp Art art Arts Fig fig Figs figs Ch ch Vol vol Para para Pt pt Ext ext Tel tel")
"""Abbreviations before a number, ordinary words otherwise."""
_MONTHS = "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
_DAYS = _words("Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun")
"""Abbreviations before a date, ordinary words otherwise."""
_STATES = "Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind Kan Kans Ky La Mass Md Mich Minn Miss Mo Mont Neb Nev Okla"
_STATES += " Ore Pa Penn Tenn Tex Va Vt Wash Wis Wyo Ont Que"
_MAY_END = _words(
    f"{_MONTHS} {_STATES} Inc Corp Co Cos Ltd Bros Jr Sr Esq etc al St Ave Blvd Rd Dept Univ Assn Intl Natl "
    "Govt lb lbs oz sq ft hrs max min est Ed Eds Cie"
)
"""End a sentence only where the next word begins one."""
_CLOCK = frozenset({"a.m", "p.m", "A.M", "P.M"})
_AFTER_CLOCK = _words(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july "
    "august september october november december jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues "
    "wed thu thurs fri sat sun et est edt ct cst cdt mt mst mdt pt pst pdt gmt utc bst cet cest ist jst kst "
    "eastern central pacific mountain greenwich moscow london paris tokyo beijing local"
)
_DATE_WORDS = _AFTER_CLOCK - _words("london paris tokyo beijing moscow local et ct mt pt")
_SHOUTED = _words("yahoo yum jeopardy wham oklahoma airplane panic chips e rouge")
"""Names that carry their own exclamation mark."""
_LABELLED = _words("vitamin plan group type hepatitis class grade team exhibit appendix section model")
"""Words after which a single capital letter is a label, not an initial."""
_STARTERS = _words(
    "a about above according across additionally after afterwards again against ago all almost along already "
    "also although among an and another any anyone are as asked at because before behind being below beside "
    "besides between beyond both but by can could did do does during each earlier either else elsewhere even "
    "every everyone everything few finally for from further had has have he her here his how however i if in "
    "indeed instead into is it its just last later let like many maybe meanwhile more moreover most much my "
    "neither never nevertheless no nobody none nonetheless nor not nothing now of often on once one only or "
    "other others our perhaps please several she should since so some someone sometimes soon speaking still "
    "such than that the their then there these they this those though three through throughout thus to today "
    "together tomorrow tonight too two unless unlike until upon was we were what whatever when where whether "
    "which while who whoever whose why with within without would yes yesterday yet you your it's he's she's "
    "they're we're i'm i've i'll i'd that's there's here's what's don't we've we'll it'll he'd she'd you're "
    "isn't wasn't"
)
"""Words that begin sentences and are hardly ever names: they decide what an abbreviation leaves open."""
_SPEECH = (
    "said|says|asked|asks|told|tells|added|adds|replied|replies|answered|wrote|writes|shouted|yelled|cried|exclaimed|wondered|"
    "continued|recalled|joked|quipped|insisted|demanded|tweeted|posted|responded|remarked|declared|explained|warned|argued|"
    "called|screamed|whispered|muttered|began|concluded|interjected|snapped|laughed|thought|observed|urged|pleaded|boasted"
)
_NAME_WORD = rf"(?:[A-Z]\.|(?:{_TITLES.replace(' ', '|')})\.|[A-Z][\w’'-]*)"
_SPEECH_CLAUSE = re.compile(
    rf"(?P<name>{_NAME_WORD}(?:[ \u00a0]{_NAME_WORD}){{0,4}})(?:,[^.!?…\"“”\n]{{1,80}},)?"
    rf"[ \u00a0](?:(?:also|then|later|again|once|[a-z]+ly)[ \u00a0])?(?:{_SPEECH})\b"
)
_DOMAINS = _words("com org net gov edu info biz io co uk eu us tv me ai app dev js html php pdf txt py")


def sentence_spans(text: str) -> tuple[Span, ...]:
    """The sentences of ``text``, in order, tiling it: adjacent, from 0 to its end; ``()`` for ``""``.

    White space after a sentence belongs to it (before the first, to the first), a line break always ends one, and
    sentences inside a quotation are split too. A span never begins or ends inside a word.
    """
    return _tiles(text, _sentence_starts(text))


def paragraph_spans(text: str) -> tuple[Span, ...]:
    """The lines of ``text`` that hold anything, tiling it like `sentence_spans`: each is whole sentences."""
    return _tiles(text, (start for start, _ in _lines(text)))


def _tiles(text: str, starts: Iterator[int]) -> tuple[Span, ...]:
    if not text:
        return ()
    cuts = [0, *list(starts)[1:], len(text)]
    return tuple(Span(a, b) for a, b in pairwise(cuts))


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Each line with anything on it: from its first character that is not white space, to its end."""
    for line in _LINE.finditer(text):
        held = line.group().lstrip()
        if held:
            yield line.end() - len(held), line.end()


def _sentence_starts(text: str) -> Iterator[int]:
    for line_start, line_end in _lines(text):
        yield line_start
        start = line_start
        first_word = -1
        for end in _END.finditer(text, line_start, line_end):
            if first_word < start:
                word = _WORD.search(text, start, line_end)
                first_word = word.start() if word else line_end
            if first_word > end.start():
                continue
            after = _end_of_sentence(text, start, end, line_end)
            if after is None:
                continue
            begin = after
            while begin < line_end and text[begin].isspace():
                begin += 1
            if begin >= line_end:
                break
            yield begin
            start = begin


def _end_of_sentence(text: str, start: int, end: re.Match[str], line_end: int) -> int | None:
    """Where the sentence from ``start`` ends if it does at this terminator, else ``None``."""
    mark, close = end["mark"], end["close"]
    at = end.end()
    if at >= line_end:
        return None
    if text[at - 1].isalnum() and text[at].isalnum():  # a raised footnote number counts as a digit
        return None
    if mark[-1] in _WIDE:
        return at
    if not text[at].isspace():
        return _end_without_space(text, start, end, line_end)
    if text[end.start() - 1] in "([":  # (?) and […] are remarks inside a sentence
        return None
    following = at
    while following < line_end and text[following].isspace():
        following += 1
    if following >= line_end:
        return None
    first = text[following]
    if first in _DASHES or (first in ",;:)]}”’»%/&.!?…" and not (first in ".…" and mark == ".")):
        return None
    if first.islower() and not text[following + 1 : following + 2].isupper():
        return None
    return at if _ends_before(text, start, end.start(), mark, close, following, line_end) else None


def _end_without_space(text: str, start: int, end: re.Match[str], line_end: int) -> int | None:
    """The end where the next sentence was joined on without a space ("the end.Next"), when that is plain."""
    at = end.end()
    mark, close, note = end["mark"], end["close"], end["note"]
    reach = text[max(start, end.start() - _TOKEN_REACH) : end.start()]
    if mark not in (".", "?", "!", "?!", "!!") or not _JOINED_BEFORE.search(reach):
        return None
    before = reach.split()[-1].strip("\"'“‘([")
    if not before[-1].islower() or before in _NEVER or before in _NUMBERED or before in _MAY_END:
        return None
    footnote = _JOINED_NOTE.match(text, at, line_end)
    if footnote and not close and len(before) > 2:
        following = footnote.end()
        while text[following].isspace():
            following += 1
        return None if text[following].islower() else footnote.end()
    opened = text[at] in "“‘" and not close
    if close and not set(close) <= set("”’»)]") and not note:
        return None  # a straight quotation mark without a space on either side may open or close
    word = _JOINED_NEXT.match(text, at + opened, line_end)
    if word is None or len(word.group()) < 2 or not (word.group()[0].isupper() and word.group()[1:].islower()):
        if word is None or word.group().lower() not in ("i", "a"):
            return None
        if word.group().islower():
            return None
    if before.lower() in _SHOUTED or word.group().lower() in _DOMAINS:
        return None
    return at


def _ends_before(text: str, start: int, stop: int, mark: str, close: str, following: int, line_end: int) -> bool:
    """Whether a terminator before white space ends its sentence, given that what follows could begin one."""
    word, starter = _next_word(text, following, line_end)
    quoted = any(c in _QUOTES for c in close)
    if quoted and (mark[-1] in "!?…" or len(mark) > 1):
        clause = _SPEECH_CLAUSE.match(text, following, line_end)
        if clause and not any(w.lower() in _STARTERS - {"i"} for w in clause["name"].split()):
            return False
    if mark[-1] in "!?":
        name = _token(text, start, stop).lower()
        return starter or quoted or name not in _SHOUTED
    if mark[-1] == "…" or len(mark) > 1:
        # "Well… I think" goes on; four dots are an ellipsis and a full stop.
        return mark.count(".") >= 4 or not (word == "I" or word.startswith(("I'", "I’")))
    return _full_stop_ends(text, start, stop, word, starter)


def _full_stop_ends(text: str, start: int, stop: int, word: str, starter: bool) -> bool:
    """Whether a single full stop at ``stop`` ends a sentence when ``word`` follows."""
    if stop - start <= 16 and _LIST_MARK.match(text, start, stop):
        return False
    token = _token(text, start, stop)
    if not token or token[0].isdigit():
        return True
    if token in _CLOCK:
        return bool(word) and not word[0].isdigit() and word.lower() not in _AFTER_CLOCK
    if token in _NUMBERED:
        return not word[:1].isdigit()
    if token in _NEVER or token in ("e.g", "i.e"):
        return False
    if token in _DAYS:
        return not (word[:1].isdigit() or word.lower() in _DATE_WORDS)
    if len(token) == 1:
        before = text[max(start, stop - _TOKEN_REACH) : stop].split()
        unit = len(before) > 1 and (before[-2].lower() in _LABELLED or before[-2][-1].isdigit())
        return starter or unit
    if token in _MAY_END or _DOTTED.match(token):
        return starter
    return True


def _token(text: str, start: int, stop: int) -> str:
    """The word that ends at ``stop``, with the dots inside it."""
    found = _TOKEN.search(text[max(start, stop - _TOKEN_REACH) : stop])
    if found is None:
        return ""
    return found.group().rsplit("-", 1)[-1] if "." not in found.group() else found.group()


def _next_word(text: str, following: int, line_end: int) -> tuple[str, bool]:
    """The word (or digits) at ``following`` after any opening marks, and whether it begins sentences."""
    at = following
    while at < line_end and text[at] in _OPENERS:
        at += 1
    found = _LETTERS.match(text, at, line_end)
    if found is None:
        return (text[at] if at < line_end and text[at].isdigit() else ""), False
    word = found.group()
    # "A. A. Milne": a word with a full stop of its own is an initial, not a beginning.
    initial = len(word) == 1 and text[found.end() : found.end() + 1] == "."
    return word, word.replace("’", "'").lower() in _STARTERS and not initial
