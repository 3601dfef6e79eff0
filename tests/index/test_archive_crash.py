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
from crashing import Channel, State, after, correct, operation

from index.archive import Archive
from index.cards import Standing
from index.cards import State as CardState
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
        self._state = State()
        self.interrupted: list[str] = []
        """What was being done when each child was killed."""

    def live(self, statement: int = 0, *, steps: int = 0, wait: float = 0.0) -> None:
        """Let one child do so many steps and be killed in or after the next; hold the archive to the steps it had done.

        Before that SQL statement, or, where none is given, after so many seconds.
        """
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(f"{self._step} {self._step + steps} {statement}\n")
        lines = self._parent.stdout
        child = int(next(lines).split()[1])
        done: list[str] = []
        if not statement:
            done = [next(lines) for _ in range(steps)]
            select.select([], [], [], wait)  # so that it is somewhere inside a step, and not just behind one
            os.kill(child, signal.SIGKILL)
        done += iter(lambda: next(lines), "over\n")
        for line in done:
            assert int(line) == self._step
            self._state = after(self._state, self._step)
            self._step += 1
        self.interrupted.append(operation(self._step).name)
        self._check()

    def _check(self) -> None:
        """It holds what the last step that was told left, or the step after it, which was not told any more."""
        with Archive.open(self.data, encoder=self._encoder) as archive:
            articles = {article.id: article for article in archive.articles()}
            held = (articles, len(archive.log.entries()), {card.message for card in archive.cards.all()})
            if held != _held(self._state):
                self._state = after(self._state, self._step)
                self._step += 1
            assert held == _held(self._state)
            assert_complete(archive)
            reply = archive.ask("How many years did the harbour number 1 take?")
            assert isinstance(reply, Answer | Abstention)
            hits = reply.hits if isinstance(reply, Answer) else reply.nearest
            assert all(archive.prove(hit.receipt) for hit in hits)
            assert bool(hits) == bool(articles)
            self._check_cards(archive)

    def _check_cards(self, archive: Archive) -> None:
        """Worked off, every card shows what became of it, and the last notice about it says so; none is there twice."""
        channel = Channel(self.data / "channel")
        correct(archive, channel)
        told: dict[int, Standing] = {}
        for _, _, about in channel.notices():
            told |= about
        for card in archive.cards.all():
            standing = self._state.standing(card.message)
            assert channel.shows(card.message) is standing
            assert told.get(card.message, Standing.STANDS) is standing
            assert card.state is CardState.DONE
        sent = [(change, there) for change, there, _ in channel.notices()]
        assert len(sent) == len(set(sent))
        assert archive.cards.notices() == ()

    def close(self) -> None:
        self._parent.communicate("")
        assert self._parent.returncode == 0


@pytest.fixture
def doomed(tmp_path: Path, words_encoder: Encoder) -> Iterator[Doomed]:
    parent = Doomed(tmp_path / "data", words_encoder)
    yield parent
    parent.close()


def _held(state: State) -> tuple[object, ...]:
    return dict(state.articles), state.entries, set(state.cards)


def test_killed_at_fifty_random_moments(doomed: Doomed) -> None:
    """Fifty processes in a row, each killed before some SQL statement: within every kind of change and its commit."""
    moments = random.Random(20231013)  # noqa: S311  # no secret
    for _ in range(50):
        # As often before statement 1 to 5 as before 32 to 160: some changes take three statements, some hundreds.
        doomed.live(int(160 ** moments.random()), steps=moments.randrange(4))
    assert set(doomed.interrupted) >= {"add", "remove", "edit", "undo", "post", "correct", "reindex", "review"}


def test_killed_from_outside_at_any_moment(doomed: Doomed) -> None:
    """Eight processes in a row, each killed a random while into a random step: between two statements too."""
    moments = random.Random(20231014)  # noqa: S311  # no secret
    for _ in range(8):
        doomed.live(steps=moments.randrange(4), wait=moments.uniform(0, 0.06))
