"""A conversation in the terminal: a question at a time, each understood in the light of those before it."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from index.types import Reply

GREETING = "Ask away. /new starts over, /quit (or Ctrl-D) leaves."


def converse(
    lines: Iterable[str], ask: Callable[[str, Sequence[str]], Reply], show: Callable[[Reply], None], *, turns: int
) -> None:
    """Answer each line of ``lines``; a follow-up sees at most ``turns`` earlier questions, oldest first."""
    earlier: deque[str] = deque(maxlen=turns)
    for line in lines:
        question = line.strip()
        match question:
            case "":
                continue
            case "/quit" | "/exit":
                return
            case "/new":
                earlier.clear()
                continue
        show(ask(question, tuple(earlier)))
        earlier.append(question)


def typed() -> Iterator[str]:
    """What a person types, line by line, with a prompt when somebody sits there."""
    if not sys.stdin.isatty():
        yield from sys.stdin
        return
    if sys.platform != "win32":  # where the console brings its own line editing
        import readline  # noqa: F401  # importing it is what gives the prompt its arrow keys and history
    while True:
        try:
            yield input("\n› ")
        except EOFError:
            return
