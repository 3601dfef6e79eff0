"""What kind of act some reporting words name. Only speech and writing are shown as "X said"."""

from __future__ import annotations

from collections.abc import Sequence

from index.attribution import lexicon as lex
from index.attribution.layout import Layout, Token, words
from index.attribution.lexicon import CUE_FORMS, CueClass, Form
from index.types import Span

_STATEMENTS = frozenset("statement statements letter memo tweet tweets email post op-ed column filing memoir".split())
_BEFORE = 4
"""Words before the verb that can turn it into its opposite: "did not immediately say"."""
_UNSAID = lex.NEGATIONS | lex.REFUSALS | lex.MODALS | frozenset("to if whether expected asked n't".split())


def cue_class(layout: Layout, source: Sequence[Span], cue: Sequence[Span]) -> CueClass:
    """The class of a cue, by its words and those between it and its source; what is no known act is a belief."""
    if not cue:
        return CueClass.BELIEF
    tokens = words(layout.text, cue[0].start, cue[-1].end)
    told = [token.lower for token in tokens]
    if told[:2] == ["according", "to"]:
        return CueClass.SPEECH
    verbs = [CUE_FORMS[word] for word in told if word in CUE_FORMS]
    if not verbs:
        return CueClass.SPEECH if told == [":"] else CueClass.BELIEF
    if told[:3] != ["went", "on", "to"] and _is_unsaid(layout, source, cue[0], tokens):
        return CueClass.NEGATED
    if any(verb.kind is CueClass.WRITING for verb, _ in verbs) or any(word in _STATEMENTS for word in told):
        return CueClass.WRITING
    return CueClass.SPEECH


def describes(layout: Layout, cue: Sequence[Span]) -> bool:
    """Whether the verb names an attitude to its object ("blamed", "praised"): only quoted words make that a claim."""
    told = [token.lower for span in cue for token in words(layout.text, span.start, span.end)]
    frames = [CUE_FORMS[word][0].frames for word in told if word in CUE_FORMS]
    return bool(frames) and all(not frame & {"c", "t"} for frame in frames)


def _is_unsaid(layout: Layout, source: Sequence[Span], cue: Span, tokens: Sequence[Token]) -> bool:
    """Whether the verb is denied, refused, foreseen or only an infinitive."""
    start = max([cue.start - 40, 0, *(span.end for span in source if span.end <= cue.start)])
    before = words(layout.text, start, cue.start)[-_BEFORE:]
    at = next((n for n, token in enumerate(tokens) if token.lower in CUE_FORMS), 0)
    near = [*before, *tokens[:at]]
    # A clause that ended before the verb says nothing about it.
    for n in range(len(near) - 1, -1, -1):
        if not near[n].is_word and near[n].text not in "’'":
            near = near[n + 1 :]
            break
    spelled = [token.lower for token in near]
    if any(word in _UNSAID or word.endswith(("n't", "n’t")) for word in spelled):
        return True
    has = any(word in lex.AUXILIARIES for word in spelled)
    return tokens[at].lower in CUE_FORMS and CUE_FORMS[tokens[at].lower][1] is Form.BASE and has
