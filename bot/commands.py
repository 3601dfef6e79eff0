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
    from index.types import Filters

Arguments = argparse.Namespace


def add(args: Arguments) -> int:
    """Add every source, whatever becomes of the others."""
    from bot import bulk
    from bot.replies import added_json, failed_json
    from index.sources import Given

    given = Given(title=args.title, outlet=args.outlet, authors=tuple(args.author), date=args.date, url=args.url)
    config, report = _config(args), bulk.Report()
    with _archive(args, config, needs_model=True) as archive, _progress("Adding articles") as progress:
        total = bulk.total(args.sources)
        for outcome in bulk.outcomes(archive, args.sources, given, config.sources, by=whoever()):
            report.count(outcome)
            if isinstance(outcome.added, SourceError):
                failed(str(outcome.added))
                if args.json:
                    _print_json(failed_json(outcome.added))
            elif args.json:
                _print_json(added_json(outcome.added, outcome.cautions))
            else:
                _printer().added(outcome.added, outcome.cautions)
            # More may come out of a source than it seemed to hold.
            done = report.counts.total()
            progress.to(done, max(done, total)) if total is not None else progress.step()
    if not args.json and report.counts.total() > 1:
        _printer().line(report.words)
    return 1 if report.counts["failed"] else 0


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
        article = archive.remove(args.id, by=whoever())
    if args.json:
        _print_json({**article_json(article), "status": "removed"})
    else:
        _printer().line("removed ", article.id)
    return 0


def edit(args: Arguments) -> int:
    """Change what is said of one article; its text, passages and receipts stay."""
    from bot.changes import edited
    from bot.replies import article_json

    named = {"title": args.title, "outlet": args.outlet, "authors": args.author, "date": args.date, "url": args.url}
    changes = {name: value for name, value in named.items() if value is not None}
    if not changes:
        args.misused("needs at least one of --title, --outlet, --author, --date and --url")
    if "authors" in changes:
        changes["authors"] = tuple(author for author in changes["authors"] if author)
    with _archive(args, needs_model="title" in changes) as archive:
        article, changed = edited(archive, args.id, changes)
    status = "edited" if changed else "unchanged"
    if args.json:
        _print_json({**article_json(article), "status": status})
    else:
        _printer().line((status, "green"), f" {article.id}")
    return 0


def export(args: Arguments) -> int:
    """Write the whole archive into one file."""
    from bot import transfer

    with _archive(args) as archive:
        written = transfer.export(archive, args.file, vectors=args.vectors, log=args.log)
    if args.json:
        _print_json(transfer.written_json(written))
    else:
        for line in transfer.written_lines(written):
            _printer().line(line)
    return 0


def import_(args: Arguments) -> int:
    """Put in what another archive was exported to, all of it or nothing."""
    from bot import transfer

    with _archive(args, needs_model=True) as archive, _progress("Reading articles") as progress:
        imported = transfer.take_in(archive, args.file, whoever(), progress.to)
    if args.json:
        _print_json(transfer.imported_json(imported))
    else:
        for line in transfer.imported_lines(imported):
            _printer().line(line)
    return 0


def log(args: Arguments) -> int:
    """Show who changed what, the newest first."""
    from bot.changes import entry_json, entry_lines

    with _archive(args) as archive:
        archive.log.forget_old()
        entries = archive.log.entries(subject=args.article, limit=args.limit)
    if args.jsonl:
        for entry in entries:
            _print_json(entry_json(entry))
    elif args.json:
        _print_json({"entries": [entry_json(entry) for entry in entries]})
    else:
        for entry in entries:
            for line in entry_lines(entry):
                _printer().line(line)
    return 0


def undo(args: Arguments) -> int:
    """Take one change back."""
    from bot.changes import undone

    with _archive(args, needs_model=True) as archive:
        entry, number = undone(archive, args.number)
    if args.json:
        _print_json({"undone": entry.id, "entry": number, "action": entry.action.value, "subject": entry.subject})
    else:
        _printer().line(("undone", "green"), f" {entry.action.value.replace('_', ' ')} {entry.words}")
    return 0


def feeds(args: Arguments) -> int:
    """Follow feeds, ask them, and decide on what they brought."""
    from bot import feed_commands

    config = _config(args)
    with _archive(args, config, needs_model=args.action in feed_commands.ADDING) as archive:
        return feed_commands.run(args, archive, config, _shown(args))


def outlet(args: Arguments) -> int:
    """Say, or show, what outlets allow to be done with their words."""
    from bot import outlet_command

    if args.name is None and not (args.words is None and args.licence is None):
        args.misused("needs the NAME of the outlet that --words or --licence is said of")
    with _archive(args) as archive:
        outlet_command.run(args, archive, _shown(args))
    return 0


def stale(args: Arguments) -> int:
    """List articles that somebody should look at."""
    from bot import stale_command

    config = _config(args)
    with _archive(args, config) as archive, _progress("Pages") as progress:
        stale_command.run(args, archive, config, _shown(args), progress)
    return 0


def _shown(args: Arguments) -> Callable[[dict[str, Any], Callable[[Printer], None]], None]:
    """How a command shows a result: as JSON where that was asked for, else as a person reads it."""
    if args.json:
        return lambda value, _: _print_json(value)
    printer = _printer()
    return lambda _, written: written(printer)


def status(args: Arguments) -> int:
    """Say what the archive holds."""
    with _archive(args) as archive:
        return _print_fields(args, archive.status())


def reindex(args: Arguments) -> int:
    """Build the next generation, after a look at the sources where that is wished."""
    from dataclasses import replace

    from index.review import Scope, look_again

    scope = Scope(frozenset(args.article) if args.article else None, args.outlet, args.anew)
    config = _config(args)
    with _archive(args, config, needs_model=True) as archive:
        for article_id in args.article or ():
            archive.article(article_id)  # says so where there is none
        embedded = 0
        if args.sources and not args.dry_run:
            articles = archive.to_look_at(scope)
            with _progress("Looking at the sources") as progress:
                for done, article in enumerate(articles):
                    progress.to(done, len(articles))
                    looked = look_again(article, config.sources, origin=archive.origin(article.id))
                    embedded += archive.looked(article, looked)
                progress.to(len(articles), len(articles))
        with _progress("Embedding passages") as progress:
            made = archive.reindex(dry_run=args.dry_run, progress=progress.to, scope=scope)
        _print_fields(args, replace(made, embedded=made.embedded + embedded))
    if not args.json and not args.dry_run:
        _printer().line(("Nothing is served otherwise yet: `onrecord review`, then `promote` or `discard`.", "dim"))
    return 0


def review(args: Arguments) -> int:
    """Show what promoting would change."""
    from bot.reviews import review_json

    with _archive(args, needs_model=True) as archive:
        found = archive.review()
    if args.json:
        _print_json(review_json(found))
    else:
        _printer().review(found)
    return 0


def promote(args: Arguments) -> int:
    """Serve the generation that was built."""
    with _archive(args) as archive:
        return _print_fields(args, archive.promote(force=args.force, by=whoever()))


def discard(args: Arguments) -> int:
    """Drop the generation that was built."""
    with _archive(args) as archive:
        archive.discard(by=whoever())
        return _print_fields(args, archive.status())


def golden(args: Arguments) -> int:
    """List, add, remove or ask golden questions; 1 where one that was asked is not answered as before."""
    from bot.reviews import golden_json, result_json
    from index.golden import Passed
    from index.types import Answer

    if (args.which is None) == (args.what in ("add", "remove")):
        args.misused("add needs a QUESTION, remove a NUMBER, list and run neither")
    with _archive(args, needs_model=args.what in ("add", "run")) as archive:
        match args.what:
            case "add":
                reply = archive.ask(args.which)
                if not isinstance(reply, Answer):
                    return failed("This question is not answered, so there is no quotation to keep it by.")
                kept = [archive.make_golden(reply.standalone, reply.hits[0].receipt, by=whoever())]
            case "remove":
                if not args.which.isdecimal():
                    args.misused("remove needs the NUMBER that `golden list` shows")
                kept = [archive.remove_golden(int(args.which), by=whoever())]
            case "run":
                results = archive.ask_golden()
                if args.json:
                    _print_json({"golden": [result_json(result) for result in results]})
                else:
                    _printer().results(results)
                return 0 if all(result.passed is Passed.PASSED for result in results) else 1
            case _:
                kept = list(archive.golden())
    if args.json:
        _print_json({"golden": [golden_json(one) for one in kept]})
    elif not kept:
        _printer().line("There are no golden questions; `onrecord golden add QUESTION` makes one.")
    else:
        _printer().golden(kept)
    return 0


def rollback(args: Arguments) -> int:
    """Serve the generation before."""
    with _archive(args) as archive:
        return _print_fields(args, archive.rollback(by=whoever()))


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
            archive.set_threshold(chosen, risk=args.risk, labels=report.curve.total, by=whoever())
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

    before = archive.reset_threshold(by=whoever())
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


def gaps(args: Arguments) -> int:
    """List, dismiss, restore or close what could not be answered."""
    from bot import bulk, gap_lines
    from index.errors import ArchiveError
    from index.gaps import State

    config = _config(args)
    with _archive(args, config, needs_model=True) as archive:
        settings = archive.server_settings.get()
        if key := args.dismiss or args.restore:
            gap = archive.gap(key)
            if gap is None:
                raise ArchiveError(f"There is no gap {key!r}; `onrecord gaps --members 1` shows those there are.")
            archive.move_gap(gap, State.DISMISSED if args.dismiss else State.OPEN, by=whoever())
            found = tuple(one for one in (archive.gap(key),) if one)
        else:
            if args.close:
                while archive.close_gaps(bulk.TOGETHER, settings.retention_days):
                    pass
            needed = 1 if args.dismissed else args.members or settings.gap_members
            found = archive.gaps(needed, dismissed=args.dismissed)
        nearest = [archive.nearest_articles(gap.questions[0].wanted) for gap in found]
    if args.json:
        made = [gap_lines.gap_json(gap, near) for gap, near in zip(found, nearest, strict=True)]
        _print_json({"gaps": made})
    elif not found:
        _printer().line("No question went unanswered here, or not often enough to be shown.")
    else:
        for gap, near in zip(found, nearest, strict=True):
            for line in gap_lines.lines(gap, near):
                _printer().line(line)
    return 0


def override(args: Arguments) -> int:
    """List, make or take back what was decided about single passages."""
    from bot import override as made
    from index.overrides import Fix

    with _archive(args) as archive:
        if args.what == "list":
            placed = archive.overrides()
            if args.json:
                _print_json({"overrides": [made.placed_json(one, archive) for one in placed]})
            elif not placed:
                _printer().line("Nothing was decided about single passages.")
            else:
                for one in placed:
                    _printer().line(made.line(one))
            return 0
        if args.what == "remove":
            gone = made.take_back(archive, args.number)
            if args.json:
                _print_json({**made.override_json(gone), "status": "removed"})
            else:
                _printer().line(f"removed {gone.id}")
            return 0
        if args.start >= args.end:
            args.misused("START must be smaller than END")
        if args.what == "hide":
            decided = made.decide(archive, args.id, args.start, args.end, Fix.HIDDEN)
        else:
            if (args.name is not None and not args.name.strip()) or (args.role and args.name is None):
                args.misused("--name needs a name, and --role goes with it")
            fix = Fix.SPEAKER if args.name else Fix.OUTLET if args.outlet_words else Fix.UNSTATED
            decided = made.decide(archive, args.id, args.start, args.end, fix, args.name, args.role)
        if args.json:
            _print_json(made.placed_json(decided, archive))
        else:
            _printer().line(made.line(decided))
    return 0


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


def whoever() -> str:
    """Who uses the command line, for the log."""
    from bot.changes import whoever as name

    return name()


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
