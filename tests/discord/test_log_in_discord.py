"""The log says who changed what and when, undoes it, and can be taken along as a file."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from discord_town import FERRY, LIBRARY, Simulated, Town, buttons, texts

from bot import logbook
from bot.permissions import REFUSED
from index.archive import Archive

pytestmark = pytest.mark.asyncio


async def opened(town: Town) -> Any:
    return (await town.moderator.slash(town.channel, "articles log")).response


async def titles(town: Town) -> list[str | None]:
    articles = await town.bot.worker.call(town.guild.id, lambda archive: archive.articles())
    return [article.title for article in articles]


async def remove(town: Town, title: str | None) -> None:
    sure = (await town.moderator.slash(town.channel, "articles remove", article=title)).response
    await town.moderator.click(sure, label="Remove")


async def test_who_what_when(simulated: Simulated) -> None:
    """The newest change first, each with its number, who made it, when and the article; a member is not pinged."""
    async with simulated(FERRY, LIBRARY) as town:
        await remove(town, FERRY.title)
        card = await opened(town)
        assert card.ephemeral
        shown = texts(card)
        assert "**3 changes** on this server" in shown
        assert re.findall(r"\*\*(\w+):\*\* (.*)", shown) == [
            ("Removed", "Island ferry stops for repairs"),
            ("Added", "Library opens at night"),
            ("Added", "Island ferry stops for repairs"),
        ]
        assert re.search(rf"-# No\. 3 · <@{town.moderator.id}> · <t:\d{{10}}:f>", shown)
        assert "-# No. 1 · onrecord · " in shown
        messages = [r.json for r in town.env.http_requests if isinstance(r.json, dict)]
        assert all(m.get("allowed_mentions") in (None, {"parse": []}) for m in messages)


async def test_undo(simulated: Simulated) -> None:
    """An entry is undone by its button, after a restart too; what was changed again since says so."""
    async with simulated(FERRY, LIBRARY) as town:
        await remove(town, FERRY.title)
        card = await opened(town)
        await town.restart()
        ids = [c["custom_id"] for c in walked(card) if c.get("label") == "Undo"]
        assert ids == ["or:gu:0:3", "or:gu:0:2", "or:gu:0:1"]
        await town.moderator.click(card, custom_id="or:gu:0:1")
        assert "**Not undone.** This article has been changed again since" in texts(card)
        await town.moderator.click(card, custom_id="or:gu:0:3")
        assert "**Undone:** no. 3, “Island ferry stops for repairs”" in texts(card)
        assert sorted(map(str, await titles(town))) == sorted(map(str, (FERRY.title, LIBRARY.title)))
        assert "undone by no. 4" in texts(card)
        assert "**Undid no. 3:** Island ferry stops for repairs" in texts(card)
        assert "or:gu:0:3" not in str(walked(card))
        answer = await town.member.slash(town.channel, "ask", question="How much would the ferry repair cost?")
        assert "4.2 million crowns" in texts(answer.response)
        await town.moderator.click(card, custom_id="or:gu:0:2")
        assert await titles(town) == [FERRY.title]


def walked(message: Any) -> list[dict[str, Any]]:
    from discord_gate import walk

    return list(walk(message.components))


async def test_pages_and_export(simulated: Simulated) -> None:
    """Ten entries a page; the file has all of them, one object a line, without any article's text."""
    async with simulated(FERRY) as town:

        def change(archive: Archive) -> None:
            (article,) = archive.articles()
            for number in range(12):
                archive.set_threshold(number / 20, risk=0.1, labels=20, by="5")
            archive.remove(article.id, by="7")

        await town.bot.worker.call(town.guild.id, change, changes=True)
        card = await opened(town)
        assert "**14 changes** on this server · Page 1 of 2" in texts(card)
        await town.restart()
        await town.moderator.click(card, label="Next")
        assert "Page 2 of 2" in texts(card)
        assert "**Added:** Island ferry" in texts(card)
        assert list(buttons(card)) == ["Undo", "Previous", "Export"]
        result = await town.moderator.click(card, label="Export")
        file = (result.followups[0] if result.followups else result.response).attachments[0]
        assert file.filename == "onrecord-log.jsonl"
        data = await town.bot.worker.call(town.guild.id, lambda a: logbook.exported(a.log.entries())[0])
        rows = [json.loads(line) for line in data.decode().splitlines()]
        assert [row["id"] for row in rows] == list(range(14, 0, -1))
        assert (rows[0]["action"], rows[0]["by"], rows[0]["after"]) == ("removed", "7", None)
        assert rows[0]["before"]["title"] == FERRY.title
        assert not any("cracks in the hull" in line for line in data.decode().splitlines())


async def test_the_file_has_room(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where not all entries fit, the newest are in it, and the message says how many."""
    async with simulated(FERRY, LIBRARY) as town:
        monkeypatch.setattr(logbook, "FILE_LIMIT", 600)
        result = await town.moderator.click(await opened(town), label="Export")
        message = result.followups[0] if result.followups else result.response
        assert message.content == "Only the newest 1 of 2 changes fit into a file."


async def test_an_empty_log(simulated: Simulated) -> None:
    """Says that there is nothing yet."""
    async with simulated() as town:
        assert texts(await opened(town)) == logbook.EMPTY


async def test_members_may_not(simulated: Simulated) -> None:
    """Neither turn, undo nor export, for who is no moderator any more."""
    async with simulated(FERRY, check_errors=False) as town:
        card = await opened(town)
        town.demote()
        for label in ("Undo", "Export"):
            result = await town.moderator.click(card, label=label)
            assert result.response.content == REFUSED, label
        assert await titles(town) == [FERRY.title]
