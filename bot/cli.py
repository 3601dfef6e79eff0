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
    edit = command("edit", commands.edit, "Change what is said of an article; its text and quotations stay.")
    edit.add_argument("id", metavar="ID")
    for name, what in (("title", "headline"), ("url", "address"), ("outlet", "publication")):
        edit.add_argument(f"--{name}", help=f"the article's {what}; an empty one takes it away")
    edit.add_argument("--author", action="append", help="an author, in place of all there were; repeat it for several")
    edit.add_argument("--date", type=_written_day_or_none, help="day of publication, like 2023-10-13")
    changes = command("log", commands.log, "Show who changed what, the newest first.")
    changes.add_argument("--article", metavar="ID", help="only what was done to this article")
    changes.add_argument("--limit", type=_count, metavar="N", help="only the newest N")
    changes.add_argument("--jsonl", action="store_true", help="print JSON lines, one for each entry")
    undo = command("undo", commands.undo, "Take back one change, by its number in the log.")
    undo.add_argument("number", type=_number, metavar="N")
    export = command("export", commands.export, "Write the whole archive into one file.")
    export.add_argument("file", type=Path, metavar="FILE", help="a .zip, written anew")
    export.add_argument("--no-vectors", dest="vectors", action="store_false", help="smaller; importing takes longer")
    export.add_argument("--log", action="store_true", help="with the log, which names who changed what")
    taken = command("import", commands.import_, "Put in what `export` wrote; articles of the same id are replaced.")
    taken.add_argument("file", type=Path, metavar="FILE")
    _add_feeds(command("feeds", commands.feeds, "Follow feeds, ask them, and decide on what they brought."))
    outlet = command("outlet", commands.outlet, "Say, or show, what outlets allow to be done with their words.")
    outlet.add_argument("name", nargs="?", metavar="NAME", help="the outlet; without one, all are listed")
    outlet.add_argument("--words", type=_cap, metavar="N", help="most words of one article on one card, or “any”")
    outlet.add_argument("--licence", metavar="TEXT", help="what is to be named with its words; “” for nothing")
    stale = command("stale", commands.stale, "List articles whose page is dead, moved or changed, and old ones.")
    stale.add_argument("--check", action="store_true", help="first look at the pages whose time has come")
    stale.add_argument("--all", action="store_true", help="first look at every page, whatever its time is")
    command("status", commands.status, "Say what the archive holds.")
    reindex = command("reindex", commands.reindex, "Build the next generation of the index beside the one in use.")
    reindex.add_argument("--dry-run", action="store_true", help="only say what would change")
    reindex.add_argument("--sources", action="store_true", help="first look at the articles' sources once more")
    reindex.add_argument("--article", action="append", metavar="ID", help="only this article; repeat it for several")
    reindex.add_argument("--outlet", metavar="NAME", help="only the articles of this publication")
    reindex.add_argument("--anew", action="store_true", help="read them anew even where nothing has changed")
    command("review", commands.review, "Show what promoting the generation that `reindex` built would change.")
    promote = command("promote", commands.promote, "Use the generation that `reindex` built.")
    promote.add_argument("--force", action="store_true", help="even where golden questions are not answered as before")
    command("discard", commands.discard, "Drop the generation that `reindex` built.")
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

    golden = command("golden", commands.golden, "Keep questions that have to be answered as before by every re-index.")
    golden.add_argument(
        "what", choices=("list", "add", "remove", "run"), metavar="list|add|remove|run", nargs="?", default="list",
        help="list them, add a QUESTION, remove one by its NUMBER, or ask them all now",
    )  # fmt: skip
    golden.add_argument("which", nargs="?", metavar="QUESTION|NUMBER")

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

    gaps = command("gaps", commands.gaps, "Show what members asked and nothing on record answers.")
    gaps.add_argument(
        "--members", type=_count, metavar="N", help="only what so many different members asked (default: config.toml)"
    )
    which = gaps.add_mutually_exclusive_group()
    which.add_argument("--dismissed", action="store_true", help="those that were dismissed instead")
    which.add_argument("--dismiss", metavar="KEY", help="do not show this one any more")
    which.add_argument("--restore", metavar="KEY", help="show a dismissed one again")
    which.add_argument("--close", action="store_true", help="first ask all again that articles came in for")

    _add_override(command("override", commands.override, "Say who really says a passage, or hide it from everything."))

    command("corrections", commands.corrections, "List the posted answers that were or are to be corrected.")
    command("chat", commands.chat, "Ask questions one after the other; follow-ups are understood.")
    command("try", commands.try_, "See the main job done on the bundled sample article.")
    demo = command("demo", commands.demo, "Try the Discord bot in a local page, without a token.")
    demo.add_argument("--port", type=int, default=8420, help="port of the page on this machine (default %(default)s)")
    command("bot", commands.bot, "Run the Discord bot; its token is read from DISCORD_TOKEN.")
    return top


def _add_override(override: argparse.ArgumentParser) -> None:
    kinds = override.add_subparsers(title="what to do", metavar="WHAT", dest="what", required=True)
    made = {
        name: kinds.add_parser(name, help=help_, description=help_)
        for name, help_ in (
            ("list", "Show what was decided, and whether it still fits."),
            ("hide", "Let nothing show these characters of an article."),
            ("fix-speaker", "Say who says these characters of an article."),
            ("remove", "Take a decision back."),
        )
    }
    for name in ("hide", "fix-speaker"):
        made[name].add_argument("id", metavar="ARTICLE_ID")
        made[name].add_argument("start", type=_offset, metavar="START", help="first character, counting from 0")
        made[name].add_argument("end", type=_offset, metavar="END", help="the character after the last one")
    fix = made["fix-speaker"]
    who = fix.add_mutually_exclusive_group(required=True)
    who.add_argument("--name", help="the speaker")
    who.add_argument("--outlet-words", action="store_true", help="they are the outlet's own words")
    who.add_argument("--not-stated", action="store_true", help="the article does not say who says it")
    fix.add_argument("--role", help="what the speaker is")
    made["remove"].add_argument("number", type=_count, metavar="NUMBER", help="as `onrecord override list` has it")
    for each in made.values():
        _add_shared(each)
        each.set_defaults(misused=each.error)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence instead of printing the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see `{self.prog} --help`)\n")


def _add_feeds(to: argparse.ArgumentParser) -> None:
    actions = to.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)

    def action(name: str, help: str) -> argparse.ArgumentParser:  # noqa: A002
        made = actions.add_parser(name, help=help, description=help)
        _add_shared(made)
        return made

    add = action("add", "Follow an RSS or Atom feed, or say anew what becomes of its articles.")
    add.add_argument("url", metavar="URL")
    add.add_argument("--straight", action="store_true", help="its articles go on record without anybody's review")
    add.add_argument("--outlet", help="the publication of its articles; wins over what they say")
    action("list", "List the feeds, and how it went with each.")
    remove = action("remove", "Follow a feed no more; its articles stay.")
    remove.add_argument("feed", metavar="FEED", help="its number or address")
    poll = action("poll", "Ask the feeds whose time has come, or those named; a pause lies between two pages.")
    poll.add_argument("feeds", nargs="*", metavar="FEED", help="a number or address; whatever its time is")
    action("queue", "List the articles that wait for a review.")
    for name, what in (("accept", "Put waiting articles on record."), ("skip", "Drop waiting articles.")):
        action(name, what).add_argument("keys", nargs="+", metavar="KEY", help="as `queue` shows it, or all")


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


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of an entry of `onrecord log`")
    return int(text)


def _cap(text: str) -> int | str:
    if text == "any":
        return text
    if not (text.isascii() and text.isdigit() and int(text) <= 10_000):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 10000, or “any”")
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


def _written_day_or_none(text: str) -> str:
    return _written_day(text) if text else ""


def _never_fail_to_print(*streams: TextIO) -> None:
    """A terminal that cannot show a character gets its escape, not a crash in the middle of an answer."""
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
