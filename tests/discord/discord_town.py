"""A simulated Discord with one server, a member and a moderator."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import discord
import simcord
from discord_display import quotation
from discord_gate import gate, walk
from simcord import interactions

from bot.client import OnRecord
from bot.config import Config
from index.archive import Archive
from index.settings import AnswerSettings, IndexSettings, ServerDefaults
from index.types import Added, Draft

DESCRIPTION = Path(__file__).resolve().parents[3] / "shared" / "data" / "discord" / "openapi.json"

FERRY = Draft(
    title="Island ferry stops for repairs",
    outlet="Harbour Times",
    authors=("Mona Lund",),
    date="2024-03-05",
    url="https://harbour.example/ferry",
    text=(
        "The ferry between Skarn and the mainland will stop running for six weeks, the operator said on Tuesday.\n"
        "“We found cracks in the hull on Sunday night,” said Ingrid Dahl, the operator's safety director. "
        "Dahl said that the repair would cost 4.2 million crowns.\n"
        "Buses will carry passengers to the northern bridge twice an hour.\n"
        "A fishermen's union spokesman said the closure came at the worst moment of the season."
    ),
)
LIBRARY = Draft(
    title="Library opens at night",
    outlet="Valley Post",
    date="2024-05-17",
    url="https://valley.example/library",
    text=(
        "The town library will stay open until midnight from June, mayor Tom Okafor said.\n"
        "“Students asked for this for years,” Okafor said. The council voted 9 to 2 for the plan.\n"
        "The longer hours cost 38,000 pounds a year."
    ),
)


@dataclass
class Town:
    """The simulated Discord, and who is in it."""

    env: Any
    bot: OnRecord
    guild: Any
    channel: Any
    member: Any
    moderator: Any

    def add(self, *drafts: Draft, guild: Any = None) -> list[Added]:
        """Put articles in a server's archive as if they had been there before the bot came."""
        with Archive.open(self.bot.data, str((guild or self.guild).id), encoder=self.bot.worker._encoder) as archive:
            return [archive.add(draft) for draft in drafts]

    def demote(self) -> None:
        """The moderator may do no more than any member from here on, whatever they have on their screen."""
        role = self.guild.roles["Moderators"]
        self.env.backend.remove_member_role(self.guild.id, self.moderator.id, role.id)

    def let_through(self, name: str, kind: int = 1) -> None:
        """The server's owner opens a command for everyone, in Discord's own settings."""
        known = self.env.backend.visible_commands(user_id=self.moderator.id, channel_id=self.channel.id, type=kind)
        (command,) = (found for found in known if found["name"] == name)
        self.guild.set_command_permissions(int(command["id"]), {self.guild.default_role: True})

    async def restart(self) -> None:
        """Another bot on the same data takes over, as after a new start of the process."""
        old = self.bot
        self.bot = OnRecord(old.config, old.data, encoder=old.worker._encoder, shard_count=1)
        await self.env.restart_bot(self.bot)


Simulated = Callable[..., AbstractAsyncContextManager[Town]]


def simulation(data: Path, encoder: Any) -> Simulated:
    """Opens a `Town`; when it is left, every request the bot made is held to Discord's description."""

    @asynccontextmanager
    async def opened(
        *drafts: Draft,
        check_errors: bool = True,
        threshold: float = 0.01,
        server: ServerDefaults = ServerDefaults(),  # noqa: B008  # frozen
        **bot_settings: Any,
    ) -> AsyncIterator[Town]:
        # The encoder of the tests knows no meaning: whether it is sure enough is not what is tested here.
        answer = AnswerSettings(threshold=threshold, further=0.01)
        config = Config(index=IndexSettings(answer=answer, server=server), bot=replace(Config().bot, **bot_settings))
        bot = OnRecord(config, data, encoder=encoder, shard_count=1)
        async with simcord.run(bot, check_errors=check_errors, settle_timeout=30.0) as env:
            guild = env.create_guild("Harbour talk")
            channel = guild.create_text_channel("questions")
            moderators = guild.create_role("Moderators", permissions=discord.Permissions(manage_messages=True))
            member = guild.add_member(env.create_user("alice"))
            moderator = guild.add_member(env.create_user("mona"), roles=[moderators])
            town = Town(env, bot, guild, channel, member, moderator)
            town.add(*drafts)
            yield town
            if DESCRIPTION.is_file():
                judge = gate(DESCRIPTION)
                assert [c for r in env.http_requests for c in judge.complaints(r.method, r.path, r.json)] == []

    return opened


@contextmanager
def asking() -> Iterator[list[tuple[str, tuple[str, ...]]]]:
    """Notes what archives are asked, and after which earlier questions; they answer as ever."""
    asked: list[tuple[str, tuple[str, ...]]] = []
    original = Archive.ask

    def noted(self: Archive, question: str, turns: Any = (), **kwargs: Any) -> Any:
        asked.append((question, tuple(turns)))
        return original(self, question, turns, **kwargs)

    Archive.ask = noted  # type: ignore[method-assign]
    try:
        yield asked
    finally:
        Archive.ask = original  # type: ignore[method-assign]


def bot_messages(town: Town, channel: Any = None) -> list[Any]:
    """What the bot wrote in a channel, oldest first, without what only one member sees."""
    history = (channel or town.channel).history()
    return [m for m in history if m.author.id == town.bot.user.id and not m.flags.ephemeral]


def quote(message: Any) -> str:
    """The words of the one block quote of a message, as a reader sees them."""
    (block,) = re.findall(r"(?:^> .*\n?)+", texts(message), re.MULTILINE)
    return quotation(block)


@contextmanager
def speaking_german() -> Iterator[None]:
    """Whoever uses a command or presses a button inside has a German Discord: the simulated one knows only English."""
    original = interactions.base_payload

    def german(*args: Any, **kwargs: Any) -> Any:
        record, payload = original(*args, **kwargs)
        return record, {**payload, "locale": "de"}

    interactions.base_payload = german
    try:
        yield
    finally:
        interactions.base_payload = original


def texts(message: Any) -> str:
    """All text a message shows, as it was sent."""
    if isinstance(message, discord.Message):
        components = [top.to_dict() for top in message.components]
    else:
        components = message.components
    shown = [c["content"] for c in walk(components) if c["type"] == 10]
    return "\n".join([message.content, *shown]) if message.content else "\n".join(shown)


def buttons(message: Any) -> dict[str, dict[str, Any]]:
    """The buttons of a message by their labels."""
    if isinstance(message, discord.Message):
        components = [top.to_dict() for top in message.components]
    else:
        components = message.components
    return {c["label"]: c for c in walk(components) if c["type"] == 2}


def said(result: Any) -> str:
    """Everything the answer to a command or a button shows."""
    return "\n".join(texts(m) for m in (result.response, *result.followups) if m is not None)
