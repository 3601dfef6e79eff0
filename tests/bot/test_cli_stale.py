"""``onrecord stale``: what somebody should look at."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from calls import Onrecord
from feed_server import WORDS, Answer, Server, article_page

from index.sources import polite
from index.sources import url as network


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network door opens to this machine, and nobody pauses."""
    monkeypatch.setattr(network, "get", partial(network.get, allow_private=True))
    monkeypatch.setattr(polite, "PAUSE", 0.0)


@pytest.fixture
def cranes(onrecord: Onrecord, web: Server, tmp_path: Path) -> list[str]:
    """Three articles whose pages are there, changed, and gone; and one without a page."""
    ids = []
    for number in range(4):
        file = tmp_path / f"{number}.txt"
        file.write_text(WORDS.format(number=number), encoding="utf-8")
        url = ("--url", f"{web.root}/a/{number}") if number < 3 else ()
        added = onrecord("add", str(file), "--title", f"Crane {number}", "--date", "2020-01-01", *url, "--json")
        ids.append(added.json["article_id"])
    web.pages = {"/a/0": Answer(article_page(0)), "/a/1": Answer(article_page(1).replace("1962", "1926"))}
    return ids


def test_looking_at_every_page(onrecord: Onrecord, cranes: list[str]) -> None:
    """The dead page first, then the changed one with what it says no more; what is fine is not listed."""
    found = onrecord("stale", "--all", "--json").json["stale"]
    assert [(row["article_id"], row["why"], row["state"]) for row in found] == [
        (cranes[2], ["dead"], "dead"),
        (cranes[1], ["changed"], "changed"),
    ]
    ((start, end),) = found[1]["missing"]
    text = onrecord("show", cranes[1], "--json").json["text"]
    assert text[start:end] == "The old crane was built in 1962 and lifted its last container on Tuesday."
    shown = onrecord("stale")
    assert "its page is gone" in shown.out
    assert "1 of 4 sentences is not on its page any more" in shown.out


def test_without_looking(onrecord: Onrecord, cranes: list[str], web: Server) -> None:
    """Nothing is asked for unless it is told to; pages that were not looked at are listed as such."""
    assert [row["why"] for row in onrecord("stale", "--json").json["stale"]] == [["unchecked"]] * 3
    assert "its page was not looked at yet" in onrecord("stale").out
    assert web.asked == []


def test_old_articles(onrecord: Onrecord, cranes: list[str], tmp_path: Path) -> None:
    """From the age that config.toml names on."""
    file = tmp_path / "own.toml"
    file.write_text("[upkeep]\nstale_days = 30\n")
    found = onrecord("--config", str(file), "stale", "--json").json["stale"]
    assert sorted(row["why"] for row in found) == [["old"], *[["old", "unchecked"]] * 3]


def test_nothing_is_stale(onrecord: Onrecord) -> None:
    """An empty archive has nothing to look at."""
    assert onrecord("stale", "--check").out == "No article is stale.\n"
