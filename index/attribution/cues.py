"""What kind of act some reporting words name. Only speech and writing are shown as "X said"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.attribution import lexicon as lex
from index.attribution.layout import Layout, Token, words
from index.attribution.lexicon import CUE_FORMS, CueClass, Form
from index.types import Span

_STATEMENTS = frozenset("statement statements letter memo tweet tweets email post op-ed column filing memoir".split())
_DOCUMENTS = _STATEMENTS | frozenset(
    "report reports study studies survey surveys poll polls audit paper review".split()
)
_IN_WRITING = re.compile(
    rf"[ ,]+(?:[\w’'-]+ ){{0,2}}in (?:an?|the|his|her|its|their) (?:[\w-]+ )?(?:{'|'.join(sorted(_STATEMENTS))})\b",
    re.IGNORECASE,
)
"""What may follow the verb: "said on Monday in a written statement"."""
_SHOWS = frozenset("find finds found show shows showed shown".split())
"""What only a document does in words: "the report found that …"."""
_BEFORE = 4
"""Words before the verb that can turn it into its opposite: "did not immediately say"."""
_UNSAID = lex.MODALS | frozenset("to if whether expected asked".split())


def cue_class(layout: Layout, source: Sequence[Span], cue: Sequence[Span]) -> CueClass:
    """The class of a cue, by its words and those between it and its source; what is no known act is a belief."""
    if not cue:
        return CueClass.BELIEF
    tokens = words(layout.text, cue[0].start, cue[-1].end)
    told = [token.lower for token in tokens]
    if told[:2] == ["according", "to"]:
        return CueClass.SPEECH
    verbs = [CUE_FORMS[word] for word in told if word in CUE_FORMS]
    before = _words_before(layout, source, cue[0], tokens)
    if any(_denies(word) for word in (*before, *told)):
        return CueClass.NEGATED
    if not verbs:
        if any(word in _SHOWS for word in told) and _is_document(layout, source):
            return CueClass.WRITING
        return CueClass.SPEECH if told == [":"] else CueClass.BELIEF
    if told[:3] != ["went", "on", "to"] and _is_foreseen(before, tokens):
        return CueClass.BELIEF
    if any(verb.kind is CueClass.WRITING for verb, _ in verbs) or any(word in _STATEMENTS for word in told):
        return CueClass.WRITING
    if _IN_WRITING.match(layout.text, cue[-1].end):
        return CueClass.WRITING
    return CueClass.SPEECH


def _is_document(layout: Layout, source: Sequence[Span]) -> bool:
    told = [token.lower for span in source for token in words(layout.text, span.start, span.end)]
    return any(word in _DOCUMENTS for word in told)


def describes(layout: Layout, cue: Sequence[Span]) -> bool:
    """Whether the verb names an attitude to its object ("blamed", "praised"): only quoted words make that a claim."""
    told = [token.lower for span in cue for token in words(layout.text, span.start, span.end)]
    frames = [CUE_FORMS[word][0].frames for word in told if word in CUE_FORMS]
    return bool(frames) and all(not frame & {"c", "t"} for frame in frames)


def _denies(word: str) -> bool:
    return word in lex.NEGATIONS or word in lex.REFUSALS or word.endswith(("n't", "n’t"))


def _words_before(layout: Layout, source: Sequence[Span], cue: Span, tokens: Sequence[Token]) -> list[str]:
    """The words between the source, or the last comma, and the verb, those of the cue among them."""
    start = max([cue.start - 40, 0, *(span.end for span in source if span.end <= cue.start)])
    at = next((n for n, token in enumerate(tokens) if token.lower in CUE_FORMS), 0)
    near = [*words(layout.text, start, cue.start)[-_BEFORE:], *tokens[:at]]
    # A clause that ended before the verb says nothing about it.
    for n in range(len(near) - 1, -1, -1):
        if not near[n].is_word and near[n].text not in "’'":
            near = near[n + 1 :]
            break
    return [token.lower for token in near]


def _is_foreseen(before: Sequence[str], tokens: Sequence[Token]) -> bool:
    """Whether the verb is only expected, wanted or an infinitive: "will say", "was asked to testify"."""
    if any(word in _UNSAID for word in before):
        return True
    verb = next((CUE_FORMS[token.lower] for token in tokens if token.lower in CUE_FORMS), None)
    return verb is not None and verb[1] is Form.BASE and any(word in lex.AUXILIARIES for word in before)
