"""Killed at any moment, in the middle of any change: the next opening serves the last complete state."""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from archives import assert_complete
from crashing import after

from index.archive import Archive
from index.encoder import Encoder
from index.types import Abstention, Answer

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are killed as POSIX does")

SCRIPT = Path(__file__).with_name("crashing.py")


class Doomed:
    """Children that change the archive in ``data``, each killed in its turn; and what it should hold."""

    def __init__(self, data: Path, encoder: Encoder) -> None:
        self.data = data
        self._encoder = encoder
        self._parent = subprocess.Popen(
            [sys.executable, str(SCRIPT), str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self._step = 0
        self._state: dict[str, str] = {}

    def live(self, statement: int = 0, *, steps: int = 0, wait: float = 0.0) -> None:
        """Let one child work until it is killed, then hold the archive to the steps it had done."""
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(f"{self._step} {statement}\n")
        lines = self._parent.stdout
        child = int(next(lines).split()[1])
        done = [next(lines) for _ in range(steps)]
        if not statement:
            select.select([], [], [], wait)  # so that it is somewhere inside a step, and not just behind one
            os.kill(child, signal.SIGKILL)
        done += iter(lambda: next(lines), "over\n")
        for line in done:
            assert int(line) == self._step
            self._state = after(self._state, self._step)
            self._step += 1
        self._check()

    def _check(self) -> None:
        """It holds what the last step that was told left, or the step after it, which was not told any more."""
        with Archive.open(self.data, encoder=self._encoder) as archive:
            held = {article.id: article.text for article in archive.articles()}
            if held != self._state:
                self._state = after(self._state, self._step)
                self._step += 1
            assert held == self._state
            assert_complete(archive)
            reply = archive.ask("How many years did the harbour number 1 take?")
            assert isinstance(reply, Answer | Abstention)
            hits = reply.hits if isinstance(reply, Answer) else reply.nearest
            assert all(archive.prove(hit.receipt) for hit in hits)
            assert bool(hits) == bool(held)

    def close(self) -> None:
        self._parent.communicate("")
        assert self._parent.returncode == 0


@pytest.fixture
def doomed(tmp_path: Path, words_encoder: Encoder) -> Iterator[Doomed]:
    parent = Doomed(tmp_path / "data", words_encoder)
    yield parent
    parent.close()


def test_killed_from_outside_at_any_moment(doomed: Doomed) -> None:
    """Sixteen processes in a row, each killed a random while into a random step and followed by the next."""
    moments = random.Random(20231013)  # noqa: S311  # no secret
    for _ in range(16):
        doomed.live(steps=moments.randrange(4), wait=moments.uniform(0, 0.06))


def test_killed_before_any_statement(doomed: Doomed) -> None:
    """Forty processes in a row, killed before statement 1, 8, 15, …: within every kind of change and its commit."""
    for statement in range(1, 281, 7):
        doomed.live(statement)
