"""``onrecord``: the command line, its options, and one sentence for what fails."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn, TextIO

from bot import __version__, commands
from index.errors import ArchiveError


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
        return commands.failed(str(error))
    except BrokenPipeError:
        # The reader of our output left. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return commands.failed(f"{error.filename or 'The data folder'}: {error.strerror or error}.")
    except KeyboardInterrupt:
        return 130
    return code


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = _Parser(prog="onrecord", description="Answers from news articles, verbatim and attributed, or not at all.")
    top.add_argument("--version", action="version", version=f"onrecord {__version__}")
    _add_shared(top, config=None, data=None, archive="default", json=False)
    subparsers = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: Callable[[commands.Arguments], int], help: str) -> argparse.ArgumentParser:  # noqa: A002
        made = subparsers.add_parser(name, help=help, description=help)
        _add_shared(made)
        made.set_defaults(run=run, misused=made.error)
        return made

    add = command("add", commands.add, "Add articles: files, folders, addresses, rows of a .jsonl file.")
    add.add_argument("sources", nargs="+", metavar="SOURCE", help=".txt .md .html .pdf .jsonl(.gz), folder, URL or -")
    for name, what in (("title", "headline"), ("url", "address"), ("outlet", "publication")):
        add.add_argument(f"--{name}", help=f"the article's {what}; wins over what the source says")
    add.add_argument("--author", action="append", default=[], help="an author; repeat it for several")
    add.add_argument("--date", type=_written_day, help="day of publication, like 2023-10-13 or “Oct. 13, 2023”")

    show = command("show", commands.show, "Show an article with who says what in it.")
    show.add_argument("id", metavar="ID")
    command("list", commands.list_, "List the articles.")
    remove = command("remove", commands.remove, "Remove an article and everything quoted from it.")
    remove.add_argument("id", metavar="ID")
    command("status", commands.status, "Say what the archive holds.")
    reindex = command("reindex", commands.reindex, "Build the next generation of the index beside the one in use.")
    reindex.add_argument("--dry-run", action="store_true", help="only say what would change")
    command("promote", commands.promote, "Use the generation that `reindex` built.")
    command("rollback", commands.rollback, "Go back to the generation used before.")

    ask = command("ask", commands.ask, "Ask a question; the answer is quotations, or that it is not on record.")
    ask.add_argument("question", nargs="?", metavar="QUESTION")
    _add_batch(ask, 'rows {"id", "question"} or {"id", "turns": [...]}')
    ask.add_argument("--speaker", help="only what this person said")
    ask.add_argument("--outlet", help="only from this publication")
    ask.add_argument("--since", type=_first_day, metavar="DAY", help="only from this day, month or year on")
    ask.add_argument("--until", type=_last_day, metavar="DAY", help="only up to this day, month or year")

    topic = command("topic", commands.topic, "Say who is on record about a subject, each with the best quotation.")
    topic.add_argument("subject", metavar="SUBJECT")
    topic.add_argument("--outlet", help="only from this publication")
    timeline = command("timeline", commands.timeline, "Show what a speaker said, day by day, and what differs.")
    timeline.add_argument("speaker", metavar="SPEAKER")
    timeline.add_argument("topic", nargs="?", metavar="TOPIC", help="only what is about this")
    for narrowed in (topic, timeline):
        narrowed.add_argument("--since", type=_first_day, metavar="DAY", help="only from this day, month or year on")
        narrowed.add_argument("--until", type=_last_day, metavar="DAY", help="only up to this day, month or year")

    claims = command("claims", commands.claims, "Find who says what in a text, without adding it.")
    claims.add_argument("file", nargs="?", metavar="FILE", help="a text file, taken as it is, or - for stdin")
    _add_batch(claims, 'rows {"id", "text"}')

    check = command("check", commands.check, "Check whether a quotation is on record, and how it differs.")
    check.add_argument("text", nargs="?", metavar="TEXT")
    check.add_argument("--speaker", help="who is claimed to have said it")
    _add_batch(check, 'rows {"id", "text", "speaker"}')

    receipt = command("receipt", commands.receipt, "Prove a quotation again, and export it.")
    receipt.add_argument("id", metavar="ARTICLE_ID")
    receipt.add_argument("start", type=_offset, metavar="START", help="first character, counting from 0")
    receipt.add_argument("end", type=_offset, metavar="END", help="the character after the last one")
    receipt.add_argument(
        "--sha256", type=_digest, metavar="HEX", help="hash of the text that was quoted; its first 12 digits are enough"
    )
    receipt.add_argument("--live", action="store_true", help="also look whether the page at its address has the words")
    receipt.add_argument(
        "--format", choices=("receipt", "text", "markdown", "bibtex", "csl-json", "selector", "json"),
        help="what to print (default: the receipt, for a person)",
    )  # fmt: skip

    calibrate = command("calibrate", commands.calibrate, "See how often answers are wrong, and set when to abstain.")
    calibrate.add_argument(
        "--risk",
        type=_share,
        default=0.1,
        metavar="SHARE",
        help="share of wrong answers to accept (default %(default)s)",
    )
    calibrate.add_argument(
        "--labels", metavar="FILE",
        help='judge by this file, not by feedback; rows {"question", "answerable"}, {"question", "article_id"} or '
        '{"question", "article_id", "start", "end", "right"}; - for stdin',
    )  # fmt: skip
    calibrate.add_argument("--label", type=_count, metavar="N", help="first ask and judge N questions yourself")
    calibrate.add_argument("--picture", metavar="FILE", help="draw the risk-coverage curve into this .svg")
    change = calibrate.add_mutually_exclusive_group()
    change.add_argument("--set", action="store_true", help="use the proposed threshold for this archive")
    change.add_argument("--reset", action="store_true", help="use the threshold of config.toml again")

    command("corrections", commands.corrections, "List the posted answers that were or are to be corrected.")
    command("chat", commands.chat, "Ask questions one after the other; follow-ups are understood.")
    command("try", commands.try_, "See the main job done on the bundled sample article.")
    demo = command("demo", commands.demo, "Try the Discord bot in a local page, without a token.")
    demo.add_argument("--port", type=int, default=8420, help="port of the page on this machine (default %(default)s)")
    command("bot", commands.bot, "Run the Discord bot; its token is read from DISCORD_TOKEN.")
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


def _share(text: str) -> float:
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share between 0 and 1, like 0.1 or 10%")
    return share


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 10_000):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 10000")
    return int(text)


def _offset(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of characters")
    return int(text)


def _digest(text: str) -> str:
    digest = text.strip("….").lower()
    if not 12 <= len(digest) <= 64 or set(digest) - set("0123456789abcdef"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a SHA-256, or 12 or more of its first hexadecimal digits")
    return digest


def _written_day(text: str) -> str:
    from index.sources.dates import iso_day as read_day

    if (day := read_day(text)) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day like 2023-10-13 or “Oct. 13, 2023”")
    return day


def _never_fail_to_print(*streams: TextIO) -> None:
    """A terminal that cannot show a character gets its escape, not a crash in the middle of an answer."""
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
