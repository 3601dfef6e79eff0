"""Moderators keep the articles of their server; nobody else does."""

from __future__ import annotations

import re
from typing import Any

import discord
import pytest
from discord_town import FERRY, LIBRARY, Simulated, Town, buttons, said, texts

from bot.permissions import REFUSED
from index.types import Draft

pytestmark = pytest.mark.asyncio

_MANAGE = discord.Permissions(manage_messages=True)
PASTED = "The old mill will become a school, the mayor said on Monday. Work begins in May."


async def stored(town: Town, guild: Any = None) -> list[str]:
    articles = await town.bot.worker.call((guild or town.guild).id, lambda archive: archive.articles())
    return [article.text for article in articles]


async def added(town: Town, **options: Any) -> Any:
    """Add an article and press **Add** below its preview; what the message says then."""
    shown = (await town.moderator.slash(town.channel, "articles add", **options)).response
    return await town.moderator.click(shown, label="Add")


async def test_add_a_file(simulated: Simulated) -> None:
    """A file becomes an article that can be asked about; the answer says what was found in it."""
    async with simulated() as town:
        data = FERRY.text.encode()
        result = await town.moderator.slash(
            town.channel, "articles add", file=("a/../ferry.txt", data), outlet="Harbour Times", date="5 March 2024"
        )
        assert result.response.ephemeral
        assert await stored(town) == []
        await town.moderator.click(result.response, label="Add")
        shown = texts(result.response)
        assert "**Added:**" in shown
        assert "Harbour Times" in shown
        assert "5 March 2024" in shown
        assert re.search(r"\d+ passages, \d+ sourced claims", shown)
        answer = await town.member.slash(town.channel, "ask", question="How much would the ferry repair cost?")
        assert "4.2 million crowns" in texts(answer.response)


async def test_two_files_of_one_name_are_two_articles(simulated: Simulated) -> None:
    """What somebody calls a file is no identity: the second does not replace the first."""
    async with simulated() as town:
        for text in (FERRY.text, LIBRARY.text):
            await added(town, file=("article.txt", text.encode()))
        assert len(await stored(town)) == 2
        again = await town.moderator.slash(town.channel, "articles add", file=("other.txt", FERRY.text.encode()))
        assert "Already here, unchanged" in said(again)
        assert "Add" not in buttons(again.response)


@pytest.mark.parametrize("name", ["nothing.txt", "picture.png"])
async def test_add_says_why_not(simulated: Simulated, name: str) -> None:
    """What is no article gets one sentence, and the archive stays as it was."""
    async with simulated(FERRY) as town:
        data = b"" if name.endswith(".txt") else bytes(range(256)) * 8
        result = await town.moderator.slash(town.channel, "articles add", file=(name, data))
        assert "**Not added.**" in said(result)
        assert len(await stored(town)) == 1


@pytest.mark.parametrize("url", ["/etc/passwd", "file:///etc/passwd", "config.toml", "-"])
async def test_add_reads_no_file_of_the_machine(simulated: Simulated, url: str) -> None:
    """An address is http or https; nothing else reaches what may also read paths."""
    async with simulated() as town:
        result = await town.moderator.slash(town.channel, "articles add", url=url)
        assert said(result) == "The address of an article begins with http:// or https://."
        assert await stored(town) == []


async def test_add_from_an_address_guarded(simulated: Simulated) -> None:
    """An address inside the bot's own network is refused in one sentence."""
    async with simulated() as town:
        result = await town.moderator.slash(town.channel, "articles add", url="http://127.0.0.1:9/a")
        assert "**Not added.**" in said(result)
        assert await stored(town) == []


async def test_add_pasted(simulated: Simulated) -> None:
    """Without address and file a window opens, and what is pasted there is added."""
    async with simulated() as town:
        shown = await town.moderator.slash(town.channel, "articles add", title="Mill", outlet="Valley Post")
        controls = [c["component"] for c in shown.modal["components"]]
        values = dict(
            zip((c["custom_id"] for c in controls), [PASTED, "Mill", "Valley Post", "3 May 2024", ""], strict=True)
        )
        result = await town.moderator.submit_modal(shown, {key: value for key, value in values.items() if value})
        assert await stored(town) == []
        await town.moderator.click(result.response, label="Add")
        assert "**Added:** Mill" in texts(result.response)
        assert await stored(town) == [PASTED]


async def test_title_is_never_markup(simulated: Simulated) -> None:
    """What a moderator calls an article is shown, not obeyed."""
    async with simulated() as town:
        result = await town.moderator.slash(
            town.channel, "articles add", file=("a.txt", PASTED.encode()), title="# @everyone [x](http://evil.example)"
        )
        assert "\\# \\@everyone \\[x\\](http\\://evil.example)" in said(result)


async def test_list_pages(simulated: Simulated) -> None:
    """The list shows ten articles a page, newest day first, and turns in place."""
    drafts = [
        Draft(text=f"Nothing happened in town {n}.", title=f"Town {n}", outlet="Post", date=f"2024-01-{n + 1:02}")
        for n in range(12)
    ]
    async with simulated(*drafts) as town:
        shown = (await town.moderator.slash(town.channel, "articles list")).response
        assert shown.ephemeral
        assert "**12 articles**" in texts(shown)
        assert texts(shown).index("Town 11") < texts(shown).index("Town 10")
        assert "Town 1**" not in texts(shown)
        assert list(buttons(shown)) == ["Show", "Next"]
        await town.moderator.click(shown, label="Next")
        assert "Town 0" in texts(shown)
        assert list(buttons(shown)) == ["Show", "Previous"]


async def test_remove(simulated: Simulated) -> None:
    """An article is chosen by its title and removed; nothing is quoted from it any more."""
    async with simulated(FERRY, LIBRARY) as town:
        (choice,) = await town.moderator.autocomplete(town.channel, "articles remove", "article", "ferry")
        assert choice["name"] == "Island ferry stops for repairs · 2024-03-05"
        result = await town.moderator.slash(town.channel, "articles remove", article=choice["value"])
        assert "**Remove “Island ferry stops for repairs”?**" in said(result)
        assert len(await stored(town)) == 2
        await town.moderator.click(result.response, label="Remove")
        assert "Removed “Island ferry stops for repairs”" in texts(result.response)
        assert await stored(town) == [LIBRARY.text]
        answer = await town.member.slash(town.channel, "ask", question="How much would the ferry repair cost?")
        assert "crowns" not in texts(answer.response)


async def test_remove_unknown(simulated: Simulated) -> None:
    """An article that is not there is said not to be there."""
    async with simulated(FERRY) as town:
        result = await town.moderator.slash(town.channel, "articles remove", article="no such thing")
        assert "No article here is called that" in said(result)
        assert len(await stored(town)) == 1


async def test_status(simulated: Simulated) -> None:
    """The status counts what is on record."""
    async with simulated(FERRY, LIBRARY) as town:
        result = await town.moderator.slash(town.channel, "articles status")
        assert "**2 articles** on record" in said(result)
        assert re.search(r"\d+ passages, \d+ sourced claims", said(result))


@pytest.mark.parametrize(
    "command",
    [
        "add url:https://a.example",
        "list",
        "show article:x",
        "edit article:x",
        "remove article:x",
        "log",
        "reindex",
        "status",
    ],
    ids=lambda c: c.split()[0],
)
async def test_members_are_refused(simulated: Simulated, command: str) -> None:
    """A member whom the server's own settings let through to the command is refused by the bot itself."""
    async with simulated(FERRY, check_errors=False) as town:
        town.let_through("articles")
        name, _, option = command.partition(" ")
        options = dict([option.split(":", 1)]) if option else {}
        result = await town.member.slash(town.channel, f"articles {name}", **options)
        assert result.response.ephemeral
        assert said(result) == REFUSED
        if name == "remove":
            assert await town.member.autocomplete(town.channel, "articles remove", "article", "ferry") == []


async def test_curator_role(simulated: Simulated) -> None:
    """The role named in the configuration may keep articles too; a role of another name may not."""
    async with simulated(FERRY, check_errors=False, curator_role="Curators") as town:
        town.let_through("articles")
        role, other = town.guild.create_role("Curators"), town.guild.create_role("Readers")
        curator = town.guild.add_member(town.env.create_user("carl"), roles=[role])
        reader = town.guild.add_member(town.env.create_user("rita"), roles=[other])
        assert "**1 article**" in said(await town.moderator.slash(town.channel, "articles list"))
        assert "**1 article**" in said(await curator.slash(town.channel, "articles list"))
        assert said(await reader.slash(town.channel, "articles list")) == REFUSED


async def test_articles_stay_in_their_server(simulated: Simulated) -> None:
    """What is added, listed or removed in one server is so in that one alone."""
    async with simulated(FERRY) as town:
        other = town.env.create_guild("Elsewhere")
        channel = other.create_text_channel("desk")
        owner = other.add_member(town.member.user, roles=[other.create_role("Mods", permissions=_MANAGE)])
        assert "**0 articles**" in said(await owner.slash(channel, "articles list"))
        assert await owner.autocomplete(channel, "articles remove", "article", "") == []
        (choice,) = await town.moderator.autocomplete(town.channel, "articles remove", "article", "")
        refused = await owner.slash(channel, "articles remove", article=choice["value"])
        assert "No article here is called that" in said(refused)
        preview = await owner.slash(channel, "articles add", file=("a.txt", PASTED.encode()))
        await owner.click(preview.response, label="Add")
        assert await stored(town) == [FERRY.text]
        assert await stored(town, other) == [PASTED]
