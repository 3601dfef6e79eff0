"""``onrecord try`` with the real model: the main job, and the transcript that README shows of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

from bot.trial import QUESTIONS, SAMPLE_ID
from index.sources import read
from index.types import Article, Draft

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "bot" / "sample" / "article.md"


@cache
def _tried(*options: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "try", *options], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


def _sample() -> Article:
    (draft,) = read(str(SAMPLE))
    assert isinstance(draft, Draft)
    return Article(SAMPLE_ID, draft.text, draft.title, draft.outlet, draft.authors, draft.date, draft.url)


def test_two_questions_are_answered_and_one_is_not() -> None:
    """What the speaker is reported to have said, the speaker's own words, and silence with a reason."""
    added, containers, condemned, china = map(json.loads, _tried("--json").splitlines())
    assert added["status"] == "added"
    assert [reply["question"] for reply in (containers, condemned, china)] == list(QUESTIONS)

    first = containers["passages"][0]
    assert "1,000 containers" in first["quote"]
    assert first["speaker"] == "John Kirby"
    assert "National Security Council" in first["role"]
    assert first["kind"] == "indirect"

    first = condemned["passages"][0]
    assert "We condemn the DPRK" in first["quote"]
    assert (first["speaker"], first["kind"], first["cue"]) == ("John Kirby", "direct", "said")

    assert (china["status"], china["passages"]) == ("abstained", [])
    assert china["reason"] in {"not_covered", "not_stated"}


def test_every_quotation_is_the_sample_word_for_word() -> None:
    """Each quotation is what the sample has at its offsets, under the sample's hash."""
    article = _sample()
    for line in _tried("--json").splitlines()[1:]:
        reply = json.loads(line)
        for passage in reply["passages"] + reply["nearest"]:
            assert passage["quote"] == article.text[passage["start"] : passage["end"]]
            assert passage["sha256"] == article.sha256


def test_the_transcript_in_readme_is_what_is_printed() -> None:
    """README shows the program's own output; only line breaks are added there."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- transcript: try -->\n```text\n(.*?)```", readme, re.DOTALL)
    assert shown
    assert shown[1].split() == _tried().split()


def test_the_sample_says_what_it_is() -> None:
    """It is marked as the project's own summary, names the source of its facts, and every paragraph goes in."""
    article = _sample()
    assert article.outlet == "onrecord sample"
    assert article.date == "2023-10-13"
    assert article.authors == ("The onrecord project",)
    assert "summary by the onrecord project" in (article.title or "")
    assert "Newsweek (Daniel Bush, Oct. 13, 2023)" in article.text
    body = SAMPLE.read_text(encoding="utf-8").split("---\n", 2)[2]
    assert [line for line in body.splitlines() if line.strip() and line not in article.text] == []


def test_the_sample_is_in_our_own_words(shared: Path) -> None:
    """Outside short quotations of the official, no seven words in a row are the original report's."""

    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.lower())
        return {tuple(words[start : start + 7]) for start in range(len(words) - 6)}

    own = re.sub(r'"[^"]*"', " ¶ ", _sample().text)
    for original in (shared / "seed").glob("*.txt"):
        assert runs(own) & runs(original.read_text(encoding="utf-8")) == set()
