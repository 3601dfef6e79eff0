"""Replies, articles and claims for a person at a terminal: colour where one is attached, plain text where not.

Nothing an article contains may steer the terminal: control characters and characters that turn the direction of
text are shown as visible signs. The machine-readable forms (``replies``) keep every character as it is.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.text import Text

from bot import days, reasons, reviews, voices
from bot.localised import text
from bot.reviews import counted as counted
from index.attribution.lexicon import CueClass
from index.calibration import SURE
from index.check import Change, Op, Verdict, VerdictKind
from index.links import text_fragment_link
from index.types import Abstention, Added, Answer, Article, Attribution, Filters, Hit, Kind, Reply

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

    from bot.calibrate import Report
    from index.attribution import Claim
    from index.golden import Golden, Result
    from index.livepage import Live
    from index.preview import Caution
    from index.receipts import Proof
    from index.review import Review
    from index.timeline import Timeline
    from index.topics import Topic

KINDS = {
    Kind.DIRECT: "in their own words",
    Kind.INDIRECT: "in the outlet's words",
    Kind.MIXED: "partly in their own words",
    Kind.NARRATION: "the outlet's own account",
}
"""What each kind means, in plain words."""

UNSHOWN = {
    CueClass.SPEECH: "perhaps theirs, too uncertain to be quoted as such",
    CueClass.WRITING: "perhaps theirs, too uncertain to be quoted as such",
    CueClass.BELIEF: "what the outlet says they think or plan, not their words",
}
"""Why a claim is not shown as somebody's words."""

VERDICTS = {
    VerdictKind.VERBATIM: "On record, word for word.",
    VerdictKind.ALTERED: "On record, but the words were altered.",
    VerdictKind.STITCHED: "Put together from words that do not stand together on record.",
    VerdictKind.WRONG_SPEAKER: "The words are on record, but somebody else said them.",
    VerdictKind.PARAPHRASE: "On record in other words; not a quotation.",
    VerdictKind.NOT_ON_RECORD: "Not on record.",
}
"""What each verdict means, in plain words."""

_SPEAKER_COLOURS = ("cyan", "green", "yellow", "magenta", "blue", "red")

# C0 and C1 controls except tab and newline; marks, overrides and isolates that turn the direction of what follows;
# lone surrogates, which no terminal's encoding can carry.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """``text`` with every character that could steer a terminal replaced by a visible sign of it."""
    return _UNSAFE.sub(lambda found: _sign(ord(found[0])), text)


def _sign(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)  # Unicode's control pictures, in the order of the controls
    return "\u2421" if code == 0x7F else f"\\u{code:04x}"


def console(file: TextIO | None = None) -> Console:
    """A console on standard output: in colour on a terminal unless ``NO_COLOR`` is set, never guessing at markup."""
    return Console(file=file or sys.stdout, markup=False, emoji=False, highlight=False)


def note(sentence: str) -> None:
    """Say what a person waits for, on standard error, when a terminal is attached to it."""
    if sys.stderr.isatty():
        sys.stderr.write(sentence + "\n")
        sys.stderr.flush()


@contextmanager
def progress(what: str) -> Iterator[Progress]:
    """Show on standard error how far a long job is, when a terminal is attached to it; else show nothing."""
    from rich import progress as bars

    columns = (bars.TextColumn(what), bars.BarColumn(), bars.MofNCompleteColumn(), bars.TimeElapsedColumn())
    # On a terminal that takes both streams, results scroll past above the bar instead of breaking it.
    with bars.Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        yield Progress(bar)


class Progress:
    """A bar that counts up; without a total it only shows that something goes on."""

    def __init__(self, bar: Bars) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=None)

    def step(self) -> None:
        """One more is done."""
        self._bar.advance(self._task)

    def to(self, done: int, total: int) -> None:
        """``done`` of ``total`` are done."""
        self._bar.update(self._task, completed=done, total=total)


class Printer:
    """Writes values to one console, each as a person reads it."""

    def __init__(self, to: Console) -> None:
        self._console = to

    def line(self, *parts: str | tuple[str, str], indent: int = 0, whole: bool = False) -> None:
        """One line of text or ``(text, style)`` parts; folded on a terminal unless ``whole``, never elsewhere."""
        text = Text.assemble(
            *(visible(part) if isinstance(part, str) else (visible(part[0]), part[1]) for part in parts)
        )
        margin = Text(" " * indent)
        if whole or not self._console.is_terminal:
            # A program or a file reads this, or somebody clicks on it: one quotation, one address stays one line.
            self._console.print(margin + text, soft_wrap=True)
            return
        for line in text.wrap(self._console, max(20, self._console.width - indent)):
            line.rstrip()
            self._console.print(margin + line, soft_wrap=True)

    def reply(self, reply: Reply, filters: Filters = Filters()) -> None:
        """An answer's quotations, or why there is none, what could be asked and what comes nearest.

        What earlier questions gave to this one stands first.
        """
        if reply.carried:
            self.line((f"about: {' · '.join(reply.carried)}", "dim"))
        match reply:
            case Answer(hits=hits):
                for number, hit in enumerate(hits):
                    if number:
                        self.line()
                    self.hit(hit)
                    if others := reply.conflicting(number):
                        self.line(("Other figures on record: ", "yellow"), _placed(hits, others), indent=2)
            case Abstention(nearest=nearest, details=details):
                self.line(("Not on record. ", "bold yellow"), reasons.sentence(reply, filters))
                if details.suggestions:
                    self.line()
                    self.line((reasons.instead(), "yellow"))
                for suggestion in details.suggestions:
                    # An article's own words, but on one line: they are offered to be typed.
                    self.line(" ".join(suggestion.split()), indent=2)
                if nearest:
                    self.line()
                    self.line(("Nearest passage, not an answer:", "yellow"))
                    self.hit(nearest[0])

    def topic(self, topic: Topic, filters: Filters = Filters()) -> None:
        """Who is on record about a subject, outlet by outlet; or that nobody is, and what is covered."""
        if topic.silence is not None:
            self.line((voices.nobody(topic, filters), "bold yellow"))
            for hit in topic.reported:
                self.line()
                self.hit(hit)
            if offered := topic.silence.details.suggestions:
                self.line()
                self.line((reasons.instead(), "yellow"))
                for suggestion in offered:
                    self.line(" ".join(suggestion.split()), indent=2)
            return
        self.line((voices.how_many(topic), "bold"))
        for outlet, of_outlet in topic.by_outlet:
            self.line()
            self.line((outlet or text("topic.no_outlet"), "bold magenta"))
            for voice in of_outlet:
                self.line()
                self.hit(voice.hit)

    def timeline(self, timeline: Timeline) -> None:
        """What a speaker is quoted with, day by day, and what it is worth comparing with."""
        self.line((voices.head(timeline), "bold"))
        if others := voices.namesakes(timeline):
            self.line((others, "yellow"))
        if not timeline.entries:
            self.line(voices.empty(timeline))
        for number, entry in enumerate(timeline.entries):
            self.line()
            day = entry.hit.article.date
            self.line((f"{number + 1}. {days.written(day) if day else text('timeline.no_date')}", "bold magenta"))
            self.hit(entry.hit)
            for rival in entry.compare:
                self.line((voices.compare(timeline, rival), "yellow"), indent=2)

    def review(self, review: Review) -> None:
        """What promoting would change, article by article, and how the golden questions fared."""
        self.line((f"Generation {review.generation}. ", "bold"), reviews.summary(review))
        if told := reviews.golden_sentence(review):
            self.line((told, "yellow" if review.failing else "green"))
        for result in review.failing:
            self.line(reviews.result_line(result), indent=2)
        for change in review.changes:
            self.line()
            self.line((change.article.title or change.article.id, "bold"), " ", (change.article.id, "dim"))
            self.line(reviews.change_head(change), indent=2)
            for line in reviews.speaker_lines(change, 3):
                self.line(line, indent=2)
        for article, why in review.unreachable:
            self.line()
            self.line((article.title or article.id, "bold"), " ", (article.id, "dim"))
            self.line((why, "yellow"), indent=2)

    def golden(self, questions: Iterable[Golden]) -> None:
        """Golden questions with their numbers, and the words that have to answer them."""
        for golden in questions:
            self.line((f"{golden.id}. ", "bold"), golden.question)
            self.line(f"“{golden.quote}”", indent=3)

    def results(self, results: Iterable[Result]) -> None:
        """What came of asking golden questions."""
        for result in results:
            told = (reviews.PASSED[result.passed], "green" if result.passed == "passed" else "yellow")
            self.line((f"{result.golden.id}. ", "bold"), result.golden.question, ": ", told)

    def turn(self, reply: Reply) -> None:
        """A reply in a conversation, set off from the question that comes next."""
        self.reply(reply)
        self.line()

    def hit(self, hit: Hit) -> None:
        """One quotation: the words, who said them and how, where, the link, the receipt."""
        article, span = hit.article, hit.passage.span
        self.line(*_with_answer(hit))
        self.line("— ", (spoken_by(hit), "cyan"), indent=2)
        self.line(described(article), indent=2)
        if article.terms.licence:
            self.line(text("source.licence", note=article.terms.licence), indent=2)
        if hit.also:
            self.line(also_in(hit), indent=2)
        if link := text_fragment_link(article, span):
            self.line((link, "underline blue"), indent=2, whole=True)
        self.line((f"receipt {article.id} {article.sha256[:12]} {span.start}–{span.end}", "dim"), indent=2)

    def fields(self, values: Mapping[str, object]) -> None:
        """A line for each field that has a value."""
        for name, value in values.items():
            if value is not None:
                self.line((f"{name}: ", "cyan"), str(value))

    def added(self, added: Added, cautions: Iterable[Caution] = ()) -> None:
        """What adding one article did, in a line; below it, what is odd about it."""
        article = added.article
        self.line(
            (added.status.value, "green"),
            f" {article.id}  {described(article)}  ({counted(added.passages, 'passage')}, "
            f"{counted(added.attributions, 'sourced claim')})",
        )
        for caution in cautions:
            self.line(("warning: ", "yellow"), caution.words, indent=2)

    def articles(self, articles: Iterable[Article]) -> None:
        """One line for each article."""
        for article in articles:
            self.line((article.id, "cyan"), f"  {described(article)}")

    def article(self, article: Article, attributions: Iterable[Attribution]) -> None:
        """An article as it is stored, and who says what in it."""
        self.line((described(article), "bold"))
        if article.url:
            self.line((article.url, "underline blue"), whole=True)
        self.line()
        self._claims(article.text, [(attribution, KINDS[attribution.kind]) for attribution in attributions], True)

    def claims(self, text: str, claims: Iterable[Claim]) -> None:
        """A text with each speaker's words in a colour of their own, then a line for each claim.

        The text itself is left out where nothing could be coloured.
        """
        labelled = [
            (claim.attribution, KINDS[claim.attribution.kind] if claim.shown else UNSHOWN[claim.act])
            for claim in claims
        ]
        self._claims(text, labelled, self._console.is_terminal)

    def _claims(self, text: str, labelled: Sequence[tuple[Attribution, str]], with_text: bool) -> None:
        attributions = [attribution for attribution, _ in labelled]
        colours: dict[str, str] = {}
        for attribution in attributions:
            colours.setdefault(_label(attribution), _SPEAKER_COLOURS[len(colours) % len(_SPEAKER_COLOURS)])
        if with_text:
            self._console.print(_coloured(text, attributions, colours), soft_wrap=not self._console.is_terminal)
            self.line()
        for attribution, how in labelled:
            label = _label(attribution)
            words = " … ".join(span.of(text) for span in attribution.content)
            self.line(
                (label, f"bold {colours[label]}"),
                f", {how} [{attribution.content[0].start}–{attribution.content[-1].end}]: {words}",
            )
        if not attributions:
            self.line("Nobody is cited in this text.")

    def verdict(self, verdict: Verdict) -> None:
        """Whether a claimed quotation is on record, and how the record differs."""
        self.line((VERDICTS[verdict.verdict], "bold"))
        if verdict.diff:
            self.line(*(part for change in verdict.diff for part in _change(change)))
        for number, part in enumerate(verdict.parts, 1):
            self.line()
            self.line((f"On record, part {number}:", "yellow"))
            self.hit(part)
        if verdict.closest and not verdict.parts:
            self.line()
            self.line(("Closest on record:", "yellow"))
            self.hit(verdict.closest)

    def receipt(self, proof: Proof, live: Live | None) -> None:
        """A quotation that was proved just now, by what, and what its page shows where that was looked at."""
        from index.receipts import grounds, spoken

        article, span = proof.article, proof.span
        self.line((proof.quote, "bold"))
        self.line("— ", (spoken(proof), "cyan"), indent=2)
        self.line(described(article), indent=2)
        if proof.link:
            self.line((proof.link, "underline blue"), indent=2, whole=True)
        self.line()
        self.line(("Proved: ", "bold green"), "these are the characters of the stored text, whose hash was made anew.")
        self.line(f"article {article.id}, characters {span.start}–{span.end}", indent=2)
        self.line(f"sha256 {article.sha256}", indent=2, whole=True)
        for sentence in grounds(proof):
            self.line(sentence, indent=2)
        if live is not None:
            self.line(("Page: ", "bold"), live.sentence)

    def calibration(self, report: Report, *, set_: bool) -> None:
        """How often answers are wrong with each threshold, and what follows from it."""
        found = report.curve
        if not found.total:
            self.line("Nothing has been judged yet: `onrecord calibrate --label 30`, or --labels FILE.")
            return
        area = "" if found.area is None else f"; area under the risk-coverage curve {found.area:.3f}"
        self.line((counted(found.total, "label"), "bold"), area)
        self.line(("threshold  answered        wrong            at most", "dim"), whole=True)
        for point in report.points():
            risk = "–" if point.risk is None else f"{point.risk:.1%}"
            signs = [("in use", "yellow")] if point.threshold == report.now.threshold else []
            signs += [("proposed", "green")] if point.threshold == report.threshold else []
            self.line(
                f"{point.threshold:9.3f}  {point.coverage:5.0%} {f'({point.answered})':<9} {risk:>6} "
                f"{f'({point.wrong})':<9} {point.upper:6.1%}  ",
                *(part for sign in signs for part in (sign, " ")),
                whole=True,
            )
        self.line((f"at most: what the share of wrong answers is in the long run, with {SURE:.0%} certainty", "dim"))
        if report.why_not is not None:
            self.line((report.why_not, "yellow"))
        elif set_:
            self.line(("Set for this archive. ", "bold green"), "`onrecord calibrate --reset` takes it back.")
        elif report.threshold != report.now.threshold:
            self.line("`--set` uses the proposed threshold for this archive.")
        for note in report.notes:
            self.line((note, "yellow"))


def _change(change: Change) -> list[str | tuple[str, str]]:
    said, record = (f"[+{change.said}+]", "red"), (f"[-{change.record}-]", "green")
    match change.op:
        case Op.SAME:
            return [change.said, " "]
        case Op.ADDED:
            return [said, " "]
        case Op.DROPPED:
            return [record, " "]
        case Op.CHANGED:
            return [record, said, " "]


def _with_answer(hit: Hit) -> list[str | tuple[str, str]]:
    """The quotation, the words that answer standing out of it."""
    words, start = hit.answering, hit.passage.span.start
    if words is None:
        return [(hit.quote, "bold")]
    a, b = words.start - start, words.end - start
    return [(hit.quote[:a], "bold"), (hit.quote[a:b], "bold underline"), (hit.quote[b:], "bold")]


def spoken_by(hit: Hit) -> str:
    """Who said it and how it came into the article, in words that claim no more than the article proves."""
    corrected = " [speaker corrected by the moderators]" if hit.passage.corrected else ""
    if hit.passage.said_by is None:
        return f"{hit.article.outlet or 'The article'}, {KINDS[Kind.NARRATION]}{corrected}"
    return f"{_label(hit.passage.said_by)} – {KINDS[hit.passage.kind]}{corrected}"


def _label(attribution: Attribution) -> str:
    speaker = attribution.speaker
    if speaker is None:
        return "Speaker not certain" if attribution.source else "Speaker not stated"
    role = f" ({speaker.role})" if speaker.role else ""
    return f"{speaker.name}{role}" + ("" if speaker.named else " [not named by the article]")


def also_in(hit: Hit) -> str:
    """Which other outlets carry the same words; how many articles, where they do not state another outlet."""
    if hit.outlets:
        return f"also in {counted(len(hit.outlets), 'outlet')}: {', '.join(hit.outlets)}"
    return f"also in {counted(len(hit.also), 'other article')}"


def _placed(hits: Sequence[Hit], others: Iterable[int]) -> str:
    """Which of the quotations are meant, counting from 1, with their outlets and days."""
    return ", ".join(
        f"quotation {i + 1} ({' · '.join(part for part in (hits[i].article.outlet, hits[i].article.date) if part)})"
        for i in others
    ).replace(" ()", "")


def described(article: Article) -> str:
    """Outlet, title, date and authors of an article, as far as they are known."""
    parts = [article.outlet, article.title or "untitled", article.date]
    if article.authors:
        parts.append("by " + ", ".join(article.authors))
    return " · ".join(part for part in parts if part)


def _coloured(text: str, attributions: Iterable[Attribution], colours: dict[str, str]) -> Text:
    # A sign may be longer than the character it stands for, so styles are laid on before the signs are put in.
    styles = [""] * len(text)
    for attribution in attributions:
        colour = colours[_label(attribution)]
        for spans, style in (
            (attribution.content, colour),
            (attribution.source, f"bold {colour}"),
            (attribution.cue, f"italic {colour}"),
        ):
            for span in spans:
                styles[span.start : span.end] = [style] * len(span)
    shown = Text()
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or styles[end] != styles[start]:
            shown.append(visible(text[start:end]), styles[start] or None)
            start = end
    return shown
