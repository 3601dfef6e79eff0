"""Which verbs report: not the negated, the hypothetical, the passive, nor the noun that looks like one."""

from __future__ import annotations

from index.attribution import lexicon as lex
from index.attribution.lexicon import CUE_FORMS, Form
from index.attribution.phrases import Phrases
from index.attribution.words import Cue


class Verbs(Phrases):
    """Finds the verbs of a unit that report something."""

    def cues(self) -> list[Cue]:
        """The reporting verbs of the unit, in order."""
        found = []
        for at, token in enumerate(self.tokens):
            if token.is_word and token.lower in CUE_FORMS and not (token.is_capital and at > 0 and not self.opens(at)):
                cue = self.cue(at)
                if cue is not None:
                    found.append(cue)
        return found

    def cue(self, at: int) -> Cue | None:
        """The reporting verb at ``at``, or ``None`` where it is negated, hypothetical, passive or no verb."""
        verb, form = CUE_FORMS[self.tokens[at].lower]
        end = at + 1
        particle = lex.PARTICLES.get(verb.lemma)
        if particle is not None:
            if self.lower(end) != particle:
                return None
            end += 1
            if verb.lemma == "go_on" and self.lower(end) == "to" and self.lower(end + 1) in CUE_FORMS:
                verb = CUE_FORMS[self.lower(end + 1)][0]
                end += 2
        following = self.lower(end)
        if verb.lemma == "say" and following in ("nothing", "goodbye", "yes", "hello"):
            return None
        empty = not self.word(end + 1) or self.lower(end + 1) in lex.PREPOSITIONS | lex.DAYS
        if verb.lemma == "say" and following in ("so", "no", "little") and empty:
            return None
        if verb.lemma == "say" and self.lower(end) in ("it", "this", "that") and self.object_only(end):
            return None
        head = at
        be = have = do = False
        while head > 0 and at - head < 8:
            word = self.lower(head - 1)
            if not self.word(head - 1):
                break
            if word in lex.NEGATIONS or word.endswith(("n't", "n’t")) or word in lex.REFUSALS:
                return None
            if word in lex.MODALS or word.endswith(("'d", "’d", "'ll", "’ll")):
                return None
            if word in lex.BE or (word in ("he's", "he’s", "she's", "she’s", "they're", "they’re")):
                be = True
            elif word in lex.HAVE:
                have = True
            elif word in lex.DO:
                do = True
            elif not lex.is_adverb(word):
                break
            head -= 1
        before = self.lower(head - 1) if head else ""
        if form is Form.ING:
            if before in ("without", "of", "from", "avoid", "for", "than", "about", "not", "like"):
                return None
        elif before == "to":
            return None
        if before in lex.REFUSALS or before in ("n't", "let", "let's", "let’s"):
            return None
        if be and form is not Form.ING:
            return None
        if form is Form.BASE and verb.lemma == "read" and not do:
            form = Form.PAST
        if form in (Form.PAST, Form.PRESENT) and before in lex.PREPOSITIONS:
            return None
        if self.tokens[at].lower in lex.AMBIGUOUS_PRESENT and self.relative_that(end):
            return None
        if (
            form is Form.BASE
            and not do
            and not self.plural_subject(head - 1)
            and not self.plural_before_aside(head - 1)
        ):
            return None
        if have and form in (Form.BASE, Form.PRESENT):
            return None
        if before in lex.ARTICLES or before in (
            "his",
            "her",
            "its",
            "their",
            "my",
            "our",
            "your",
            "of",
            "this",
            "these",
        ):
            return None
        if before.endswith(("'s", "’s", "s'", "s’")) and before not in ("he's", "she's", "it's", "he’s", "she’s"):
            return None
        return Cue(at, end, verb, form, head)

    def plural_before_aside(self, comma: int) -> bool:
        """Whether the subject before "Proponents, however, say" is a plural."""
        if not self.mark(comma, ","):
            return False
        subject = self.subject_with_apposition(comma)
        if subject is None:
            return False
        for at in range(subject.start, comma):
            if self.lower(at) in lex.PREPOSITIONS or not self.word(at):
                return at > subject.start and self.plural_subject(at - 1)
        return False

    def object_only(self, at: int) -> bool:
        """Whether "it" behind "said" is all that was said: "had said it in the debate"."""
        following = self.lower(at + 1)
        return self.is_end(at + 1) or following in lex.PREPOSITIONS or self.mark(at + 1, ",")

    def relative_that(self, at: int) -> bool:
        """Whether "that" behind a noun like "reports" opens a relative clause: "reports that track spending"."""
        if self.lower(at) != "that" or not self.word(at + 1):
            return False
        word = self.lower(at + 1)
        return word in lex.AUXILIARIES | lex.IRREGULAR_VERBS or (word.endswith("ed") and word not in lex.NOT_VERBS)

    def reports_again(self, at: int) -> bool:
        """Whether a reporting verb follows the "and" at ``at``."""
        return self.lower(at + 1) in CUE_FORMS or self.lower(at + 2) in CUE_FORMS

    def starts_report(self, at: int) -> bool:
        """Whether another reporting clause begins here."""
        for n in range(at, min(len(self.tokens), at + 8)):
            if self.word(n) and self.lower(n) in CUE_FORMS and self.cue(n) is not None:
                return True
            if not self.word(n):
                return False
        return False
