"""``onrecord``: the command line. Each command is one function; ``main`` turns failures into one sentence.

What a command needs is imported when it runs: loading the language model's libraries takes seconds, and
``onrecord --help`` must not wait for them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from bot import __version__
from bot.batch import BrokenRow, Row, rows
from index.errors import ArchiveError, SourceError, Unreadable

if TYPE_CHECKING:
    from bot.config import Config
    from bot.output import Printer, Progress
    from index.archive import Archive
    from index.types import Added, Draft, Filters

Arguments = argparse.Namespace

_TOGETHER = 32
"""Articles that are added at once: more are no faster, and what came before a failure should be in."""


def main(argv: list[str] | None = None) -> int:
    """Run one command. Returns 0 when it did its job and 1 when it failed; wrong usage leaves with 2."""
    _never_fail_to_print(sys.stdout, sys.stderr)
    # The model's libraries draw a bar of their own on standard error, terminal or not.
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    args = parser().parse_args(argv)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except ArchiveError as error:
        return _failed(str(error))
    except BrokenPipeError:
        # The reader of our output left. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _failed(f"{error.filename or 'The data folder'}: {error.strerror or error}.")
    except KeyboardInterrupt:
        return 130
    return code


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = _Parser(prog="onrecord", description="Answers from news articles, verbatim and attributed, or not at all.")
    top.add_argument("--version", action="version", version=f"onrecord {__version__}")
    _add_shared(top, config=None, data=None, archive="default", json=False)
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: Callable[[Arguments], int], help: str) -> argparse.ArgumentParser:  # noqa: A002
        made = commands.add_parser(name, help=help, description=help)
        _add_shared(made)
        made.set_defaults(run=run, misused=made.error)
        return made

    add = command("add", _add, "Add articles: files, folders, addresses, rows of a .jsonl file, or - for stdin.")
    add.add_argument("sources", nargs="+", metavar="SOURCE", help=".txt .md .html .pdf .jsonl(.gz), folder, URL or -")
    for name, what in (("title", "headline"), ("url", "address"), ("outlet", "publication")):
        add.add_argument(f"--{name}", help=f"the article's {what}; wins over what the source says")
    add.add_argument("--author", action="append", default=[], help="an author; repeat it for several")
    add.add_argument("--date", type=_written_day, help="day of publication, like 2023-10-13 or “Oct. 13, 2023”")

    show = command("show", _show, "Show an article with who says what in it.")
    show.add_argument("id", metavar="ID")
    command("list", _list, "List the articles.")
    remove = command("remove", _remove, "Remove an article and everything quoted from it.")
    remove.add_argument("id", metavar="ID")
    command("status", _status, "Say what the archive holds.")
    reindex = command("reindex", _reindex, "Build the next generation of the index beside the one in use.")
    reindex.add_argument("--dry-run", action="store_true", help="only say what would change")
    command("promote", _promote, "Use the generation that `reindex` built.")
    command("rollback", _rollback, "Go back to the generation used before.")

    ask = command("ask", _ask, "Ask a question; the answer is quotations, or that it is not on record.")
    ask.add_argument("question", nargs="?", metavar="QUESTION")
    _add_batch(ask, 'rows {"id", "question"} or {"id", "turns": [...]}')
    ask.add_argument("--speaker", help="only what this person said")
    ask.add_argument("--outlet", help="only from this publication")
    ask.add_argument("--since", type=_first_day, metavar="DAY", help="only from this day, month or year on")
    ask.add_argument("--until", type=_last_day, metavar="DAY", help="only up to this day, month or year")

    claims = command("claims", _claims, "Find who says what in a text, without adding it.")
    claims.add_argument("file", nargs="?", metavar="FILE", help="a text file, taken as it is, or - for stdin")
    _add_batch(claims, 'rows {"id", "text"}')

    check = command("check", _check, "Check whether a quotation is on record, and how it differs.")
    check.add_argument("text", nargs="?", metavar="TEXT")
    check.add_argument("--speaker", help="who is claimed to have said it")
    _add_batch(check, 'rows {"id", "text", "speaker"}')

    command("chat", _chat, "Ask questions one after the other; follow-ups are understood.")
    command("try", _try, "See the main job done on the bundled sample article.")
    demo = command("demo", _demo, "Try the Discord bot in a local page, without a token.")
    demo.add_argument("--port", type=int, default=8420, help="port of the page on this machine (default %(default)s)")
    command("bot", _bot, "Run the Discord bot; its token is read from DISCORD_TOKEN.")
    return top


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence instead of printing the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see `{self.prog} --help`)\n")


def _add_shared(to: argparse.ArgumentParser, **defaults: object) -> None:
    """Options that may stand before or after the command; only those before it have defaults to fall back on."""

    def default(name: str) -> object:
        return defaults.get(name, argparse.SUPPRESS)

    to.add_argument(
        "--config", type=Path, metavar="FILE", default=default("config"), help="default: ./config.toml if it is there"
    )
    to.add_argument(
        "--data", type=Path, metavar="DIR", default=default("data"), help="data folder; default: $ONRECORD_DATA"
    )
    to.add_argument("--archive", metavar="NAME", default=default("archive"), help="which archive (default: default)")
    to.add_argument("--json", action="store_true", default=default("json"), help="print JSON")


def _add_batch(to: argparse.ArgumentParser, form: str) -> None:
    to.add_argument("--batch", metavar="FILE", help=f"JSON lines in, JSON lines out; {form}; - for stdin")


def _first_day(text: str) -> str:
    return _day(text, last=False)


def _last_day(text: str) -> str:
    return _day(text, last=True)


def _day(text: str, *, last: bool) -> str:
    from bot.days import HOW, day_of

    day = day_of(text, today=datetime.now(UTC).date(), last=last)
    if day is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; {HOW}")
    return day


def _written_day(text: str) -> str:
    from index.sources.dates import iso_day as read_day

    if (day := read_day(text)) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day like 2023-10-13 or “Oct. 13, 2023”")
    return day


# --- commands ---------------------------------------------------------------------------------------------------------


def _add(args: Arguments) -> int:
    from bot.replies import added_json, failed_json
    from index.sources import Given

    given = Given(title=args.title, outlet=args.outlet, authors=tuple(args.author), date=args.date, url=args.url)
    config = _config(args)
    failures = 0
    with _archive(args, config, needs_model=True) as archive, _progress("Adding articles") as progress:
        for outcome in _outcomes(archive, _drafts(args.sources, given, config)):
            if isinstance(outcome, SourceError):
                failures += 1
                _failed(str(outcome))
                if args.json:
                    _print_json(failed_json(outcome))
            elif args.json:
                _print_json(added_json(outcome))
            else:
                _printer().added(outcome)
            progress.step()
    return 1 if failures else 0


def _drafts(sources: list[str], given: Any, config: Config) -> Iterator[Draft | SourceError]:
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


def _show(args: Arguments) -> int:
    from bot.replies import shown_json

    with _archive(args) as archive:
        article = archive.article(args.id)
        attributions = archive.attributions(article.id)
        if args.json:
            _print_json(shown_json(article, archive.passages(article.id), attributions))
        else:
            _printer().article(article, attributions)
    return 0


def _list(args: Arguments) -> int:
    from bot.replies import article_json

    with _archive(args) as archive:
        articles = archive.articles()
    if args.json:
        _print_json({"articles": [article_json(article) for article in articles]})
    else:
        _printer().articles(articles)
    return 0


def _remove(args: Arguments) -> int:
    from bot.replies import article_json

    with _archive(args) as archive:
        article = archive.remove(args.id)
    if args.json:
        _print_json({**article_json(article), "status": "removed"})
    else:
        _printer().line("removed ", article.id)
    return 0


def _status(args: Arguments) -> int:
    with _archive(args) as archive:
        return _print_fields(args, archive.status())


def _reindex(args: Arguments) -> int:
    with _archive(args, needs_model=True) as archive, _progress("Embedding passages") as progress:
        return _print_fields(args, archive.reindex(dry_run=args.dry_run, progress=progress.to))


def _promote(args: Arguments) -> int:
    with _archive(args) as archive:
        return _print_fields(args, archive.promote())


def _rollback(args: Arguments) -> int:
    with _archive(args) as archive:
        return _print_fields(args, archive.rollback())


def _ask(args: Arguments) -> int:
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
        _printer().reply(reply)
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
    return reply_json(archive.ask(question, earlier, filters=filters, asked_on=row.day("date")), row.id)


def _claims(args: Arguments) -> int:
    from bot.replies import claims_json
    from index.attribution import attributions

    _need_one(args, "file", "FILE")
    if args.batch is not None:
        return _batch(args.batch, lambda row: claims_json(attributions(row.text("text")), row.id))
    text = _text_of(args.file)
    if args.json:
        _print_json(claims_json(attributions(text), args.file))
    else:
        _printer().claims(text, attributions(text))
    return 0


def _text_of(file: str) -> str:
    """The characters of a file exactly as they are: offsets would shift if line ends were translated."""
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(file, f"{file} is not a text in UTF-8.") from error


def _check(args: Arguments) -> int:
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


def _chat(args: Arguments) -> int:
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


def _try(args: Arguments) -> int:
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


def _demo(args: Arguments) -> int:
    from bot.demo import run

    run(_config(args), port=args.port)
    return 0


def _bot(args: Arguments) -> int:
    from bot.client import run_bot

    return run_bot(_config(args), _data(args))


# --- what the commands share ------------------------------------------------------------------------------------------


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
            except ArchiveError as error:
                failures += 1
                _failed(str(error))
                result = {"id": row.id, "error": str(error)}
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


def _failed(sentence: str) -> int:
    sys.stderr.write(f"onrecord: {sentence}\n")
    return 1


def _never_fail_to_print(*streams: TextIO) -> None:
    """A terminal that cannot show a character gets its escape, not a crash in the middle of an answer."""
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
