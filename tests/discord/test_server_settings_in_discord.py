"""What a server decides for itself: where questions are answered, who keeps its articles, what is kept how long."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from discord_gate import walk
from discord_town import FERRY, LIBRARY, Simulated, Town, bot_messages, said, speaking_german, texts

from bot.localised import ENGLISH, catalogue
from bot.permissions import REFUSED
from bot.render import WORDS_ID
from index.archive import Archive
from index.audit import Action
from index.server_settings import ServerSettings

pytestmark = pytest.mark.asyncio
NOT_CONFIGURING = catalogue(ENGLISH)["failure.not_configuring"]

COMMAND = "onrecord-settings"
QUESTION = "How much would the ferry repair cost?"


def owner_of(town: Town, **more: bool) -> Any:
    """A member who may manage the server, and not its messages."""
    role = town.guild.create_role("Owners", permissions=discord.Permissions(manage_guild=True, **more))
    return town.guild.add_member(town.env.create_user("olga"), roles=[role])


def let_through(town: Town, *names: str) -> None:
    """The server's owner opens commands for everyone, in Discord's own settings."""
    for command in town.env.backend.visible_commands(
        user_id=owner_of(town, administrator=True).id, channel_id=town.channel.id
    ):
        if command["name"] in names:
            town.guild.set_command_permissions(int(command["id"]), {town.guild.default_role: True})


async def settings_of(town: Town) -> ServerSettings:
    return await town.bot.worker.call(town.guild.id, lambda archive: archive.server_settings.get())


def set_beside(town: Town, **changes: Any) -> None:
    """Another process, such as the command line, changes settings."""
    with Archive.open(town.bot.data, str(town.guild.id), encoder=town.bot.worker._encoder) as archive:
        archive.server_settings.set(by="ops", **changes)


async def test_the_card_shows_and_sets_everything(simulated: Simulated) -> None:
    """Channels, role, retention, members, digest and corrections are set on one card, which shows them at once."""
    async with simulated(FERRY) as town:
        owner = owner_of(town)
        other, curators = town.guild.create_text_channel("desk"), town.guild.create_role("Curators")
        card = (await owner.slash(town.channel, COMMAND)).response
        assert card.ephemeral
        assert "Everywhere." in texts(card)
        assert "Below 1% certainty, as the operator configured it" in texts(card)
        await owner.select(card, [town.channel, other], custom_id="or:ss:channels")
        await owner.select(card, [curators], custom_id="or:ss:curator_role")
        await owner.select(card, ["30"], custom_id="or:ss:retention_days")
        await owner.select(card, ["3"], custom_id="or:ss:gap_members")
        await owner.select(card, [other], custom_id="or:ss:digest_channel")
        await owner.click(card, label="Turn off")
        assert await settings_of(town) == ServerSettings(
            curators.id, (town.channel.id, other.id), False, other.id, 3, 30
        )
        for words in (
            f"Only in <#{town.channel.id}>, <#{other.id}>", f"<@&{curators.id}>", "For 30 days", "Once 3 different",
            f"Posted in <#{other.id}>", "stay as they are",
        ):  # fmt: skip
            assert words in texts(card)
        entries = await town.bot.worker.call(town.guild.id, lambda archive: archive.log.entries(limit=6))
        assert {(entry.action, entry.by) for entry in entries} == {(Action.SETTINGS, str(owner.id))}


async def test_the_card_outlives_the_process_and_clears(simulated: Simulated) -> None:
    """After a restart its lists still work; nothing chosen goes back to the default."""
    async with simulated(FERRY) as town:
        owner = owner_of(town)
        card = (await owner.slash(town.channel, COMMAND)).response
        await owner.select(card, [town.channel], custom_id="or:ss:channels")
        await town.restart()
        await owner.select(card, [], custom_id="or:ss:channels")
        await owner.click(card, label="Turn off")
        await owner.click(card, label="Turn on")
        assert await settings_of(town) == ServerSettings()


async def test_only_who_manages_the_server(simulated: Simulated) -> None:
    """Neither members nor moderators change the settings, by the command or by a card of somebody else's making."""
    async with simulated(FERRY, check_errors=False) as town:
        let_through(town, COMMAND)
        assert said(await town.member.slash(town.channel, COMMAND)) == NOT_CONFIGURING
        assert said(await town.moderator.slash(town.channel, COMMAND)) == NOT_CONFIGURING
        administrator = town.guild.create_role("Admins", permissions=discord.Permissions(administrator=True))
        admin = town.guild.add_member(town.env.create_user("ada"), roles=[administrator])
        card = (await admin.slash(town.channel, COMMAND)).response
        await admin.click(card, label="Turn off")
        assert not (await settings_of(town)).corrections
        town.env.backend.edit_role(town.guild.id, administrator.id, {"permissions": 0})
        assert NOT_CONFIGURING in said(await admin.click(card, label="Turn on"))
        assert not (await settings_of(town)).corrections


async def test_not_everybody_becomes_a_curator(simulated: Simulated) -> None:
    """The role that everybody has is not taken."""
    async with simulated(FERRY) as town:
        owner = owner_of(town)
        card = (await owner.slash(town.channel, COMMAND)).response
        result = await owner.select(card, [town.guild.default_role], custom_id="or:ss:curator_role")
        assert "let everybody change the articles" in said(result)
        assert await settings_of(town) == ServerSettings()


async def test_the_curator_role_of_the_server(simulated: Simulated) -> None:
    """Whoever has it may keep articles: by commands, suggestions and buttons; it takes the configured name's place."""
    drafts = [FERRY, LIBRARY]
    async with simulated(*drafts, check_errors=False, curator_role="Curators") as town:
        let_through(town, "articles")
        by_name, chosen = town.guild.create_role("Curators"), town.guild.create_role("Editors")
        carl = town.guild.add_member(town.env.create_user("carl"), roles=[by_name])
        edda = town.guild.add_member(town.env.create_user("edda"), roles=[chosen])
        assert "**2 articles**" in said(await carl.slash(town.channel, "articles list"))
        assert said(await edda.slash(town.channel, "articles list")) == REFUSED
        assert await edda.autocomplete(town.channel, "articles remove", "article", "ferry") == []
        set_beside(town, curator_role=chosen.id)
        assert len(await edda.autocomplete(town.channel, "articles remove", "article", "ferry")) == 1
        assert "**2 articles**" in said(await edda.slash(town.channel, "articles list"))
        assert said(await carl.slash(town.channel, "articles list")) == REFUSED
        assert said(await town.member.slash(town.channel, "articles list")) == REFUSED
        asked = await town.member.slash(town.channel, "ask", question=QUESTION)
        assert "crowns" in texts(asked.response)
        result = await edda.context_menu(town.channel, "Delete this answer", asked.response)
        assert "The answer is deleted." in said(result)


async def test_where_questions_are_answered(simulated: Simulated) -> None:
    """Elsewhere mentions are passed over, and commands say to their user alone where questions are answered."""
    async with simulated(FERRY, check_errors=False) as town:
        desk = town.guild.create_text_channel("desk")
        set_beside(town, channels=(desk.id,))
        mention = f"<@{town.bot.user.id}> {QUESTION}"
        await town.member.send(town.channel, mention)
        assert bot_messages(town) == []
        for command, options in (
            ("ask", {"question": QUESTION}), ("onrecord topic", {"subject": "the ferry"}),
            ("timeline", {"speaker": "Ingrid Dahl"}), ("check", {"text": "We found cracks in the hull"}),
        ):  # fmt: skip
            result = await town.member.slash(town.channel, command, **options)
            assert result.response.ephemeral
            assert said(result) == f"Questions are answered in <#{desk.id}> on this server, and not here."
        with speaking_german():
            result = await town.member.slash(town.channel, "ask", question=QUESTION)
            assert said(result) == f"Fragen werden auf diesem Server in <#{desk.id}> beantwortet, nicht hier."
        assert "You wait for nothing here" in said(await town.member.slash(town.channel, "onrecord subscriptions"))
        assert len(await town.member.autocomplete(town.channel, "ask", "speaker", "ing")) == 1
        await town.member.send(desk, mention)
        (answer,) = bot_messages(town, desk)
        assert "4.2 million crowns" in texts(answer)
        assert "crowns" in said(await town.member.slash(desk, "ask", question=QUESTION))
        set_beside(town, channels=())
        await town.member.send(town.channel, mention)
        assert len(bot_messages(town)) == 1


async def test_threads_go_with_their_channel(simulated: Simulated) -> None:
    """A thread of an allowed channel is allowed, of another one it is not."""
    async with simulated(FERRY, check_errors=False) as town:
        desk = town.guild.create_text_channel("desk")
        set_beside(town, channels=(desk.id,))
        for channel in (desk, town.channel):
            await town.bot.get_channel(channel.id).create_thread(name="ferry", type=discord.ChannelType.public_thread)
        (inside,), (outside,) = desk.threads, town.channel.threads
        for thread, answers in ((inside, 1), (outside, 0)):
            await town.member.send(thread, f"<@{town.bot.user.id}> {QUESTION}")
            assert len(bot_messages(town, thread)) == answers
            shown = (await town.member.slash(thread, "ask", question=QUESTION)).response
            assert ("crowns" in texts(shown)) == bool(answers)


async def test_an_old_card_answers_no_more_where_it_is_not_allowed(simulated: Simulated) -> None:
    """A follow-up to a card from before, and an edited question, are not answered there either."""
    async with simulated(FERRY, check_errors=False) as town:
        desk = town.guild.create_text_channel("desk")
        question = await town.member.send(town.channel, f"<@{town.bot.user.id}> {QUESTION}")
        (answer,) = bot_messages(town)
        set_beside(town, channels=(desk.id,))
        form = await town.member.click(answer, label="Follow up")
        result = await town.member.submit_modal(form, {WORDS_ID: "When did he say that?"})
        assert f"in <#{desk.id}>" in said(result)
        before = texts(bot_messages(town)[0])
        await town.member.edit(question, f"<@{town.bot.user.id}> What did Dahl say about the hull?")
        assert [texts(m) for m in bot_messages(town)] == [before]


async def test_a_channel_that_is_gone_is_said(simulated: Simulated) -> None:
    """The card offers only what there is, and says what is gone."""
    async with simulated(FERRY) as town:
        owner = owner_of(town)
        set_beside(town, channels=(town.channel.id, 5))
        card = (await owner.slash(town.channel, COMMAND)).response
        assert "1 chosen channel is gone." in texts(card)
        lists = {c["custom_id"]: c for c in walk(card.components) if c["type"] == 8}
        assert [int(one["id"]) for one in lists["or:ss:channels"]["default_values"]] == [town.channel.id]


async def test_settings_stay_in_their_server(simulated: Simulated) -> None:
    """What one server decides is nothing to another."""
    async with simulated(FERRY) as town:
        set_beside(town, channels=(5,))
        other = town.env.create_guild("Elsewhere")
        channel = other.create_text_channel("talk")
        town.add(FERRY, guild=other)
        member = other.add_member(town.member.user)
        assert "crowns" in said(await member.slash(channel, "ask", question=QUESTION))


async def test_unreadable_settings_stop_nobody(simulated: Simulated, caplog: Any) -> None:
    """Where the file cannot be read, what was known before is used, and the operator is told."""
    async with simulated() as town:
        folder = town.bot.data / "77"
        folder.mkdir(parents=True)
        (folder / "archive.db").write_bytes(b"no database" * 500)
        assert await town.bot.server_settings.of(77) == ServerSettings()
        assert "The settings of server 77 are used as they were" in caplog.text
