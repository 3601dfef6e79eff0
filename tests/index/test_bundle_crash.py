"""Killed at any statement of an import: the next opening holds all that was there before, or all of the import too."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from archives import assert_complete, draft

from index import bundle
from index.archive import Archive
from index.encoder import Encoder

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are killed as POSIX does")

SCRIPT = """
import os, signal, sys
from itertools import count
from pathlib import Path
sys.path[:0] = sys.argv[4:]
from crashing import words_encoder
from index import bundle
from index.archive import Archive
from index.attribution import attributions

attributions("Ann Cole said that it rained.")
data, file, encoder = Path(sys.argv[1]), bundle.read(Path(sys.argv[2])), words_encoder()
for statement in map(int, sys.argv[3].split(",")):
    child = os.fork()
    if not child:
        archive = Archive.open(data / str(statement), encoder=encoder)
        statements = count(1)

        def watch(_):
            if next(statements) == statement:
                os.kill(os.getpid(), signal.SIGKILL)

        archive._store._db.set_trace_callback(watch)
        archive.take_in(file, by="7")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(os.WIFSIGNALED(status), flush=True)
"""


def test_killed_before_any_statement_of_an_import(tmp_path: Path, words_encoder: Encoder) -> None:
    """Twenty imports into an archive with other articles and settings, each killed before another statement."""
    file = tmp_path / "archive.zip"
    with Archive.open(tmp_path / "source", encoder=words_encoder) as archive:
        list(archive.add_all([draft(number) for number in range(4)]))
        archive.server_settings.set(by="1", retention_days=9)
        archive.set_threshold(0.25, risk=0.1, labels=30)
        archive.export(file, made_by="test")
    moments = sorted(random.Random(6).sample(range(1, 420), 20))  # noqa: S311  # no secret
    for moment in moments:
        with Archive.open(tmp_path / str(moment), encoder=words_encoder) as archive:
            list(archive.add_all([draft(3, more=" Older words."), draft(7)]))
    script = [sys.executable, "-c", SCRIPT, str(tmp_path), str(file), ",".join(map(str, moments))]
    folders = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).parent)]
    done = subprocess.run([*script, *folders], capture_output=True, text=True, check=True)
    killed = done.stdout.split().count("True")
    outcomes = set()
    for moment in moments:
        with Archive.open(tmp_path / str(moment), encoder=words_encoder) as archive:
            texts = {article.id: article.text for article in archive.articles()}
            came = len(texts) == 5
            before = {"article-3": draft(3, more=" Older words.").text, "article-7": draft(7).text}
            after = {**{f"article-{number}": draft(number).text for number in range(4)}, "article-7": draft(7).text}
            assert texts == (after if came else before)
            assert archive.server_settings.get().retention_days == (9 if came else 90)
            assert archive.threshold == (0.25 if came else 0.5)
            assert len(archive.log.entries()) == (2 + 7 if came else 2)
            assert_complete(archive)
            outcomes.add(came)
            imported = archive.take_in(bundle.read(file))
            assert imported.parts["articles"].unchanged == (4 if came else 0)
    assert killed > 10
    assert outcomes == {False, True}
