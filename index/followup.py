"""(question, earlier turns) -> a question that stands alone, by rules. Pure.

What an earlier turn says is carried over only where the question leans on it: a pronoun with no antecedent of its own,
a question that names nothing, "what about X?", a correction, a name cut short ("the ministry"). Any other question
comes back character for character.

Nothing is added to a question that only might lean ("What was the role of storytellers?"), though half of the people's
rewrites on cast are of such: a logistic regression over 66 features of question and earlier words, trained on both sets
of `tests/quality/followup.py` and tried on conversations it had not seen, closed at best .009 more of the gap in token
F1 there, and then touched 28 of 100 questions that stood alone instead of 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

MOST_TURNS = 10
"""Earlier turns that are looked at, latest first; older ones are hardly ever what a follow-up means."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question as it is to be looked up, and what was carried into it from earlier turns."""

    standalone: str
    carried: tuple[str, ...] = ()
    """What it is about by its earlier turns, in their words and the order they were put in; each stands in the result.

    Empty when, and only when, the question stood alone.
    """


def standalone(question: str, turns: Sequence[str]) -> str:
    """Complete ``question`` by what it takes from ``turns`` (earlier questions, oldest first).

    It comes back exactly as it is if it takes nothing. The result is worded to be looked up, not to be read: an
    antecedent in the place of its pronoun, the earlier question with another name in it, or the question followed by
    the words of the earlier one.
    """
    return resolve(question, turns).standalone


def resolve(question: str, turns: Sequence[str]) -> FollowUp:
    """Like `standalone`, and also says what was carried over."""
    earlier: tuple[_Turn, ...] = ()
    for turn in turns[-MOST_TURNS:]:
        if turn.strip():
            earlier = (*earlier, _follow(turn, earlier))
    followed = _follow(question, earlier).followed
    return replace(followed, carried=_subjects(followed.carried))


def _subjects(carried: Sequence[str]) -> tuple[str, ...]:
    """What the words that were ``carried`` name, for a person to read; the words themselves where they name nothing."""
    named = [name for words in carried for name in _names(words)]
    told = [words for words in carried if _content(words)]
    return tuple(dict.fromkeys(named or told or carried))


def _names(words: str) -> list[str]:
    if _content(words) and all(token.text[0].isupper() for token in _tokens(words)):
        return [words]
    found: list[str] = []
    for chunk in _chunks(words):
        if not chunk.relational:
            full = _NAME_THEN_THING.match(chunk.text)
            found += full.groups() if full else [chunk.text]
    return found


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_WH = _words("who whom whose what when where why how which")
_WH_IS = _words("who's what's when's where's why's how's whats hows wheres whos")
_AUX = _words(
    "is are was were am be been being do does did done have has had having can could will would shall should may "
    "might must isn't aren't wasn't weren't don't doesn't didn't haven't hasn't hadn't can't couldn't won't "
    "wouldn't shouldn't isnt arent wasnt werent dont doesnt didnt cant wont ain't"
)
_BEFORE_A_BARE_VERB = _words(
    "do does did can could will would shall should may might must don't doesn't didn't can't couldn't won't wouldn't "
    "shouldn't"
)
_DETERMINERS = _words("the a an this that these those my your our his her its their some any each every no both either")
_PREPOSITIONS = _words(
    "about above across after against along among around as at before behind below beneath beside besides between "
    "beyond by despite down during except for from in inside into like near of off on onto out outside over per "
    "since than through throughout till to toward towards under until up upon via with within without"
)
_PRONOUNS = _words(
    "i me my mine myself you your yours yourself he him his himself she her hers herself it its itself we us our "
    "ours they them their theirs themselves one ones someone anyone everyone something anything everything "
    "nothing nobody somebody anybody there here"
)
_SMALL = _words(
    "and or but nor so yet if then because while although though that not also just only very really too more "
    "most much many few less least lot lots else other others another again ever never still even now today "
    "always often already please ok okay yes no yeah well oh wow hi hello hey thanks thank sorry actually exactly "
    "maybe perhaps such same own all almost what's who's where's when's how's that's it's he's she's they're "
    "there's i'm i'd i've i'll let's you're first last next long far old big good bad great best better worst "
    "worse new few several whether once ago there's etc u im whats hows mean meant interesting cool nice fair "
    "enough sure right true recently exactly safe free available typical omg lol wait awesome instead besides own "
    "however together hmm hm um uh oh aha ah nope never mind worth fine alright anyway"
)
_THIN = _words(
    "say says said saying tell tells told telling think thinks thought know knows known mean means meant happen "
    "happens happened happening do make makes made get gets got go goes going went come comes came take takes "
    "took give gives gave want wants wanted like need needs explain describe discuss talk talking talked call "
    "called ask asked answer show see find look seem feel work works worked use used help helps helped let put "
    "keep details detail information info thing things stuff way ways kind kinds sort sorts example examples part "
    "parts something learn understand continue"
)
"""Words that say hardly anything about a subject."""
_VERBS = _words(
    "accept accuse achieve act add admit affect agree aim allow announce appear approve argue arrest arrive "
    "attack attend avoid ban beat become begin believe blame block break bring build buy carry cause celebrate "
    "choose claim close collapse compare compete condemn confirm consider contain contribute control cost create "
    "criticize cross cut damage deal decide declare defend deliver demand deny deploy derive destroy develop die "
    "differ discover donate drive drop earn eat end enter escape establish evolve expect fail fall fight fill "
    "finish fire fix fly follow force form found fund gain govern grow handle hate hear hire hit hold hurt impose "
    "improve include increase inspire install introduce invade invent invest involve join kill launch lead leave "
    "live lose love manage marry meet mention move obtain occur offer open operate oppose order originate own "
    "pass pay perform plan play prepare prevent produce promise propose protect protest prove provide publish "
    "purchase push quit raise reach react read receive recommend record reduce refuse reject release remain "
    "remove replace report represent resign respond return reveal rise rule run save seek sell send serve sell "
    "ship sign spend spread stand start state stay steal stop strike succeed suffer suggest supply support "
    "survive suspect teach test threaten train transport travel treat try turn visit vote wait walk warn watch "
    "wear win withdraw write adapt adopt afford collect cook cope discuss exist expand explore impact lower manage "
    "recover relate sound suit trust wonder worry"
)
_IRREGULAR = _words(
    "began begun bought brought built chose chosen cut died fell fallen flew flown fought found gave grew grown "
    "heard held hit kept led left lost met paid ran rose risen sent shot sold spent spoke spoken stood stole "
    "stolen taught took taken thought threw thrown won wore worn wrote written became become broke broken drove "
    "driven hurt laid lay saw seen ate eaten fed dealt dying lying"
)
_NOT_PAST = _words("need seed speed feed breed weed deed greed shed sled steed hatred creed reed")
_RELATIONAL = _words(
    "advantage advantages age aim background basis benefit benefits cause causes characteristic characteristics "
    "consequence consequences cost costs cure definition difference differences disadvantage disadvantages effect "
    "effects evidence fact facts factor factors feature features function goal goals height history idea impact "
    "importance invention job length level limit limits main meaning method methods name names number numbers "
    "option options origin origins outcome people percentage point points population price prices problem "
    "problems process purpose reason reasons requirement requirements result results risk risks role rules sign "
    "signs significance side similarities size solution solutions source sources step steps story strategy "
    "structure success symptom symptoms time times treatment treatments type types usage use uses value version "
    "year years day days month months week weeks place places person man woman popular common important different "
    "major real story amount percent"
)
"""Nouns that are *of* something: seldom what "it" means."""
_ROLES = _words(
    "president leader minister premier chancellor king queen prince princess pope spokesman spokeswoman "
    "spokesperson secretary senator governor mayor ambassador general chief ceo chairman chairwoman director "
    "founder owner author writer singer actor actress player coach captain scientist doctor professor judge "
    "lawyer officer commander dictator emperor official representative congressman congresswoman candidate chair "
    "boss head suspect victim husband wife father mother son daughter brother sister winner artist composer "
    "painter inventor friend guy boy girl"
)
_GROUPS = _words(
    "administration agency army association authorities bank board brothers bureau cabinet campaign club "
    "coalition college commission committee company congress corporation corp council court department families "
    "family firm government group inc military ministry movement nations navy network nato organization "
    "organisation parliament party police school senate society team troops union university foundation institute "
    "league federation states"
)
_PLACES = _words(
    "afghanistan africa albania alaska alabama algeria america angola argentina arizona arkansas armenia asia "
    "athens australia austria azerbaijan baghdad bahrain bangladesh beijing belarus belgium berlin bolivia bosnia "
    "boston botswana brazil britain brussels bulgaria cairo california cambodia cameroon canada chad chicago "
    "chile china colombia colorado congo connecticut croatia cuba cyprus czechia dallas delaware delhi denmark "
    "dubai ecuador egypt england eritrea estonia ethiopia europe finland florida france gaza geneva georgia "
    "germany ghana greece guatemala guinea haiti hanoi havana hawaii honduras houston hungary iceland idaho "
    "illinois india indiana indonesia iowa iran iraq ireland israel istanbul italy jamaica japan jerusalem jordan "
    "kabul kansas kazakhstan kentucky kenya kiev korea kosovo kuwait kyiv laos latvia lebanon liberia libya "
    "lithuania london louisiana luxembourg madrid maine malaysia mali malta maryland massachusetts mexico miami "
    "michigan minnesota mississippi missouri moldova mongolia montana montenegro morocco moscow mozambique "
    "myanmar namibia nebraska nepal netherlands nevada nicaragua niger nigeria norway ohio oklahoma oman oregon "
    "pakistan palestine panama paraguay paris pennsylvania peru philippines poland portugal pyongyang qatar "
    "romania rome russia rwanda scotland senegal seoul serbia shanghai singapore slovakia slovenia somalia spain "
    "sudan sweden switzerland sydney syria taiwan tanzania tennessee texas thailand tokyo tunisia turkey uganda "
    "uk ukraine uruguay us usa utah venezuela vermont vietnam virginia wales warsaw washington wisconsin wyoming "
    "yemen zambia zimbabwe york angeles francisco u.s u.k city town village island province country region"
)
_MONTHS = _words(
    "january february march april may june july august september october november december monday tuesday "
    "wednesday thursday friday saturday sunday jan feb mar apr jun jul aug sep sept oct nov dec spring summer "
    "autumn fall winter"
)

_TOKEN = re.compile(r"[^\W_]+(?:[.,'’&/-][^\W_]+)*")
_LEAD_IN = re.compile(
    r"\s*(?:(?:ok|okay|well|so|then|also|yes|no|hmm|um|thanks|interesting|wow)\b[\s,.!-]*)*"
    r"(?P<and>(?:and|but|or)\b[\s,]*)?(?:then\b[\s,]*)?",
    re.IGNORECASE,
)
_SOCIAL = re.compile(
    r"\W*(?:(?:thanks|thank\s+you|thx|ty|ok|okay|cool|great|nice|lol|haha|hi|hello|hey|good\s+\w+|bye|wow|perfect|awesome|very|so|"
    r"much|a\s+lot|that's|thats|helpful|interesting|yes|no|sure|got\s+it|i\s+see)\b\W*)+\Z",
    re.IGNORECASE,
)
_WHAT_ABOUT = re.compile(
    r"(?P<before>.*?)\b(?:(?:what|how)\s+about|what\s+of)\s+(?P<what>[^?.!]+)[?.!\s]*\Z",
    re.IGNORECASE | re.DOTALL,
)
_MEANT = re.compile(
    r"\s*(?:(?:no|nope|sorry|oops|not that|wait|actually)\b[\s,.!-]*)*"
    r"(?:i\s+(?:actually\s+|really\s+)?(?:meant?|was\s+(?:asking|talking)\s+(?:about|for))|i'm\s+(?:asking|talking)\s+about|"
    r"make\s+that|(?:sorry|correction),?)\s+(?P<what>[^?.!]+)[?.!\s]*\Z",
    re.IGNORECASE,
)
_NOT_BUT = re.compile(
    r"\s*(?:no\W+)?not\s+(?P<not>[^?.!,]+?)(?:,|\s+but)\s+(?:i\s+meant\s+|but\s+)?(?P<what>[^?.!]+)[?.!\s]*\Z",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\s*(?:(?:can|could|would)\s+you\s+)?(?:please\s+)?(?:tell\s+me\s+)?(?:some\s+|any\s+)?(?:more(?:\s+(?:details?|info\w*|quotes))?|"
    r"go\s+on|continue|details|anything\s+else|what\s+else|elaborate)(?:\s+please)?[?.!\s]*\Z",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"\s*(?P<wh>(?:in\s+|on\s+|at\s+|by\s+|to\s+|for\s+|from\s+|since\s+|with\s+)?(?:who(?:m|se)?|what|when|where|why|which|"
    r"how(?:\s+(?:much|many|long|often|far|soon|big|old|come|so|exactly))?)(?:\s+(?:else|exactly|not|year|day|month|then|to|from|with|by))?)"
    r"[?.!\s]*\Z",
    re.IGNORECASE,
)
_OPENING_WH = re.compile(
    r"\s*(?:who(?:m|se)?|what|when|where|why|how(?:\s+(?:much|many|long|often|far))?|which)\b\s*", re.IGNORECASE
)
_LEFT_OPEN = re.compile(
    r"\bthe\s+(?:(?:most|least)\s+\w+|\w+est|first|second|third|last|other|others|latter|former|next|best|worst|same)"
    r"(?:\s+(?:one|ones))?\s*[?.!]*\s*\Z|\bwhich\s+(?:one|ones|is|are|was|were)\b",
    re.IGNORECASE,
)
_NAME_THEN_THING = re.compile(r"((?:[^\W\da-z_]\S*\s+)+[^\W\da-z_]\S*)\s+([a-z].*)")
"""Two words or more of a name, then what does not belong to it: "John Kirby sanctions"."""
_WHOLE = re.compile(
    r"\s*(?:(?:in|on|at|by|to|for|from|since|with)\s+)?(?:who|whom|whose|what|when|where|why|how|which|is|are|was|were|do|does|did|has|"
    r"have|had|can|could|will|would|should|tell\s+me|show\s+me)\b",
    re.IGNORECASE,
)
"""How a whole question begins, rather than a heading."""
_QUESTION = re.compile(r"(?:[^.?!]|[.](?=\w))+\?")
_EMPTY_IT = re.compile(
    r"\bit\s+(?:(?:is|was|be|would be|really|still)\s+)*"
    r"(?:true|possible|likely|safe|legal|worth|important|necessary|ok|okay|better|never|hard|easy|difficult|bad|good|known|"
    r"said|believed|rain\w*|snow\w*)\s+(?:never|that|to|for|if|when)\b|\btime\s+is\s+it\b|"
    r"\bhow\s+(?:long|far)\s+(?:does|did|will|would)\s+it\s+take\s+(?:to|for)\b|\bwas\s+it\s+like\s+(?:to|for)\b|"
    r"\bit\s+takes?\s+to\b|\bit\s+mean\s+(?:to|for|that|if)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Turn:
    """One turn, followed up, with what a later pronoun may mean by it."""

    followed: FollowUp
    own: str
    """The words in which it names things itself."""
    names: tuple[str, ...] = ()
    """What its own pronouns stood for."""
    persons: tuple[str, ...] = ()
    """Those of them that "he" or "she" stood for."""

    @property
    def text(self) -> str:
        return self.followed.standalone

    @property
    def chunks(self) -> list[_Chunk]:
        """What its pronouns stood for, then what it names itself."""
        carried = [_Chunk(name, 0, len(name), name[0].isupper(), "") for name in self.names]
        return carried + [c for c in _chunks(self.own) if c.named or c.before not in _PRONOUN_KINDS]


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        return self.text.lower().replace("’", "'")

    @property
    def stem(self) -> str:
        """Lower case, without a possessive ending."""
        return self.lower.removesuffix("'s").removesuffix("'")


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A run of words that may name somebody or something."""

    text: str
    start: int
    end: int
    named: bool
    before: str
    """The word in front of it, lower case; empty at the beginning."""

    @property
    def words(self) -> list[str]:
        return [token.stem for token in _tokens(self.text)]

    @property
    def place(self) -> bool:
        return self.words[-1] in _PLACES

    @property
    def time(self) -> bool:
        return all(word in _MONTHS or word[0].isdigit() for word in self.words)

    @property
    def group(self) -> bool:
        return any(word in _GROUPS for word in self.words) or (self.text.isupper() and len(self.text) > 1)

    @property
    def role(self) -> bool:
        return any(word in _ROLES for word in self.words)

    @property
    def plural(self) -> bool:
        last = self.words[-1]
        return (last.endswith("s") and not last.endswith(("ss", "us", "is")) and len(last) > 3) or last in (
            "people",
            "children",
        )

    @property
    def relational(self) -> bool:
        return all(word in _RELATIONAL or word in _SMALL for word in self.words)


@lru_cache(maxsize=512)
def _tokens(text: str) -> tuple[_Token, ...]:
    return tuple(_Token(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(text))


def _is_function(word: str) -> bool:
    return any(word in words for words in (_WH, _AUX, _DETERMINERS, _PREPOSITIONS, _PRONOUNS, _SMALL))


def _is_verb(word: str) -> bool:
    if word in _VERBS or word in _IRREGULAR or word in _THIN:
        return True
    for ending in ("ing", "ied", "ies", "ed", "es", "s", "d"):
        root = word.removesuffix(ending)
        if root != word and ending != "s":
            forms = {root, root + "e", root + "y", root[:-1] if root[-2:-1] == root[-1:] else root}
            if forms & _VERBS:
                return True
    return False


def _breaks(word: str) -> bool:
    """Whether a lower-case word is hardly ever part of what something is called."""
    return (
        _is_verb(word)
        or (word.endswith("ed") and len(word) > 3 and word not in _NOT_PAST)
        or (len(word) > 5 and word.endswith(("ly", "ful", "able", "ive")))
    )


def _content(text: str) -> list[_Token]:
    """The words of ``text`` that say what it is about, in order."""
    return [t for t in _tokens(text) if not _is_function(t.stem) and t.stem not in _THIN]


def _bare_verbs(text: str, tokens: Sequence[_Token]) -> frozenset[int]:
    """Which ``tokens`` must be the verb of a question with "do" or "can", though no list has them.

    "When did Netflix shift from …": the auxiliary needs a verb, and the last word before the next small one is the
    only one left.
    """
    found: set[int] = set()
    for i, token in enumerate(tokens):
        if token.lower not in _BEFORE_A_BARE_VERB:
            continue
        start = i + 1
        while start < len(tokens) and tokens[start].lower in _DETERMINERS | _SMALL:
            start += 1
        end = start
        while end < len(tokens) and not _is_function(tokens[end].stem) and not _breaks(tokens[end].stem):
            end += 1
        ended = end == len(tokens) or (
            _is_function(tokens[end].stem) and tokens[end].lower not in _SMALL and tokens[end].lower != "of"
        )
        whole = end - start > 1 and "," not in text[tokens[start].start : tokens[end - 1].end]
        if whole and ended and tokens[end - 1].text[0].islower():
            found.add(end - 1)
    return frozenset(found)


def _chunks(text: str) -> list[_Chunk]:
    """What ``text`` may be about: runs of naming words, in order."""
    tokens = _tokens(text)
    cased = any(
        t.text[0].isupper() and i and t.lower not in ("i", "i'm", "i'd", "i've", "i'll") for i, t in enumerate(tokens)
    )
    asked_for = _bare_verbs(text, tokens)
    found: list[_Chunk] = []
    run: list[_Token] = []
    before = ""

    def close() -> None:
        if run:
            words = re.sub(r"[’']s\Z", "", text[run[0].start : run[-1].end])
            named = cased and any(t.text[0].isupper() for t in run)
            found.append(_Chunk(words, run[0].start, run[0].start + len(words), named, before))
            run.clear()

    for i, token in enumerate(tokens):
        previous = tokens[i - 1] if i else None
        apart = previous is not None and text[previous.end : token.start].strip() != ""
        opens = previous is None or any(c in ".?!" for c in text[previous.end : token.start])
        capital = token.text[0].isupper() and cased and not opens
        determined = previous is not None and (previous.lower in _DETERMINERS or previous.lower in _PREPOSITIONS)
        verb = not capital and (
            (_breaks(token.stem) and not (determined and previous is not None and previous.lower != "to"))
            or i in asked_for
            or (
                previous is not None and previous.lower == "how" and i + 1 < len(tokens) and tokens[i + 1].lower in _AUX
            )
        )
        # "Lord of the Isles" is cut in two, but "The Office" and "New York" keep their small words.
        function = _is_function(token.stem) and not (capital and run and not apart and token.stem not in _WH | _AUX)
        # "First Lady", "New York"
        following = tokens[i + 1] if i + 1 < len(tokens) else None
        if capital and token.stem in _SMALL and following is not None and following.text[0].isupper():
            function = text[token.end : following.start] != " " or _is_function(following.stem)
        # "US": a pronoun only in lower case.
        if token.text in ("US", "IT", "U.S"):
            function = False
        if function or verb:
            close()
            continue
        if apart:
            close()
        if run and capital and not run[-1].text[0].isupper():
            close()
        if run and (run[-1].lower.endswith("'s") or text[run[-1].end : run[-1].end + 1] in ("'", "’")):
            close()
        if not run:
            before = previous.lower if previous is not None else ""
        run.append(token)
    close()
    return [c for c in found if c.words]


def _rank(chunk: _Chunk, pronoun: str, index: int, turn: _Turn) -> float:
    """How well ``chunk``, the ``index``-th of its turn, fits as what ``pronoun`` means."""
    if chunk.time:
        return -9.0
    score = 0.6 if index == 0 else 0.0
    score += 1.0 if chunk.text in turn.names else 0.0
    score += 1.0 if chunk.named else 0.0
    if chunk.relational:
        score -= 3.0
    if pronoun == "person":
        score += 3.0 * chunk.role + 1.5 * (chunk.named and len(chunk.words) > 1)
        score += 0.8 * (not chunk.named and 2 <= len(chunk.words) <= 3 and chunk.before in _AUX)
        score -= 5.0 * chunk.place + 3.0 * chunk.group + 1.5 * chunk.plural + 1.5 * (chunk.before in ("the", "a", "an"))
    elif pronoun == "people":
        score += 1.5 * chunk.plural + 1.0 * chunk.group - 0.5 * chunk.role
    elif pronoun == "place":
        score += 4.0 * chunk.place + 0.5 * (chunk.before in ("in", "at", "to", "from", "near"))
    else:
        score -= 2.5 * chunk.role + 0.7 * chunk.plural + 1.8 * chunk.place
    return score


def _antecedent(pronoun: str, earlier: Sequence[_Turn], taken: Iterable[str | None]) -> str | None:
    """The words of the latest earlier turns that ``pronoun`` most likely stands for, other than those ``taken``."""
    best: tuple[float, str] | None = None
    persons = {name for turn in earlier for name in turn.persons}
    for age, turn in enumerate(reversed(earlier)):
        for index, chunk in enumerate(turn.chunks):
            if chunk.text in taken:
                continue
            score = _rank(chunk, pronoun, index, turn) - _AGE * age
            score -= 3.0 * (pronoun == "thing" and chunk.text in persons)
            floor = _FLOORS[pronoun]
            if score > floor and (best is None or score > best[0]):
                best = (score, _widened(chunk, turn.own))
    return best[1] if best else None


def _widened(chunk: _Chunk, text: str) -> str:
    """The words of ``chunk``; "president" with its "of Russia", as a role alone points at nobody."""
    if chunk.role and not chunk.named:
        tail = re.match(r"\s+of\s+(?:the\s+)?[^\W\d_]+(?:\s+[A-Z][^\W\d_]+)*", text[chunk.end :])
        if tail:
            return chunk.text + tail.group()
    return chunk.text


_AGE = 1.2
"""What a chunk loses with each turn that has come since."""
_FLOORS = {"place": 2.0, "person": 0.5, "people": -1.5, "thing": -1.5}
"""What a chunk must score to be taken: a wrong person is worse than an unresolved pronoun."""
_PRONOUN_KINDS = {
    **dict.fromkeys(("he", "him", "his", "she", "her", "hers", "he's", "she's"), "person"),
    **dict.fromkeys(("they", "them", "their", "theirs", "they're", "these", "those"), "people"),
    **dict.fromkeys(("it", "its", "it's", "this", "that", "that's"), "thing"),
    "there": "place",
}


def _leaning(question: str) -> Iterator[tuple[_Token, str, bool]]:
    """The pronouns of ``question`` that point out of it: the word, its kind, and whether it is possessive."""
    tokens = _tokens(question)
    chunks = _chunks(question)
    empty = [found.span() for found in _EMPTY_IT.finditer(question)]
    for i, token in enumerate(tokens):
        kind = _PRONOUN_KINDS.get(token.lower)
        if kind is None or token.text in ("IT", "US"):
            continue
        following = tokens[i + 1].lower if i + 1 < len(tokens) else ""
        previous = tokens[i - 1].lower if i else ""
        at_end = not following or question[token.end : tokens[i + 1].start].strip() != ""
        naming = bool(following) and not _is_function(following) and not at_end
        if token.lower in ("this", "that", "these", "those", "that's"):
            if token.lower == "that's" or not (at_end or following in _AUX | _PREPOSITIONS or previous in _AUX):
                continue
            if not at_end and (naming or (previous not in _AUX | _PREPOSITIONS and i > 0)):
                continue
        if kind == "place" and (not at_end or previous in ("is", "are", "was", "were")):
            continue
        if token.lower == "it" and any(start <= token.start < end for start, end in empty):
            continue
        possessive = token.lower in ("his", "its", "their") or (token.lower in ("her", "it's") and naming)
        if _answered_within(question, token, kind, possessive, following, chunks):
            continue
        yield token, kind, possessive


def _answered_within(
    question: str, token: _Token, kind: str, possessive: bool, following: str, chunks: Sequence[_Chunk]
) -> bool:
    """Whether the pronoun's antecedent stands before it in the same question."""
    fitting = [c for c in chunks if c.end <= token.start and _fits(c, kind)]
    if not fitting:
        return False
    between = question[fitting[-1].end : token.start]
    subject = token.lower in ("he", "she", "they") or (token.lower == "it" and following in _AUX)
    apart = re.search(r"\b(?:that|when|if|because|while|after|before|since|and|but|where|to)\b|[,.;?!]", between)
    return possessive or subject or bool(apart)


def _fits(chunk: _Chunk, kind: str) -> bool:
    if chunk.relational or chunk.time:
        return False
    if kind == "person":
        return (chunk.role or chunk.named) and not chunk.place and not chunk.group
    if kind == "people":
        return chunk.plural or chunk.group
    if kind == "place":
        return chunk.place
    return not chunk.role and not chunk.plural


def _follow(question: str, earlier: Sequence[_Turn]) -> _Turn:
    """One step of a conversation, with every turn before it already standing alone."""
    if not earlier or not _tokens(question) or _SOCIAL.match(question):
        return _Turn(FollowUp(question), question)
    last = _asking(earlier[-1].text)
    if _MORE.match(question):
        return _Turn(FollowUp(f"{question.strip()} {last}", (last,)), last)
    for pattern in (_NOT_BUT, _MEANT):
        meant = pattern.match(question)
        if meant and _nameable(meant["what"]):
            return _exchanged(question, meant["what"], earlier, meant.groupdict().get("not"))
    lead = _LEAD_IN.match(question)
    asked = question[lead.end() :] if lead else question
    led = lead is not None and lead["and"] is not None
    if bare := _BARE.match(asked):
        return _asked_anew(bare["wh"], last)
    about = _WHAT_ABOUT.match(asked)
    if about and _nameable(about["what"]) and not _content(about["before"]):
        return _exchanged(question, about["what"], earlier)
    if _fragment(asked, led=led):
        return _exchanged(question, asked, earlier)
    return _replaced(question, earlier, led=led)


def _asking(turn: str) -> str:
    """The last sentence of ``turn`` that asks something and names something; all of it where none does.

    "I like that. Should form follow function?": a statement before the question is hardly ever what a follow-up means.
    """
    questions = [found.group().strip() for found in _QUESTION.finditer(turn)]
    return next((asked for asked in reversed(questions) if _content(asked)), turn)


def _nameable(what: str) -> bool:
    """Whether ``what`` only names something: no clause, and no pronoun that points elsewhere."""
    tokens = _tokens(what)
    clause = "," in what or any(
        t.lower in _AUX | _WH | _WH_IS or (t.lower in ("i", "to") and i) for i, t in enumerate(tokens)
    )
    return 1 <= len(_content(what)) <= 4 and not clause and not any(_leaning(what))


def _fragment(asked: str, *, led: bool) -> bool:
    """Whether ``asked`` is only a part of a sentence ("in 2022?", "to China?"), led in by "and" or very short."""
    tokens = _tokens(asked)
    if not tokens or not _nameable(asked) or any(t.lower in ("i", "i'm") for t in tokens):
        return False
    if tokens[0].lower in _THIN or tokens[0].lower in _VERBS:
        return False
    content = _content(asked)
    if led or tokens[0].lower in _PREPOSITIONS:
        return True
    return len(content) == 1 and len(tokens) <= 2 and asked.rstrip().endswith("?")


def _asked_anew(wh: str, last: str) -> _Turn:
    """Ask "Why?" after "When did they leave?": the same with the new question word."""
    opening = _OPENING_WH.match(last)
    rest = last[opening.end() :].strip() if opening else last.strip()
    return _Turn(FollowUp(f"{wh.strip()} {rest}", (rest,)), rest)


def _exchanged(question: str, what: str, earlier: Sequence[_Turn], instead_of: str | None = None) -> _Turn:
    """The last turn with ``what`` in the place of what is most like it, or the question with that turn's subject."""
    last = _asking(earlier[-1].text)
    what = what.strip(" \t\n?.!,")
    new = _chunks(what)
    old = _chunks(last)
    alike: list[_Chunk] = []
    lead = what[: new[0].start].split() if new else []
    preposition = lead[-1].lower() if lead and lead[-1].lower() in _PREPOSITIONS else ""
    if instead_of:
        alike = [c for c in old if _words(instead_of.lower()) & set(c.words)]
    elif new:
        alike = [c for c in old if _alike(new[0], c)]
        if preposition:
            # "And about Iran?" takes the place of any "about …"; "in" may be of places or of times.
            alike = [c for c in (alike if preposition == "in" else old) if c.before == preposition] or [
                c for c in alike if c.place and c.before in _PREPOSITIONS
            ]
    if new and not alike and not instead_of and len(new) == 1 and not new[0].relational:
        # "What about lung cancer?" after "Is it treatable?": in the place of what "it" was, or of what was told about.
        alike = [
            c
            for c in old
            if not (c.named or c.place or c.time or new[0].named or new[0].place or new[0].time)
            and not preposition
            and (c.text in earlier[-1].names or c.before == "about")
        ]
    if not alike and preposition and _WHOLE.match(last) and _content(last):
        text = f"{last.rstrip(' ?.!')} {what}" + ("?" if last.endswith("?") else "")
        return _Turn(FollowUp(text, (last.rstrip(" ?.!"),)), text)
    if not new or not alike:
        topic = _topic(earlier, question)
        return _Turn(FollowUp(f"{question.strip()} {topic}".strip(), (topic,) if topic else ()), question)
    out = alike[0]
    put_in = (
        what[new[0].start :] if preposition or not lead else re.sub(r"\A(?:the|a|an)\s+", "", what, flags=re.IGNORECASE)
    )
    around = (last[: out.start].strip(), last[out.end :].strip(" ?.!"))
    text = last[: out.start] + put_in + last[out.end :]
    return _Turn(FollowUp(text, tuple(part for part in around if part)), text)


def _alike(new: _Chunk, old: _Chunk) -> bool:
    """Whether ``new`` can take the place of ``old``: days for days, places for places, names for names."""
    if new.time or old.time:
        return new.time and old.time
    if new.place or old.place:
        return new.place and old.place
    if new.named or old.named or new.text[0].isupper():
        return old.named and (new.named or new.text[0].isupper()) and new.group == old.group
    return new.words[-1] == old.words[-1]


def _replaced(question: str, earlier: Sequence[_Turn], *, led: bool) -> _Turn:
    """The question with its pronouns replaced, and the subject added where it names none."""
    question, carried = _in_full(question, earlier)
    itself = [chunk.text for chunk in _chunks(question)]
    pieces: list[str] = []
    at = 0
    loose = False
    meant: dict[str, str | None] = {}
    for token, kind, possessive in _leaning(question):
        if token.lower in ("this", "that"):
            loose = True  # what was said or done: the whole subject, not one name in it
            continue
        if kind in meant:
            continue
        words = meant[kind] = _antecedent(kind, earlier, taken=[*meant.values(), *itself])
        if words is None or words.lower() in question.lower():
            loose = True
            continue
        pieces += [question[at : token.start], _owning(words) if possessive else words]
        at = token.end
        if token.lower in ("it's", "that's", "he's", "she's", "they're") and not possessive:
            pieces[-1] = words + (" are" if token.lower == "they're" else " is")
        if words not in carried:
            carried.append(words)
    text = "".join(pieces) + question[at:]
    persons = tuple(words for words in (meant.get("person"),) if words is not None)
    content = _content(question)
    empty = not content or (led and len(content) == 1 and not carried)
    if (
        (empty and not carried)
        # More words than two say enough: at four, .0015 less of the gap on cast was closed.
        or (loose and len(content) <= 2)
        or (not carried and _LEFT_OPEN.search(question) and len(content) <= 1)
    ):
        topic = _topic(earlier, text)
        if topic:
            return _Turn(FollowUp(f"{text.strip()} {topic}", (*carried, topic)), question, tuple(carried), persons)
    return _Turn(FollowUp(text, tuple(carried)) if carried else FollowUp(question), question, tuple(carried), persons)


def _owning(words: str) -> str:
    """``words`` as an owner: "Ana's", "turkeys'"."""
    if words.endswith("'s"):
        return words
    return f"{words}'" if words.lower().endswith("s") else f"{words}'s"


def _in_full(question: str, earlier: Sequence[_Turn]) -> tuple[str, list[str]]:
    """``question`` with "the city" as "the Salt Lake City" of an earlier turn, and the names put in so."""
    named = [c for turn in reversed(earlier) for c in turn.chunks if c.named and len(c.words) > 1]
    put_in: list[str] = []
    for short in reversed(_chunks(question)):
        if short.before != "the" or len(short.words) > 2 or short.relational:
            continue
        for name in named:
            longer = len(name.words) > len(short.words) and name.words[-len(short.words) :] == short.words
            if longer and name.text.lower() not in question.lower():
                question = question[: short.start] + name.text + question[short.end :]
                put_in.insert(0, name.text)
                break
    return question, put_in


def _topic(earlier: Sequence[_Turn], question: str) -> str:
    """The content words of the latest turn that has any, without those the question has already."""
    there = {t.stem for t in _tokens(question)}
    for turn in reversed(earlier):
        words = [t.text for t in _content(_asking(turn.text)) if t.stem not in there]
        if words:
            return " ".join(words)
    return ""
