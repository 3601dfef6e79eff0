"""The bot as a whole: how it starts, what it tells Discord about itself, how its one worker serves many servers."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from pathlib import Path
from typing import Any

import discord
import pytest
from discord_town import FERRY, LIBRARY, Simulated, texts

from bot import client, demo
from bot.client import OnRecord, run_bot
from bot.config import Config
from bot.worker import Worker
from index.archive import Archive

REFUSED_WORD = "MTIzNDU2.abc-def_ghi.jklmnopqrstuvwxyz"


@pytest.mark.parametrize("token", ["", "  "])
def test_without_a_token(monkeypatch: pytest.MonkeyPatch, capsys: Any, tmp_path: Path, token: str) -> None:
    """Without a token: one sentence that says how to get one, on standard error, and 1."""
    monkeypatch.setenv("DISCORD_TOKEN", token)
    assert run_bot(Config(), tmp_path) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "https://discord.com/developers/applications" in err
    assert "DISCORD_TOKEN" in err


@pytest.mark.parametrize(("token", "asked"), [(REFUSED_WORD, True), ("two\nlines", False), ("späße", False)])
def test_a_bad_token_is_never_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: Any, caplog: Any, tmp_path: Path, token: str, asked: bool
) -> None:
    """A token that Discord refuses, or that is none at all, gives one sentence without the token in it."""
    refused: list[str] = []

    async def login(self: Any, token: str) -> Any:
        refused.append(token)
        raise discord.LoginFailure("Improper token has been passed.")

    monkeypatch.setenv("DISCORD_TOKEN", token)
    monkeypatch.setattr(discord.http.HTTPClient, "static_login", login)
    monkeypatch.setattr(Worker, "warm", _nothing)
    caplog.set_level(logging.DEBUG)
    assert run_bot(Config(), tmp_path) == 1
    out, err = capsys.readouterr()
    assert client.REFUSED in err
    assert bool(refused) is asked
    assert token not in out + err + caplog.text


async def _nothing(self: Any) -> None:
    pass


def test_no_network(monkeypatch: pytest.MonkeyPatch, capsys: Any, tmp_path: Path) -> None:
    """When Discord cannot be reached, that is said in one sentence."""

    async def login(self: Any, token: str) -> Any:
        raise client.aiohttp.ClientConnectionError("no route")

    monkeypatch.setenv("DISCORD_TOKEN", REFUSED_WORD)
    monkeypatch.setattr(discord.http.HTTPClient, "static_login", login)
    monkeypatch.setattr(Worker, "warm", _nothing)
    assert run_bot(Config(), tmp_path) == 1
    assert client.NO_DISCORD in capsys.readouterr().err


def test_sigterm_ends_it_well(monkeypatch: pytest.MonkeyPatch, capsys: Any, tmp_path: Path) -> None:
    """Told to stop, the bot leaves Discord, closes its archives and ends with 0."""
    ended: list[str] = []

    async def start(self: OnRecord, token: str) -> None:
        await self.worker.call(1, lambda archive: archive.status())
        os.kill(os.getpid(), signal.SIGTERM)
        while not self.is_closed():  # noqa: ASYNC110  # as discord.py's own loop does
            await asyncio.sleep(0.01)

    original = Archive.close

    def closed(self: Archive) -> None:
        ended.append(self.name)
        original(self)

    monkeypatch.setenv("DISCORD_TOKEN", REFUSED_WORD)
    monkeypatch.setattr(OnRecord, "start", start)
    monkeypatch.setattr(Worker, "warm", _nothing)
    monkeypatch.setattr(Archive, "close", closed)
    assert run_bot(Config(), tmp_path) == 0
    assert ended == ["1"]
    assert capsys.readouterr().err == ""


@pytest.mark.asyncio
async def test_last_answers_are_sent(simulated: Simulated) -> None:
    """A question that is being answered when the bot is told to stop still gets its answer."""
    async with simulated(FERRY) as town:
        stopping: list[asyncio.Task[None]] = []
        original = Archive.ask

        def stopped_meanwhile(self: Archive, *args: Any, **kwargs: Any) -> Any:
            loop.call_soon_threadsafe(lambda: stopping.append(loop.create_task(town.bot.close())))
            return original(self, *args, **kwargs)

        loop = asyncio.get_running_loop()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Archive, "ask", stopped_meanwhile)
            result = await town.member.slash(town.channel, "ask", question="How much would the repair cost?")
        assert "crowns" in texts(result.response)
        assert len(stopping) == 1


@pytest.mark.asyncio
async def test_asks_discord_for_as_little_as_it_can(simulated: Simulated) -> None:
    """No privileged intent, no member cache, nobody pinged, no message kept."""
    async with simulated() as town:
        bot = town.bot
        assert dict(bot.intents) == {**dict(discord.Intents.none()), "guilds": True, "guild_messages": True}
        assert bot.allowed_mentions is not None
        assert bot.allowed_mentions.to_dict() == discord.AllowedMentions.none().to_dict()
        assert list(bot.cached_messages) == []
        assert list(bot.guilds[0].members) == [bot.guilds[0].me]


@pytest.mark.asyncio
async def test_commands_are_registered_when_they_change(simulated: Simulated) -> None:
    """A new start registers nothing; another set of commands is registered."""
    async with simulated() as town:
        await town.restart()
        await town.restart()
        assert [r.method for r in town.env.http_requests if r.path.endswith("/commands")] == ["PUT"]
        (town.bot.data / client._SYNCED).write_text("another", encoding="ascii")
        await town.restart()
        assert [r.method for r in town.env.http_requests if r.path.endswith("/commands")] == ["PUT", "PUT"]


@pytest.mark.asyncio
async def test_commands_are_named_once_and_described(simulated: Simulated, discord_gate: Any) -> None:
    """Discord accepts the commands, and those of the moderators are hidden from members."""
    async with simulated() as town:
        commands = {command.name: command.to_dict(town.bot.tree) for command in town.bot.tree.get_commands()}
        menus = {"Delete this answer", "Is this on record?", "Make a golden question", "Receipt", "Add to articles"}
        members = {"ask", "check", "receipt", "timeline", "onrecord", "privacy"}
        moderators = {"articles", "calibrate", "feeds", "golden", "onrecord-settings", "outlets"}
        assert set(commands) == members | moderators | menus
        for name in ("articles", "Add to articles", "calibrate", "golden", "feeds"):
            assert commands[name]["default_member_permissions"] == discord.Permissions(manage_messages=True).value
        of_articles = {"add", "list", "show", "edit", "remove", "log", "reindex", "status", "export", "stale"}
        of_articles |= {"feedback", "gaps", "digest"}
        assert {o["name"] for o in commands["articles"]["options"]} == of_articles
        may = discord.Permissions(manage_guild=True).value
        assert commands["onrecord-settings"]["default_member_permissions"] == may
        assert discord_gate.complaints("PUT", "/applications/1/commands", list(commands.values())) == []


@pytest.mark.asyncio
async def test_cards_are_not_kept_in_memory(simulated: Simulated) -> None:
    """However many cards are sent, discord.py keeps none of them: their buttons are found by their ids."""
    async with simulated(FERRY) as town:
        for _ in range(3):
            await town.member.slash(town.channel, "ask", question="What did Dahl say about the hull?")
        store = town.bot._connection._view_store
        assert store._views == {}
        assert store._synced_message_views == {}


@pytest.mark.asyncio
async def test_model_work_is_off_the_event_loop(simulated: Simulated) -> None:
    """Archives are opened and asked on the worker's one thread, never on the thread of the event loop."""
    async with simulated(FERRY) as town:
        seen: set[int] = set()
        original = Archive.ask

        def noted(self: Archive, *args: Any, **kwargs: Any) -> Any:
            seen.add(threading.get_ident())
            return original(self, *args, **kwargs)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Archive, "ask", noted)
            for _ in range(2):
                await town.member.slash(town.channel, "ask", question="What did Dahl say?")
        assert len(seen) == 1
        assert threading.get_ident() not in seen


def test_a_question_is_served_within_a_long_change(tmp_path: Path, words_encoder: Any) -> None:
    """While one server's index is built, questions of all servers are answered; another change of it waits."""
    order: list[str] = []

    async def scene() -> None:
        worker = Worker(tmp_path, encoder=words_encoder)
        begun, queued = threading.Event(), threading.Event()

        def long_change(archive: Archive) -> None:
            begun.set()
            assert queued.wait(30)
            worker.serve_waiting()
            order.append("long change")

        def noted(name: str) -> Any:
            return lambda archive: order.append(f"{name} in {archive.name}")

        change = asyncio.create_task(worker.call(1, long_change, changes=True))
        await asyncio.to_thread(begun.wait, 30)
        others = [
            asyncio.create_task(worker.call(1, noted("change"), changes=True)),
            asyncio.create_task(worker.call(1, noted("question"))),
            asyncio.create_task(worker.call(2, noted("change"), changes=True)),
        ]
        await asyncio.sleep(0)
        queued.set()
        await asyncio.gather(change, *others)
        await worker.close()

    asyncio.run(scene())
    assert order == ["question in 1", "change in 2", "long change", "change in 1"]


def test_work_can_tell_whether_others_wait(tmp_path: Path, words_encoder: Any) -> None:
    """Each job sees how many are behind it: an answer leaves out what takes long while others wait."""

    async def scene() -> list[int]:
        worker = Worker(tmp_path, encoder=words_encoder)
        queued = threading.Event()

        def held(archive: Archive) -> int:
            assert queued.wait(30)
            return worker.waiting

        jobs = [asyncio.create_task(worker.call(1, held)) for _ in range(3)]
        await asyncio.sleep(0)
        queued.set()
        seen = await asyncio.gather(*jobs)
        await worker.close()
        return list(seen)

    assert asyncio.run(scene()) == [2, 1, 0]


def test_few_archives_stay_open(tmp_path: Path, words_encoder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Archives that were asked long ago are closed for others, and opened again when they are asked."""
    monkeypatch.setattr("bot.worker.OPEN_ARCHIVES", 2)

    async def scene() -> list[str]:
        worker = Worker(tmp_path, encoder=words_encoder)
        await worker.call(1, lambda archive: archive.add(FERRY), changes=True)
        for server in (2, 3, 4):
            await worker.call(server, lambda archive: archive.add(LIBRARY), changes=True)
        assert len(worker._archives) == 2
        titles = [a.title or "" for a in await worker.call(1, lambda archive: archive.articles())]
        await worker.close()
        await worker.close()
        return titles

    assert asyncio.run(scene()) == [FERRY.title]


def test_what_work_raises_reaches_who_awaits_it(tmp_path: Path, words_encoder: Any) -> None:
    """A failure on the worker's thread is raised where the work was asked for, and the worker goes on."""

    async def scene() -> str:
        worker = Worker(tmp_path, encoder=words_encoder)
        with pytest.raises(ZeroDivisionError):
            await worker.call(1, lambda archive: 1 / 0)
        name = await worker.call(1, lambda archive: archive.name)
        await worker.close()
        return name

    assert asyncio.run(scene()) == "1"


@pytest.mark.asyncio
async def test_demo_stage(words_encoder: Any) -> None:
    """The demo's bot answers about the bundled sample, and a moderator may keep articles there."""
    async with demo.staged(Config(), encoder=words_encoder) as stage:
        listed = await stage.moderator.slash(stage.channel, "articles list")
        assert "1 article" in str(listed.response.components)
        asked = await stage.member.slash(stage.channel, "ask", question="How many containers did North Korea ship?")
        assert "container" in str(asked.response.components)
        assert isinstance(stage.bot, OnRecord)


def test_demo_without_its_extra(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """Without the extra: one sentence with the line that installs it."""
    monkeypatch.setitem(__import__("sys").modules, "simcord", None)
    assert demo.run_demo(Config(), port=0) == 1
    assert capsys.readouterr().err == demo.MISSING + "\n"
