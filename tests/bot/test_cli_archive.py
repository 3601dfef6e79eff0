"""The commands that look after the archive, and what all commands have in common."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from calls import HARBOR, Onrecord

from bot import __version__
from bot.cli import parser
from index.types import Draft

if TYPE_CHECKING:
    from index.archive import Archive

ROOT = Path(__file__).resolve().parents[2]


def test_show_gives_the_text_its_passages_and_its_claims(onrecord: Onrecord, harbor: str) -> None:
    """Every passage and claim of the shown article points into the shown text."""
    shown = onrecord("show", harbor, "--json").json
    assert shown["text"] == HARBOR
    assert shown["passages"]
    assert all(passage["quote"] == HARBOR[passage["start"] : passage["end"]] for passage in shown["passages"])
    assert any(claim["speaker"] == "Ines Okafor" for claim in shown["attributions"])


def test_show_gives_a_person_the_text_too(onrecord: Onrecord, harbor: str) -> None:
    """In a pipe, the stored text stands there as it is, then who says what."""
    out = onrecord("show", harbor).out
    assert HARBOR in out
    assert "Ines Okafor" in out[out.index(HARBOR) + len(HARBOR) :]


def test_list_names_what_is_there_and_remove_takes_it_away(onrecord: Onrecord, harbor: str) -> None:
    """After remove, the article is neither listed nor shown, and removing it again fails."""
    assert [article["article_id"] for article in onrecord("list", "--json").json["articles"]] == [harbor]
    assert harbor in onrecord("list").out
    assert onrecord("remove", harbor, "--json").json["article_id"] == harbor
    assert onrecord("list", "--json").json == {"articles": []}
    assert onrecord("show", harbor).code == 1
    again = onrecord("remove", harbor)
    assert (again.code, again.out) == (1, "")
    assert harbor in again.err


def test_status_counts(onrecord: Onrecord, harbor: str) -> None:
    """Status counts what the archive holds and names its model."""
    status = onrecord("status", "--json").json
    shown = onrecord("show", harbor, "--json").json
    assert (status["name"], status["articles"]) == ("default", 1)
    assert status["passages"] == len(shown["passages"])
    assert status["attributions"] == len(shown["attributions"])
    assert "articles: 1" in onrecord("status").out


def test_a_new_generation_is_built_promoted_and_rolled_back(
    onrecord: Onrecord, harbor: str, sure: tuple[str, str]
) -> None:
    """Answers stay the same through reindex, promote and rollback; promoting twice is refused."""

    def quoted() -> list[tuple[str, str]]:
        reply = onrecord("ask", "Who loses a day of pay?", "--json", *sure).json
        return [(passage["quote"], passage["speaker"]) for passage in reply["passages"]]

    before = quoted()
    served = onrecord("status", "--json").json["generation"]
    assert onrecord("reindex", "--dry-run", "--json").code == 0
    assert onrecord("status", "--json").json["candidate"] is None
    assert onrecord("promote").code == 1
    assert onrecord("reindex", "--json").code == 0
    assert onrecord("status", "--json").json["generation"] == served
    assert onrecord("promote", "--json").code == 0
    assert onrecord("status", "--json").json["generation"] != served
    assert quoted() == before
    assert onrecord("rollback", "--json").code == 0
    assert onrecord("status", "--json").json["generation"] == served
    assert quoted() == before


def test_chat_remembers_until_told_otherwise(onrecord: Onrecord, harbor: str, sure: tuple[str, str]) -> None:
    """Each line is a question; a follow-up is looked up with what came before, until /new."""
    talk = b"Who is Ines Okafor?\n\nwhat did she say?\n/new\nwhat did she say?\n/quit\nnot asked any more\n"
    rows = onrecord("chat", "--json", *sure, stdin=talk).rows
    assert [row["question"] for row in rows] == ["Who is Ines Okafor?", "what did she say?", "what did she say?"]
    assert "Okafor" in rows[1]["standalone"]
    assert "Okafor" not in rows[2]["standalone"]
    assert [row["carried"] for row in rows] == [[], ["Ines Okafor"], []]


def test_global_options_may_stand_on_either_side(onrecord: Onrecord, tmp_path: Path) -> None:
    """--data, --archive and --json mean the same before and after the command."""
    data = str(tmp_path / "elsewhere")
    before = onrecord("--json", "--data", data, "--archive", "a1", "status").json
    after = onrecord("status", "--json", "--data", data, "--archive", "a1").json
    # Opening it the first time writes to it.
    assert {**before, "bytes": None} == {**after, "bytes": None}
    assert before["name"] == "a1"
    assert str(tmp_path / "elsewhere") in before["path"]


def test_a_broken_configuration_fails_before_anything_else(onrecord: Onrecord, tmp_path: Path) -> None:
    """A misspelt key is one sentence that names the nearest, exit 1."""
    (tmp_path / "config.toml").write_text("[bot]\nturms = 2\n")
    result = onrecord("list")
    assert (result.code, result.out) == (1, "")
    assert "'turns'" in result.err


def test_without_a_token_the_bot_says_how_to_get_one(onrecord: Onrecord) -> None:
    """One sentence, exit 1, and where to go."""
    result = onrecord("bot")
    assert (result.code, result.out) == (1, "")
    assert "DISCORD_TOKEN" in result.err
    assert "https://discord.com/developers/applications" in result.err
    assert len(result.err.strip().splitlines()) == 1


@pytest.mark.parametrize("argv", [(), ("no-such-command",), ("show",), ("add",), ("demo", "--port", "many")])
def test_wrong_usage_is_one_sentence_and_exit_two(onrecord: Onrecord, argv: tuple[str, ...]) -> None:
    """Nothing on stdout, one line on stderr that says where help is."""
    result = onrecord(*argv)
    assert (result.code, result.out) == (2, "")
    assert len(result.err.strip().splitlines()) == 1
    assert "--help" in result.err


def test_version(onrecord: Onrecord) -> None:
    """--version prints the name and the version."""
    result = onrecord("--version")
    assert (result.code, result.out) == (0, f"onrecord {__version__}\n")


def test_help_does_not_load_the_model_or_its_libraries() -> None:
    """Building the parser imports nothing that takes seconds: no torch, no numpy, no discord."""
    slow = {"torch", "numpy", "faiss", "discord", "trafilatura", "sentence_transformers"}
    program = (
        f"import sys; from bot.cli import parser; parser().format_help(); print(sorted({slow} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "command", ["list", "list --archive empty", "status", "calibrate", "show it-rained", "remove it-rained"]
)
def test_looking_at_articles_does_not_load_the_model_or_a_reader(
    archive: Archive, tmp_path: Path, command: str
) -> None:
    """Listing, showing, removing and weighing feedback import no torch, no faiss, nothing that reads pages."""
    archive.add(Draft("It rained.", id="it-rained"))
    slow = {"torch", "sentence_transformers", "faiss", "trafilatura", "pypdf", "aiohttp", "discord"}
    program = f"import sys; from bot.cli import main; code = main(); print(sorted({slow} & set(sys.modules)), code)"
    done = subprocess.run(
        [sys.executable, "-c", program, "--data", str(tmp_path / "data"), *command.split()],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[] 0"


def test_json_is_ascii_whatever_the_locale(tmp_path: Path) -> None:
    """In a locale that knows no curly quotation mark, JSON still carries it, and text output does not crash."""
    (tmp_path / "a.txt").write_text("“Größe zählt,” said Zoë Šimić.", encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    for options in (["--json"], []):
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", "claims", "a.txt", *options],
            cwd=tmp_path, env=environment, capture_output=True, check=True,
        )  # fmt: skip
        assert done.stdout.isascii()
        if options:
            assert json.loads(done.stdout)["attributions"][0]["speaker"] == "Zoë Šimić"


def test_every_option_and_command_has_help() -> None:
    """Nothing in the command line is left unexplained."""
    top = parser()
    commands = next(action for action in top._actions if action.dest == "==SUPPRESS==" or action.choices)
    assert commands.choices
    for name, command in commands.choices.items():  # type: ignore[union-attr]
        assert command.description, name
        for action in command._actions:
            assert action.help or action.metavar, (name, action.dest)
