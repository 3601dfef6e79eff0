"""What the project as a whole promises: its documents name what there is, and hold nothing that does not belong."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from bot import __version__
from bot.cli import parser

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

TOP = {
    "bot", "index", "tests", "config.toml", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md",
    ".ci", ".gitignore",
}  # fmt: skip


def _tracked() -> list[str]:
    if not (ROOT / ".git").exists():
        pytest.skip("needs the git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def _commands() -> list[str]:
    (action,) = (action for action in parser()._actions if action.choices and not action.option_strings)
    return list(action.choices or ())


def _code(text: str) -> list[str]:
    """The lines of all shell blocks of a document, continued lines joined."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    return "".join(blocks).replace("\\\n", " ").splitlines()


def test_the_top_level_holds_what_the_owner_asked_for() -> None:
    """Nothing else is put beside bot, index and tests."""
    assert {name.split("/")[0] for name in _tracked()} <= TOP


@pytest.mark.parametrize("command", _commands())
def test_every_command_is_in_the_readme(command: str) -> None:
    """A person who only reads README knows every command."""
    assert f"`onrecord {command}" in README


def test_every_command_in_the_documents_exists() -> None:
    """Each line of shell in README and CONTRIBUTING that calls onrecord is understood by it."""
    calls = [
        call.strip()
        for line in _code(README) + _code(CONTRIBUTING)
        for call in re.split(r"&&|\||;", line.split("#")[0])
        if re.match(r"\s*(?:\w+=\S+\s+)*onrecord\b", call)
    ]
    assert len(calls) > 5
    for call in calls:
        words = [word for word in shlex.split(call) if word not in {">"}]
        arguments = words[words.index("onrecord") + 1 :]
        try:
            parser().parse_args(arguments)
        except SystemExit as left:
            pytest.fail(f"{call!r} is not understood ({left.code})")


@pytest.mark.parametrize("mark", ["try", "test"])
def test_readme_has_the_commands_that_ci_runs(mark: str) -> None:
    """.ci/run reads what it runs from README; each mark stands right before a shell block of one line."""
    assert re.search(rf"^<!-- ci: {mark} -->\n```sh\n[^\n]+\n```$", README, re.MULTILINE)


def test_every_file_a_document_links_to_is_there() -> None:
    """No dead link or missing picture."""
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", README + CONTRIBUTING)
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_map_of_the_rooms_is_complete() -> None:
    """Every source file is named in CONTRIBUTING, with its folder where it lives in one."""
    files = [name for name in _tracked() if re.match(r"(?:bot|index)/.*\.py$", name)]
    named = [name for name in files if not name.endswith("__init__.py")]
    assert [name for name in named if Path(name).name not in CONTRIBUTING] == []


def test_every_dependency_has_its_reason() -> None:
    """What is installed is explained in CONTRIBUTING, the optional parts too."""
    project = PYPROJECT["project"]
    wanted = [
        *project["dependencies"],
        *(need for extra in project["optional-dependencies"].values() for need in extra),
    ]
    names = {re.split(r"[\[<>=~ ]", need, maxsplit=1)[0] for need in wanted}
    assert [name for name in sorted(names) if f"`{name}`" not in CONTRIBUTING] == []


def test_what_is_installed_is_complete() -> None:
    """Every package and every data file of bot and index goes into the installed program."""
    tracked = [name for name in _tracked() if name.startswith(("bot/", "index/"))]
    packages = {str(Path(name).parent).replace("/", ".") for name in tracked if name.endswith("/__init__.py")}
    setuptools = PYPROJECT["tool"]["setuptools"]
    assert set(setuptools["packages"]) == packages
    patterns = [f"{package}/{glob}" for package, globs in setuptools["package-data"].items() for glob in globs]
    data = [name for name in tracked if not name.endswith(".py")]
    assert [name for name in data if not any(fnmatch(name, pattern) for pattern in patterns)] == []


def test_the_index_knows_nothing_of_the_bot() -> None:
    """Arrows go one way: no file of index imports bot or discord."""
    for file in sorted((ROOT / "index").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            assert not {name.split(".")[0] for name in names} & {"bot", "discord", "simcord"}, file


# Written so that they do not match themselves.
FOREIGN = re.compile(
    r"(?<![\w.])/(?:wor[k]|roo[t]|tm[p])/\w"  # a place on somebody's machine
    r"|(?:extra-)?index[-]url|registry[=]|pypi[.]org/simple|download[.]pytorch"  # a package host
    r"|\b(?:FIX[M]E|TO[D]O|XX[X])\b"  # something left undone
)


def test_nothing_foreign_is_in_the_project() -> None:
    """No path of a developer's machine, no package host, nothing left undone."""
    found = [
        f"{name}: {match[0]}"
        for name in _tracked()
        if Path(name).suffix in {".py", ".md", ".toml", ".sh", ".txt", ""}
        for match in FOREIGN.finditer((ROOT / name).read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_changelog_names_this_version() -> None:
    """The newest entry is this version or what comes after it, and its licence is what pyproject says."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{__version__}]" in changelog or "## [Unreleased]" in changelog
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")
    assert PYPROJECT["project"]["license"] == "MIT"
