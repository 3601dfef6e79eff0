"""What each command of the command line does: arguments in, results on standard output, an exit code back.

What a command needs is imported when it runs: loading the language model's libraries takes seconds, and
``onrecord --help`` must not wait for them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.batch import BrokenRow, Row, rows
from index.errors import ReceiptBroken, SourceError, Unreadable

if TYPE_CHECKING:
    from bot.calibrate import Report
    from bot.config import Config
    from bot.output import Printer, Progress
    from index.archive import Archive
    from index.calibration import Label
    from index.livepage import Live
    from index.receipts import Proof
    from index.sources import Given
    from index.types import Added, Draft, Filters

Arguments = argparse.Namespace

_TOGETHER = 32
"""Articles that are added at once: more are no faster, and what came before a failure should be in."""


def add(args: Arguments) -> int:
    """Add every source, whatever becomes of the others."""
    from bot.replies import added_json, failed_json
    from index.sources import Given

    given = Given(title=args.title, outlet=args.outlet, authors=tuple(args.author), date=args.date, url=args.url)
    config = _config(args)
    failures = 0
    with _archive(args, config, needs_model=True) as archive, _progress("Adding articles") as progress:
        for outcome in _outcomes(archive, _drafts(args.sources, given, config)):
            if isinstance(outcome, SourceError):
                failures += 1
                failed(str(outcome))
                if args.json:
                    _print_json(failed_json(outcome))
            elif args.json:
                _print_json(added_json(outcome))
            else:
                _printer().added(outcome)
            progress.step()
    return 1 if failures else 0


def _drafts(sources: list[str], given: Given, config: Config) -> Iterator[Draft | SourceError]:
    from index.sources import read, read_bytes

    for source in sources:
        if source == "-":
            yield from read_bytes(sys.stdin.buffer.read(), "-", given)
        else:
            yield from read(source, given, settings=config.sources)


def _outcomes(archive: Archive, drafts: Iterator[Draft | SourceError]) -> Iterator[Added | SourceError]:
    """What became of each draft, in order; many are embedded together, which is faster."""
    while batch := list(islice(drafts, _TOGETHER)):
        outcomes = iter(_together(archive, [draft for draft in batch if not isinstance(draft, SourceError)]))
        for draft in batch:
            yield draft if isinstance(draft, SourceError) else next(outcomes)


def _together(archive: Archive, drafts: list[Draft]) -> list[Added | SourceError]:
    try:
        return list(archive.add_all(drafts))
    except SourceError:
        # A batch goes in whole or not at all, and one bad article must not keep the others out.
        return [_alone(archive, draft) for draft in drafts]


def _alone(archive: Archive, draft: Draft) -> Added | SourceError:
    try:
        return archive.add(draft)
    except SourceError as error:
        return error


def show(args: Arguments) -> int:
    """Show one article."""
    from bot.replies import shown_json

    with _archive(args) as archive:
        article = archive.article(args.id)
        attributions = archive.attributions(article.id)
        if args.json:
            _print_json(shown_json(article, archive.passages(article.id), attributions))
        else:
            _printer().article(article, attributions)
    return 0


def list_(args: Arguments) -> int:
    """List the articles."""
    from bot.replies import article_json

    with _archive(args) as archive:
        articles = archive.articles()
    if args.json:
        _print_json({"articles": [article_json(article) for article in articles]})
    else:
        _printer().articles(articles)
    return 0


def remove(args: Arguments) -> int:
    """Remove one article."""
    from bot.replies import article_json

    with _archive(args) as archive:
        article = archive.remove(args.id)
    if args.json:
        _print_json({**article_json(article), "status": "removed"})
    else:
        _printer().line("removed ", article.id)
    return 0


def status(args: Arguments) -> int:
    """Say what the archive holds."""
    with _archive(args) as archive:
        return _print_fields(args, archive.status())


def reindex(args: Arguments) -> int:
    """Build the next generation."""
    with _archive(args, needs_model=True) as archive, _progress("Embedding passages") as progress:
        return _print_fields(args, archive.reindex(dry_run=args.dry_run, progress=progress.to))


def promote(args: Arguments) -> int:
    """Serve the generation that was built."""
    with _archive(args) as archive:
        return _print_fields(args, archive.promote())


def rollback(args: Arguments) -> int:
    """Serve the generation before."""
    with _archive(args) as archive:
        return _print_fields(args, archive.rollback())


def ask(args: Arguments) -> int:
    """Answer one question, or a batch of them."""
    from bot.replies import reply_json
    from index.types import Filters

    _need_one(args, "question", "QUESTION")
    filters = Filters(speaker=args.speaker, outlet=args.outlet, since=args.since, until=args.until)
    with _archive(args, needs_model=True) as archive:
        if args.batch is not None:
            return _batch(args.batch, lambda row: _ask_row(archive, row, filters))
        reply = archive.ask(args.question, filters=filters)
    if args.json:
        _print_json(reply_json(reply))
    else:
        _printer().reply(reply, filters)
    return 0


def _ask_row(archive: Archive, row: Row, filters: Filters) -> dict[str, Any]:
    from dataclasses import replace

    from bot.replies import reply_json

    turns = row.texts("turns")
    question = row.optional("question")
    if (question is None) == (not turns):
        raise row.broken("needs either a 'question' or 'turns'")
    if question is None:
        *earlier, question = turns
    else:
        earlier = []
    filters = replace(filters, exclude=frozenset(row.texts("exclude")))
    return reply_json(
        # Nobody reads along: other questions are offered only where they are the point.
        archive.ask(question, earlier, filters=filters, asked_on=row.day("date"), suggest=False),
        row.id,
    )


def topic(args: Arguments) -> int:
    """Say who is on record about a subject; that nobody is, is an answer too."""
    from bot.replies import topic_json
    from index.types import Filters

    filters = Filters(outlet=args.outlet, since=args.since, until=args.until)
    with _archive(args, needs_model=True) as archive:
        found = archive.topic(args.subject, filters)
    if args.json:
        _print_json(topic_json(found))
    else:
        _printer().topic(found, filters)
    return 0


def timeline(args: Arguments) -> int:
    """Show what a speaker is quoted with; 1 where it is not clear who that is."""
    from bot.replies import timeline_json, unclear_json
    from bot.voices import unclear
    from index.speakers import Unclear
    from index.types import Filters

    filters = Filters(since=args.since, until=args.until)
    with _archive(args, needs_model=True) as archive:
        found = archive.timeline(args.speaker, args.topic, filters)
    if isinstance(found, Unclear):
        if args.json:
            _print_json(unclear_json(found))
        return failed(unclear(found))
    if args.json:
        _print_json(timeline_json(found))
    else:
        _printer().timeline(found)
    return 0


def claims(args: Arguments) -> int:
    """Find who says what in a text, or in a batch of them."""
    from bot.replies import claims_json
    from index.attribution import claims as read

    _need_one(args, "file", "FILE")
    if args.batch is not None:
        return _batch(args.batch, lambda row: claims_json(read(row.text("text")), row.id))
    text = _text_of(args.file)
    if args.json:
        _print_json(claims_json(read(text), args.file))
    else:
        _printer().claims(text, read(text))
    return 0


def _text_of(file: str) -> str:
    """The characters of a file exactly as they are: offsets would shift if line ends were translated."""
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(file, f"{file} is not a text in UTF-8.") from error


def check(args: Arguments) -> int:
    """Check one quotation, or a batch of them."""
    from bot.replies import verdict_json

    _need_one(args, "text", "TEXT")
    with _archive(args, needs_model=True) as archive:
        if args.batch is not None:
            return _batch(
                args.batch,
                lambda row: verdict_json(
                    archive.check(row.text("text"), row.optional("speaker") or args.speaker), row.id
                ),
            )
        verdict = archive.check(args.text, args.speaker)
    if args.json:
        _print_json(verdict_json(verdict))
    else:
        _printer().verdict(verdict)
    return 0


def receipt(args: Arguments) -> int:
    """Prove one quotation again, and print it in the form that was asked for."""
    from bot.replies import receipt_json
    from index.receipts import Form, export
    from index.types import Receipt, Span

    if args.start >= args.end:
        args.misused("START must be smaller than END")
    if args.json and args.format not in (None, "json"):
        args.misused("--json does not go with another --format")
    form = "json" if args.json else args.format or "receipt"
    if args.live and form not in ("receipt", "json"):
        args.misused("--live goes with the receipt itself or --format json")
    config = _config(args)
    with _archive(args, config) as archive:
        article = archive.article(args.id)
        if args.sha256 is not None and not article.sha256.startswith(args.sha256):
            raise ReceiptBroken(
                f"The text of {args.id} is not the one that was quoted: its SHA-256 begins with "
                f"{article.sha256[:12]}, the receipt's with {args.sha256[:12]}."
            )
        proof = archive.proved(Receipt(article.id, article.sha256, Span(args.start, args.end)))
    live = _live(proof, config) if args.live else None
    match form:
        case "json":
            _print_json(receipt_json(proof, live))
        case "receipt":
            _printer().receipt(proof, live)
        case _:
            _write(export(proof, Form(form)))
    return 0


def _live(proof: Proof, config: Config) -> Live:
    from index.livepage import look

    return look(proof.article, proof.span, config.sources)


def _write(text: str) -> None:
    """Print an export as it is, in UTF-8 whatever the locale; on a terminal, nothing in it may steer that."""
    if sys.stdout.isatty():
        from bot.output import visible

        text = visible(text)
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "surrogatepass"))
    sys.stdout.buffer.flush()


def calibrate(args: Arguments) -> int:
    """Say what feedback, or a file of labels, tells about the threshold; draw it, set it, or take it back."""
    from bot import calibrate as made
    from bot.replies import report_json

    _check_calibrate(args)
    labelled = () if args.labels is None else made.read_labelled(args.labels)
    with _archive(args, needs_model=bool(labelled or args.label)) as archive:
        if args.reset:
            return _reset(args, archive)
        if args.label is not None:
            _label(archive, args.label)
        if args.labels is None:
            labels = archive.labels()
        else:
            labels = tuple(_steps("Labels", (made.label(archive, one) for one in labelled)))
        report = made.report(labels, args.risk, archive.threshold, own=archive.calibrated() is not None)
        chosen = report.threshold
        if args.picture is not None:
            _draw(Path(args.picture), report, archive.name)
        if args.set and chosen is not None:
            archive.set_threshold(chosen, risk=args.risk, labels=report.curve.total)
    done = args.set and chosen is not None
    if args.json:
        _print_json(report_json(report, set_=done))
    else:
        _printer().calibration(report, set_=done)
    return failed(report.why_not) if args.set and report.why_not is not None else 0


def _check_calibrate(args: Arguments) -> None:
    for one, others in (("reset", ("labels", "label", "picture")), ("label", ("labels", "json"))):
        for other in others:
            if getattr(args, one) and getattr(args, other):
                args.misused(f"--{one} does not go with --{other}")


def _reset(args: Arguments, archive: Archive) -> int:
    from bot.replies import reset_json

    before = archive.reset_threshold()
    if args.json:
        _print_json(reset_json(archive.threshold, before))
    elif before is None:
        _printer().line(f"No threshold was set for this archive; it uses {archive.threshold:.3f}, as configured.")
    else:
        _printer().line(f"Back to {archive.threshold:.3f}, as configured, from {before.threshold:.3f}.")
    return 0


def _label(archive: Archive, count: int) -> None:
    from bot import calibrate as made
    from bot.chat import typed
    from index.types import Hit, Reply

    def give(reply: Reply, hit: Hit, right: bool) -> None:
        archive.give_feedback(reply.question, hit.receipt, hit.score, right=right, standalone=reply.standalone)

    printer = _printer()
    made.judge(typed(), archive.ask, printer.line, printer.hit, give, count)
    printer.line()


def _draw(file: Path, report: Report, archive: str) -> None:
    from bot.curve import drawn

    file.write_text(drawn(report, archive), encoding="utf-8")


def _steps(what: str, items: Iterator[Label]) -> Iterator[Label]:
    with _progress(what) as progress:
        for item in items:
            yield item
            progress.step()


def corrections(args: Arguments) -> int:
    """List the posted cards that quote what is no longer so."""
    from bot.cards_list import affected, card_json, card_lines

    with _archive(args) as archive:
        cards = affected(archive)
    if args.json:
        _print_json({"corrections": [card_json(card) for card in cards]})
    elif not cards:
        _printer().line("Every posted answer shows what is on record.")
    else:
        for card in cards:
            for line in card_lines(card):
                _printer().line(line)
    return 0


def chat(args: Arguments) -> int:
    """Hold a conversation."""
    from bot import chat
    from bot.replies import reply_json

    config = _config(args)
    with _archive(args, config, needs_model=True) as archive:
        if sys.stdin.isatty():
            _printer().line(chat.GREETING)
        chat.converse(
            chat.typed(),
            archive.ask,
            (lambda reply: _print_json(reply_json(reply))) if args.json else _printer().turn,
            turns=config.bot.turns,
        )
    return 0


def try_(args: Arguments) -> int:
    """Do the main job on the sample."""
    from bot import trial
    from bot.replies import added_json, reply_json
    from index.types import Added

    _note_model()
    for outcome in trial.run(_config(args)):
        if args.json:
            _print_json(added_json(outcome) if isinstance(outcome, Added) else reply_json(outcome))
        elif isinstance(outcome, Added):
            _printer().added(outcome)
        else:
            printer = _printer()
            printer.line()
            printer.line((f"? {outcome.question}", "bold magenta"))
            printer.reply(outcome)
    return 0


def demo(args: Arguments) -> int:
    """Open the Discord bot in a local page."""
    from bot.demo import run_demo

    return run_demo(_config(args), port=args.port)


def bot(args: Arguments) -> int:
    """Run the Discord bot."""
    from bot.client import run_bot

    return run_bot(_config(args), _data(args))


def _config(args: Arguments) -> Config:
    from bot.config import load

    return load(args.config)


def _data(args: Arguments) -> Path:
    from bot.config import data_folder

    return args.data if args.data is not None else data_folder()


def _archive(args: Arguments, config: Config | None = None, *, needs_model: bool = False) -> Archive:
    if needs_model:
        _note_model()
    from index.archive import Archive

    return Archive.open(_data(args), args.archive, (config or _config(args)).index)


def _note_model() -> None:
    from bot.output import note

    note("Loading the language model; that takes about ten seconds.")


def _need_one(args: Arguments, name: str, shown: str) -> None:
    """Either the text itself or a batch of them, never both: anything else is wrong usage."""
    if (getattr(args, name) is None) == (args.batch is None):
        args.misused(f"needs either {shown} or --batch FILE")


def _batch(file: str, answer: Callable[[Row], dict[str, Any]]) -> int:
    """Answer each row in order, each printed at once. A row that fails is answered by its error; the others go on."""
    failures = 0
    with _progress("Rows") as progress:
        for row in rows(file):
            try:
                if isinstance(row, BrokenRow):
                    raise row
                result = answer(row)
            except BrokenRow as broken:
                failures += 1
                failed(str(broken))
                result = {"id": broken.id, "error": str(broken)}
            _print_json(result)
            progress.step()
    return 1 if failures else 0


def _progress(what: str) -> AbstractContextManager[Progress]:
    from bot.output import progress

    return progress(what)


def _print_fields(args: Arguments, value: Any) -> int:
    from bot.replies import fields_json

    fields = fields_json(value)
    if args.json:
        _print_json(fields)
    else:
        _printer().fields(fields)
    return 0


def _print_json(value: dict[str, Any]) -> None:
    # ASCII, so that no locale and no terminal can change a character of a quotation on its way.
    sys.stdout.write(json.dumps(value, ensure_ascii=True) + "\n")
    sys.stdout.flush()


def _printer() -> Printer:
    from bot.output import Printer, console

    return Printer(console())


def failed(sentence: str) -> int:
    """Say on standard error what went wrong; the exit code of a job that failed."""
    from bot.output import visible

    # A source's own name or words may stand in it.
    sys.stderr.write(f"onrecord: {visible(sentence)}\n")
    return 1
