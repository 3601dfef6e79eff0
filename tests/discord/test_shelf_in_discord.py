"""Moderators list, show, edit and remove articles; what is removed is shown nowhere any more."""

from __future__ import annotations

from typing import Any

import pytest
from discord_display import quotation
from discord_town import FERRY, LIBRARY, Simulated, Town, buttons, texts

from bot import curating, shelf
from bot.localised import ENGLISH, catalogue
from bot.permissions import REFUSED
from index.settings import ServerDefaults
from index.types import Draft

pytestmark = pytest.mark.asyncio
GONE = catalogue(ENGLISH)["ask.gone"]

TOWNS = [
    Draft(
        text=f"“Nothing happened in town {n} today,” said {('Ada Marsh', 'Bo Lind')[n % 2]}, the mayor of town {n}.",
        title=f"Town {n}", outlet=("Post", "Herald")[n % 3 == 0], date=f"2024-{n % 12 + 1:02}-11",
        url=f"https://town.example/{n}",
    )
    for n in range(24)
]  # fmt: skip
TITLE = str(FERRY.title)
COST = "How much would the ferry repair cost?"


async def listed(town: Town, **options: str) -> Any:
    return (await town.moderator.slash(town.channel, "articles list", **options)).response


async def command(town: Town, name: str, article: str) -> Any:
    return (await town.moderator.slash(town.channel, f"articles {name}", article=article)).response


def alone(result: Any) -> Any:
    """What the press of a button shows to the person alone."""
    return result.followups[0] if result.followups else result.response


def titles(message: Any) -> list[str]:
    return [line[2:-2] for line in texts(message).split("\n") if line.startswith("**Town")]


async def stored(town: Town) -> list[str | None]:
    articles = await town.bot.worker.call(town.guild.id, lambda archive: archive.articles())
    return [article.title for article in articles]


@pytest.mark.parametrize(
    ("options", "meant"),
    [
        ({"title": "TOWN 2"}, lambda n: "2" in str(n)),
        ({"outlet": "herald"}, lambda n: n % 3 == 0),
        ({"speaker": "Bo Lind"}, lambda n: n % 2 == 1),
        ({"since": "2024-05", "until": "31 July 2024"}, lambda n: n % 12 + 1 in (5, 6, 7)),
        ({"outlet": "Post", "speaker": "Ada Marsh", "since": "2024-03"}, lambda n: n % 3 and n % 2 == 0 and n % 12 > 1),
    ],
    ids=["title", "outlet", "speaker", "days", "several"],
)
async def test_filters_hold_on_every_page(simulated: Simulated, options: dict[str, str], meant: Any) -> None:
    """Only what was asked for, each once, on all pages, for a process that never saw the first; the card says what."""
    async with simulated(*TOWNS) as town:
        card = await listed(town, **options)
        assert "-# only: " in texts(card)
        seen = titles(card)
        while "Next" in buttons(card):
            await town.restart()
            await town.moderator.click(card, label="Next")
            seen += titles(card)
        assert sorted(seen) == sorted(f"Town {n}" for n in range(24) if meant(n))


async def test_a_filter_that_is_none(simulated: Simulated) -> None:
    """A day that is no day is told; a filter that fits nothing lists nothing; one that went away is told."""
    async with simulated(*TOWNS) as town:
        assert "is not a day I understand" in (await listed(town, since="5/6/2024")).content
        assert "**0 articles**" in texts(await listed(town, outlet="Nowhere"))
        card = await listed(town, speaker="Bo Lind")
        for article in await town.bot.worker.call(town.guild.id, lambda archive: archive.listed()):
            if "Bo Lind" in article.text:
                await town.bot.worker.call(town.guild.id, lambda a, i=article.id: a.remove(i), changes=True)
        result = await town.moderator.click(card, label="Next")
        assert alone(result).content == shelf.FILTER_GONE


async def test_suggestions_of_filters(simulated: Simulated) -> None:
    """Outlets and speakers of this server, as one types."""
    async with simulated(FERRY, LIBRARY) as town:
        outlets = await town.moderator.autocomplete(town.channel, "articles list", "outlet", "val")
        assert [choice["value"] for choice in outlets] == ["Valley Post"]
        speakers = await town.moderator.autocomplete(town.channel, "articles list", "speaker", "oka")
        assert [choice["value"] for choice in speakers] == ["Tom Okafor"]


async def test_an_article_with_what_is_quoted(simulated: Simulated) -> None:
    """Every quotation word for word with its speaker, its kind and the link, over all pages."""
    text = "\n".join(f"“Pier {n} will be closed this winter,” said Ingrid Dahl, the harbour master." for n in range(9))
    piers = Draft(text, "Piers", "Harbour Times", ("Mona Lund",), "2024-05-06", "https://h.example/p")
    async with simulated(piers) as town:
        card = await command(town, "show", "piers")
        assert card.ephemeral
        assert "By Mona Lund" in texts(card)
        seen: list[str] = []
        for page in (1, 2, 3):
            assert f"Page {page} of 3" in texts(card)
            here = [quotation(line) for line in texts(card).split("\n") if line.startswith("> ")]
            assert texts(card).count("**Ingrid Dahl** — in their own words") == len(here)
            assert buttons(card)["Read at source"]["url"].startswith("https://h.example/p#:~:text=")
            seen += here
            if page < 3:
                await town.restart()
                await town.moderator.click(card, label="Next")
        assert seen == text.split("\n")


async def test_show_from_the_list(simulated: Simulated) -> None:
    """The button beside an entry shows it in a message of its own; a removed one is gone."""
    async with simulated(FERRY) as town:
        card = await listed(town)
        shown = alone(await town.moderator.click(card, label="Show"))
        assert f"**{TITLE}**" in texts(shown)
        assert "cracks in the hull" in texts(shown)
        await town.bot.worker.call(
            town.guild.id, lambda archive: archive.remove(archive.articles()[0].id), changes=True
        )
        for message, label in ((card, "Show"), (shown, "Edit details"), (shown, "Remove")):
            result = await town.moderator.click(message, label=label)
            assert alone(result).content == GONE


async def test_details_are_edited_without_embedding(simulated: Simulated) -> None:
    """Title, outlet, authors, day and address change on every card from then on; the passages stay."""
    async with simulated(FERRY) as town:
        before = await town.bot.worker.call(town.guild.id, lambda a: a.passages(a.articles()[0].id))
        card = await command(town, "show", TITLE)
        form = await town.moderator.click(card, label="Edit details")
        known = [TITLE, "Harbour Times", "Mona Lund", "2024-03-05", "https://harbour.example/ferry"]
        assert [c["component"].get("value") for c in form.modal["components"]] == known
        await town.restart()
        edited = {"title": "Ferry stops", "outlet": "Coast Daily", "date": "2024-03-06", "url": "https://c.example/f"}
        await town.moderator.submit_modal(form, edited)
        assert shelf.CHANGED in texts(card)
        assert "Coast Daily · “Ferry stops” · 6 March 2024" in texts(card)
        assert await town.bot.worker.call(town.guild.id, lambda a: a.passages(a.articles()[0].id)) == before
        answer = await town.member.slash(town.channel, "ask", question=COST)
        assert "Coast Daily · “Ferry stops”" in texts(answer.response)
        entry = (await town.bot.worker.call(town.guild.id, lambda archive: archive.log.entries()))[0]
        assert (entry.action.value, entry.by) == ("edited", str(town.moderator.id))
        form = await town.moderator.slash(town.channel, "articles edit", article="Ferry stops")
        result = await town.moderator.submit_modal(form, {**edited, "title": "Ferry is back"})
        assert "**Ferry is back**" in texts(result.response)
        nobody = await town.moderator.slash(town.channel, "articles edit", article="no such thing")
        assert "No article here is called that" in nobody.response.content


async def test_a_form_that_would_come_too_late(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    """Discord waits three seconds for a form: where the archive is at work for longer, that is said."""
    async with simulated(FERRY) as town:
        card = await command(town, "show", TITLE)
        monkeypatch.setattr(curating, "AUTOCOMPLETE_SECONDS", 0)
        result = await town.moderator.click(card, label="Edit details")
        assert result.response.content == curating.BUSY


async def test_keep(simulated: Simulated) -> None:
    """Asked whether it is to be removed, a moderator may keep it."""
    async with simulated(FERRY) as town:
        card = await command(town, "remove", TITLE)
        await town.moderator.click(card, label="Keep")
        assert texts(card) == shelf.KEPT
        assert len(await stored(town)) == 1


async def test_removal_can_be_undone(simulated: Simulated) -> None:
    """Undo brings it back, after a restart too, and the buttons of old cards work again."""
    # Otherwise the card is corrected, and its buttons go: see test_corrections.
    async with simulated(FERRY, server=ServerDefaults(corrections=False)) as town:
        asked = (await town.member.slash(town.channel, "ask", question=COST)).response
        listing = await listed(town)
        shown = alone(await town.moderator.click(listing, label="Show"))
        sure = alone(await town.moderator.click(shown, label="Remove"))
        await town.restart()
        await town.moderator.click(sure, label="Remove")
        assert "Nothing is quoted from it any more" in texts(sure)
        assert await stored(town) == []
        assert alone(await town.member.click(asked, label="In context")).content == GONE
        await town.restart()
        await town.moderator.click(sure, label="Undo")
        assert texts(sure) == f"“{TITLE}” is back on record."
        context = alone(await town.member.click(asked, label="In context"))
        assert "4.2 million crowns" in texts(context)


SECRET = ("Dahl", "crowns", "cracks", "ferry between", "Harbour Times")


@pytest.mark.parametrize(
    "steps",
    [
        ["remove", "restart", "preview", "add", "restart"],
        ["restart", "remove", "undo", "remove", "restart", "undo", "restart", "remove"],
        ["remove", "add", "remove", "undo", "remove", "preview", "restart"],
    ],
    ids=" ".join,
)
async def test_after_removal_nothing_shows_it(simulated: Simulated, steps: list[str]) -> None:
    """No answer, topic, timeline, check, suggestion or button of an old card shows what is not on record."""
    often = {"questions_per_minute": 10_000, "channel_questions_per_minute": 10_000}
    # With corrections the buttons of old cards go; here they stay, and have to hold by themselves.
    async with simulated(FERRY, LIBRARY, server=ServerDefaults(corrections=False), **often) as town:
        old = [
            (card, buttons(card)) for card in [
                (await town.member.slash(town.channel, name, **options)).response
                for name, options in (
                    ("ask", {"question": COST}), ("ask", {"question": COST, "private": True}),
                    ("onrecord topic", {"subject": "ferry"}), ("timeline", {"speaker": "Ingrid Dahl"}),
                )
            ]
        ]  # fmt: skip
        assert all("Dahl" in texts(card) for card, _ in old)
        on_record, sure = True, None
        for step in steps:
            if step == "restart":
                await town.restart()
            elif step == "remove":
                sure = await command(town, "remove", TITLE)
                await town.moderator.click(sure, label="Remove")
            elif step == "undo":
                await town.moderator.click(sure, label="Undo")
            else:
                file = ("f.txt", FERRY.text.encode())
                given = {"title": TITLE, "outlet": "Harbour Times", "date": "2024-03-05"}
                preview = (await town.moderator.slash(town.channel, "articles add", file=file, **given)).response
                if step == "add":
                    await town.moderator.click(preview, label="Add")
            on_record = {"remove": False, "undo": True, "add": True}.get(step, on_record)
            if on_record:
                answer = await town.member.slash(town.channel, "ask", question=COST)
                assert "4.2 million crowns" in texts(answer.response), step
                names = await town.member.autocomplete(town.channel, "ask", "speaker", "dahl")
                assert [choice["value"] for choice in names] == ["Ingrid Dahl"], step
            else:
                await assert_forgotten(town, old)


async def assert_forgotten(town: Town, old: list[tuple[Any, dict[str, Any]]]) -> None:
    """Nothing of the ferry is shown, whatever is asked, suggested, or pressed on a card of before."""
    shown: list[str] = []
    for name, asked in (
        ("ask", {"question": COST}),
        ("onrecord topic", {"subject": "ferry"}),
        ("timeline", {"speaker": "Ingrid Dahl"}),
        ("check", {"text": "The repair would cost 4.2 million crowns"}),
    ):
        result = await town.member.slash(town.channel, name, **asked)
        lines = "\n".join(said(m) for m in (result.response, *result.followups) if m is not None).split("\n")
        # What was asked stands on the card; nothing else of the article may.
        (words,) = asked.values()
        shown += [line.replace(words, "").replace("4.2 million crowns", "") for line in lines]
    for name, option in (("ask", "speaker"), ("ask", "outlet"), ("timeline", "speaker"), ("check", "speaker")):
        shown += [str(choice) for choice in await town.member.autocomplete(town.channel, name, option, "")]
    for name in ("remove", "show", "edit"):
        choices = await town.moderator.autocomplete(town.channel, f"articles {name}", "article", "")
        shown += [str(choice) for choice in choices]
    for card, before in old:
        for label, button in before.items():
            if label in ("In context", "Share") or label.startswith("More"):
                result = await town.member.click(card, custom_id=button["custom_id"])
                shown.append(said(alone(result)))
    assert "lot of questions" not in str(shown)
    assert [line for line in shown if any(secret in line for secret in SECRET)] == []


def said(message: Any) -> str:
    return f"{message.content}\n{texts(message)}"


async def test_members_may_not(simulated: Simulated) -> None:
    """None of the buttons and forms works for who is no moderator any more."""
    async with simulated(*TOWNS, check_errors=False) as town:
        card = await listed(town)
        shown = await command(town, "show", "Town 1")
        sure = alone(await town.moderator.click(shown, label="Remove"))
        gone = await command(town, "remove", "Town 2")
        await town.moderator.click(gone, label="Remove")
        form = await town.moderator.click(shown, label="Edit details")
        town.demote()
        for message, labels in (
            (card, ["Show", "Next"]), (shown, ["Edit details", "Remove"]), (sure, ["Remove", "Keep"]), (gone, ["Undo"]),
        ):  # fmt: skip
            for label in labels:
                result = await town.moderator.click(message, custom_id=buttons(message)[label]["custom_id"])
                assert result.response.content == REFUSED, label
        assert (await town.moderator.submit_modal(form, {"title": "X"})).response.content == REFUSED
        assert len(await stored(town)) == 23


async def test_keys_of_another_server_find_nothing(simulated: Simulated) -> None:
    """The id of a button is looked up in the server where it is pressed, and nowhere else."""
    async with simulated(FERRY) as town:
        (article,) = await town.bot.worker.call(town.guild.id, lambda archive: archive.articles())
        town.add(LIBRARY, guild=town.env.create_guild("Elsewhere"))
        elsewhere = next(g.id for g in town.bot.guilds if g.id != town.guild.id)
        assert await shelf.of_key(town.bot, town.guild.id, shelf.key_for(article)) is not None
        assert await shelf.of_key(town.bot, elsewhere, shelf.key_for(article)) is None
