"""Members ask in simulated Discord, and get quotations or an honest no."""

from __future__ import annotations

import re
from typing import Any

import discord
import pytest
from discord_gate import walk
from discord_town import FERRY, LIBRARY, Simulated, bot_messages, buttons, quote, texts

from bot import ask
from bot.localised import text
from bot.places import Place
from index.archive import Archive
from index.types import Draft, Filters, Receipt, Span

pytestmark = pytest.mark.asyncio

COST = "How much would the ferry repair cost?"
CRACKS = "What cracks were found in the hull?"


def showing(message: Any) -> list[str]:
    """The buttons of a card that show more of the article."""
    return [label for label in buttons(message) if label.startswith(("In context", "More"))]


async def test_ask_quotes_word_for_word(simulated: Simulated) -> None:
    """/ask answers with a sentence of the article, who said it and how, where it stands, and what proves it."""
    async with simulated(FERRY, LIBRARY) as town:
        result = await town.member.slash(town.channel, "ask", question=COST)
        assert not result.ephemeral
        shown = texts(result.response)
        assert quote(result.response) == "Dahl said that the repair would cost 4.2 million crowns."
        assert "**Ingrid Dahl**, " in shown
        assert "said (reported in Harbour Times' words)" in shown
        assert "Harbour Times · “Island ferry stops for repairs” · 5 March 2024 (1 year ago)" in shown
        start = FERRY.text.index("Dahl said that")
        assert f"{start}–{start + 56}" in shown
        assert buttons(result.response)["Read at source"]["url"].startswith("https://harbour.example/ferry#:~:text=")


async def test_acknowledges_before_it_looks(simulated: Simulated) -> None:
    """Each question is acknowledged (type 5, deferred) before the archive is asked: Discord waits three seconds."""
    async with simulated(FERRY) as town:
        order: list[str] = []
        original = Archive.ask

        def noted(self: Archive, *args: Any, **kwargs: Any) -> Any:
            order.append([r.json["type"] for r in town.env.http_requests if r.path.endswith("/callback")][-1])
            return original(self, *args, **kwargs)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Archive, "ask", noted)
            await town.member.slash(town.channel, "ask", question=COST)
        assert order == [5]


async def test_direct_speech_is_told_apart(simulated: Simulated) -> None:
    """Words between quotation marks are said to be the speaker's own."""
    async with simulated(FERRY) as town:
        result = await town.member.slash(town.channel, "ask", question=CRACKS)
        assert "We found cracks" in quote(result.response)
        assert "in their own words" in texts(result.response)


async def test_empty_archive_abstains(simulated: Simulated) -> None:
    """Without articles the bot says so, and tells how to add them."""
    async with simulated() as town:
        result = await town.member.slash(town.channel, "ask", question=COST)
        assert "**Not on record.** This server has no articles yet" in texts(result.response)
        assert list(buttons(result.response)) == ["Follow up", "Tell me when it is"]


async def test_unsure_abstains(simulated: Simulated) -> None:
    """Below its threshold the bot says "not on record" and labels the nearest passage as not an answer."""
    async with simulated(FERRY, threshold=1.0) as town:
        result = await town.member.slash(town.channel, "ask", question=COST)
        shown = texts(result.response)
        assert "**Not on record.**" in shown
        assert shown.index("The nearest passage, which is not an answer") < shown.index("\n> ")


async def test_private_answer(simulated: Simulated) -> None:
    """With ``private`` only the person who asked sees the answer."""
    async with simulated(FERRY) as town:
        assert (await town.member.slash(town.channel, "ask", question=COST, private=True)).response.ephemeral


@pytest.mark.parametrize(
    ("options", "filters"),
    [
        ({"speaker": "Ingrid Dahl"}, Filters(speaker="Ingrid Dahl")),
        ({"outlet": " Valley Post "}, Filters(outlet="Valley Post")),
        ({"since": "2024-05"}, Filters(since="2024-05-01")),
        ({"until": "March 2024"}, Filters(until="2024-03-31")),
        ({"since": "2023", "until": "5 May 2024"}, Filters(since="2023-01-01", until="2024-05-05")),
    ],
)
async def test_filters_reach_the_archive(simulated: Simulated, options: dict[str, str], filters: Filters) -> None:
    """What a member narrows the question to is what the archive is asked for."""
    async with simulated(FERRY, LIBRARY) as town:
        asked: list[Filters] = []
        original = Archive.ask

        def noted(self: Archive, question: str, turns: Any = (), *, filters: Filters, **others: Any) -> Any:
            asked.append(filters)
            return original(self, question, turns, filters=filters, **others)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Archive, "ask", noted)
            await town.member.slash(town.channel, "ask", question=COST, **options)
        assert asked == [filters]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"since": "5/6/2023"}, "“5/6/2023” is not a day I understand"),
        ({"until": "soon **now**"}, r"“soon \*\*now\*\*” is not a day I understand"),
        ({"since": "2024", "until": "2023"}, "swap the two"),
    ],
)
async def test_wrong_days_get_one_private_sentence(simulated: Simulated, options: dict[str, str], words: str) -> None:
    """A day that is none is answered at once, privately, with how to write it."""
    async with simulated(FERRY) as town:
        result = await town.member.slash(town.channel, "ask", question=COST, **options)
        assert result.response.ephemeral
        assert words in result.response.content


async def test_suggestions_come_from_this_server(simulated: Simulated) -> None:
    """Speakers and outlets are suggested as they are typed, from this server's articles, never more than fit."""
    long = Draft(text="“No,” said Zed.", title="long", outlet="Z" * 101)
    many = [Draft(text=f"Nothing happened in place {n}.", title=f"{n}", outlet=f"Paper {n}") for n in range(40)]
    async with simulated(FERRY, LIBRARY, long, *many) as town:
        choices = await town.member.autocomplete(town.channel, "ask", "speaker", "oka", question="q")
        assert [c["value"] for c in choices] == ["Tom Okafor"]
        assert await town.member.autocomplete(town.channel, "ask", "outlet", "Z", question="q") == []
        assert len(await town.member.autocomplete(town.channel, "ask", "outlet", "Pap", question="q")) == 25


async def test_mention_asks(simulated: Simulated) -> None:
    """A message that mentions the bot is answered by a reply that pings nobody."""
    async with simulated(FERRY) as town:
        await town.member.send(town.channel, f"{town.bot.user.mention} {COST}")
        (card,) = bot_messages(town)
        assert "4.2 million" in quote(card)
        assert card.mentions == []
        assert card.reference is not None


async def test_without_mention_nothing_is_said(simulated: Simulated) -> None:
    """The bot reads only what is meant for it."""
    async with simulated(FERRY) as town:
        await town.member.send(town.channel, COST)
        assert bot_messages(town) == []


async def test_reply_carries_the_conversation_on(simulated: Simulated) -> None:
    """A reply to a card is asked after that card's question; two conversations in one channel never mix."""
    async with simulated(FERRY, LIBRARY) as town:
        asked: list[tuple[str, tuple[str, ...]]] = []
        original = Archive.ask

        def noted(self: Archive, question: str, turns: Any = (), **kwargs: Any) -> Any:
            asked.append((question, tuple(turns)))
            return original(self, question, turns, **kwargs)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Archive, "ask", noted)
            me = town.bot.user.mention
            await town.member.send(town.channel, f"{me} {COST}")
            ferry_card = bot_messages(town)[-1]
            await town.moderator.send(town.channel, f"{me} When does the library close?")
            library_card = bot_messages(town)[-1]
            await town.member.send(town.channel, f"{me} and who said so?", reply_to=ferry_card)
            await town.moderator.send(town.channel, f"{me} who decided that?", reply_to=library_card)
            await town.member.send(town.channel, f"{me} and when?", reply_to=bot_messages(town)[-2])
        assert asked[2:] == [
            ("and who said so?", (COST,)),
            ("who decided that?", ("When does the library close?",)),
            ("and when?", (COST, "and who said so?")),
        ]


async def test_reply_after_restart_goes_on_from_the_card(simulated: Simulated) -> None:
    """A card names its question, so a reply to it is a follow-up even for a process that never saw it."""
    async with simulated(FERRY) as town:
        result = await town.member.slash(town.channel, "ask", question="What *did* Dahl say?")
        await town.restart()
        asked: list[tuple[str, ...]] = []
        original = Archive.ask

        def noted(self: Archive, question: str, turns: Any = (), **kwargs: Any) -> Any:
            asked.append(tuple(turns))
            return original(self, question, turns, **kwargs)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Archive, "ask", noted)
            await town.member.send(town.channel, f"{town.bot.user.mention} and when?", reply_to=result.response)
        assert asked == [("What *did* Dahl say?",)]


async def test_thread_is_a_conversation(simulated: Simulated) -> None:
    """In a thread every mention goes on from what was asked there, and the channel around it knows nothing of it."""
    async with simulated(FERRY) as town:
        channel = town.bot.get_channel(town.channel.id)
        assert isinstance(channel, discord.TextChannel)
        await channel.create_thread(name="ferry", type=discord.ChannelType.public_thread)
        (thread,) = town.channel.threads
        asked: list[tuple[str, ...]] = []
        original = Archive.ask

        def noted(self: Archive, question: str, turns: Any = (), **kwargs: Any) -> Any:
            asked.append(tuple(turns))
            return original(self, question, turns, **kwargs)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Archive, "ask", noted)
            me = town.bot.user.mention
            await town.member.send(thread, f"{me} {COST}")
            await town.moderator.send(thread, f"{me} and who said so?")
            await town.moderator.send(town.channel, f"{me} and when?")
        assert asked == [(), (COST,), ()]


@pytest.mark.parametrize("courtesy", ["thanks!", "Thank you so much", "👍", "ok great", "lol"])
async def test_thanks_get_no_answer(simulated: Simulated, courtesy: str) -> None:
    """A reply that only thanks is not a question."""
    async with simulated(FERRY) as town:
        result = await town.member.slash(town.channel, "ask", question=COST)
        before = len(bot_messages(town))
        await town.member.send(town.channel, f"{town.bot.user.mention} {courtesy}", reply_to=result.response)
        assert len(bot_messages(town)) == before


@pytest.mark.parametrize("greeting", ["", "hi", "Good morning!", "?"])
async def test_empty_ping_gets_a_reaction(simulated: Simulated, greeting: str) -> None:
    """Who pings the bot without a question sees that it was noticed, and the channel is spared a message."""
    async with simulated(FERRY) as town:
        await town.member.send(town.channel, f"{town.bot.user.mention} {greeting}")
        assert bot_messages(town) == []
        assert [str(r.emoji) for m in town.channel.history() for r in m.reactions] == [ask.SEEN]


async def test_without_leave_to_react_nothing_happens(simulated: Simulated) -> None:
    """Where the bot may not add reactions, a greeting stays unanswered."""
    async with simulated(FERRY) as town:
        town.env.inject_error("PUT", "/channels/*/messages/*/reactions/*", status=403, code=50013)
        await town.member.send(town.channel, f"{town.bot.user.mention} hello")
        assert bot_messages(town) == []


async def test_asked_for_help_it_says_how_to_ask(simulated: Simulated) -> None:
    """Who asks for help is told in one line."""
    async with simulated(FERRY) as town:
        await town.member.send(town.channel, f"{town.bot.user.mention} help?")
        assert [m.content for m in bot_messages(town)] == [text("ask.hint")]


async def test_too_many_questions(simulated: Simulated) -> None:
    """Past the limit a member is told privately to wait; others may still ask."""
    async with simulated(FERRY, questions_per_minute=2) as town:
        for _ in range(2):
            await town.member.slash(town.channel, "ask", question=COST)
        refused = await town.member.slash(town.channel, "ask", question=COST)
        assert refused.response.ephemeral
        assert "please ask again in" in refused.response.content
        for _ in range(5):
            await town.moderator.send(town.channel, f"{town.bot.user.mention} {COST}")
        told = [m for m in bot_messages(town) if "please ask again" in m.content]
        assert len(told) == 1, "who mentions the bot too often is told so once, in the channel, not each time"


async def test_in_context(simulated: Simulated) -> None:
    """*In context* shows the sentences around the quotation, with the quotation marked, to one person."""
    async with simulated(FERRY) as town:
        result = await town.member.slash(town.channel, "ask", question=COST)
        context = await town.moderator.click(result.response, label="In context")
        assert context.response.ephemeral
        shown = texts(context.response)
        assert quote(context.response) == "Dahl said that the repair would cost 4.2 million crowns."
        assert shown.index("We found cracks") < shown.index("> Dahl said") < shown.index("Buses will carry")


async def test_sentence_longer_than_a_message(simulated: Simulated) -> None:
    """A sentence that no message can hold is not cut: the card says so, and *In context* sends it as a file."""
    giant = "The inspectors listed " + ", ".join(f"bolt {n} of the hull" for n in range(300)) + " as worn."
    assert len(giant) > 4000
    async with simulated(Draft(text=f"The ferry was inspected. {giant} It sails again in May.", title="Hull")) as town:
        result = await town.member.slash(town.channel, "ask", question="Which bolts did the inspectors list as worn?")
        assert f"A sentence of {len(giant):,} characters: too long for a message." in texts(result.response)
        pressed = await town.member.click(result.response, label="In context")
        (file,) = pressed.response.attachments
        assert file.filename == "passage.txt"
        assert file.size == len(giant)


async def test_long_quotation_is_shown_in_parts(simulated: Simulated) -> None:
    """A quotation longer than a message is cut after a sentence; *In context* turns through all of it."""
    words = " ".join(f"Number {n} of the long list of worn bolts was replaced on Monday." for n in range(150))
    async with simulated(Draft(text=f"“{words}” Ingrid Dahl said.", title="Hull")) as town:
        article = (await town.bot.worker.call(town.guild.id, lambda archive: archive.articles()))[0]
        span = Span(0, len(words) + 2)
        whole = article.words(span)
        message = (await town.member.slash(town.channel, "ask", question="Was bolt number 7 replaced?")).response
        place = Place.of(Receipt(article.id, article.sha256, span))
        (button,) = (c for c in walk(town.env.backend.messages[town.channel.id][message.id].components)
                     if c.get("label") == "In context")  # fmt: skip
        button["custom_id"] = f"or:c:0:{place}"
        page = (await town.member.click(message, label="In context")).response
        seen = [quote(page)]
        while "Next part" in buttons(page):
            await town.member.click(page, label="Next part")
            seen.append(quote(page))
        assert len(seen) > 2
        assert " ".join(seen) == whole


async def test_more_shows_the_others(simulated: Simulated) -> None:
    """*More* pages through the other quotations, each with its speaker and its proof."""
    async with simulated(FERRY) as town:
        result = await town.member.slash(town.channel, "ask", question="What did Dahl say about the ferry hull repair?")
        (label,) = [name for name in buttons(result.response) if name.startswith("More")]
        count = int(re.findall(r"\d+", label)[0])
        page = (await town.member.click(result.response, label=label)).response
        seen = {quote(result.response), quote(page)}
        for number in range(2, count + 1):
            turned = await town.member.click(page, label="Next")
            assert turned.response is None or turned.response.id == page.id
            assert f"Another quotation, {number} of {count}" in texts(page)
            seen.add(quote(page))
        assert len(seen) == count + 1
        assert all(words in FERRY.text for words in seen)


async def test_buttons_outlive_the_process(simulated: Simulated) -> None:
    """The buttons of a card work for a new process on the same data, and after the index was built anew."""
    async with simulated(FERRY) as town:
        result = await town.member.slash(town.channel, "ask", question=COST)
        with Archive.open(town.bot.data, str(town.guild.id), encoder=town.bot.worker._encoder) as archive:
            archive.reindex()
            archive.promote()
        await town.restart()
        for label in showing(result.response):
            pressed = await town.member.click(result.response, label=label)
            assert quote(pressed.response) in FERRY.text


@pytest.mark.parametrize("change", ["removed", "changed"])
async def test_buttons_say_when_the_text_is_gone(simulated: Simulated, change: str) -> None:
    """When an article was removed or its text changed, a button says so rather than showing other words."""
    async with simulated(FERRY) as town:
        result = await town.member.slash(town.channel, "ask", question=COST)
        if change == "removed":
            with Archive.open(town.bot.data, str(town.guild.id), encoder=town.bot.worker._encoder) as archive:
                archive.remove(archive.articles()[0].id)
        else:
            town.add(Draft(text="Correction. " + FERRY.text, title=FERRY.title, url=FERRY.url))
        for label in [*showing(result.response), "Wrong"]:
            pressed = await town.member.click(result.response, label=label)
            assert pressed.response.content == text("ask.gone")


async def test_no_proof_no_post(simulated: Simulated) -> None:
    """A quotation whose stored text was tampered with is not posted; the person gets one sentence."""
    async with simulated(FERRY) as town:
        town.env.check_errors = False
        original = Archive.ask

        def tampering(self: Archive, *args: Any, **kwargs: Any) -> Any:
            reply = original(self, *args, **kwargs)
            self._store._db.execute("UPDATE articles SET text = replace(text, '4.2', '9.9')")
            return reply

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Archive, "ask", tampering)
            result = await town.member.slash(town.channel, "ask", question=COST)
        (said,) = [m for m in (result.response, *result.followups) if m]
        assert "could not be proved" in said.content
        assert said.ephemeral
        assert town.channel.history(viewer=town.moderator) == []


async def test_nothing_crosses_servers(simulated: Simulated) -> None:
    """No question, suggestion, button or conversation of one server reaches another's articles."""
    async with simulated(FERRY) as town:
        other = town.env.create_guild("Elsewhere")
        elsewhere = other.create_text_channel("questions")
        spy = other.add_member(town.member.user)
        town.add(LIBRARY, guild=other)
        card = (await town.member.slash(town.channel, "ask", question=COST)).response
        asked = await spy.slash(elsewhere, "ask", question=COST)
        assert "crowns" not in texts(asked.response)
        assert await spy.autocomplete(elsewhere, "ask", "speaker", "Dahl", question="q") == []
        assert await spy.autocomplete(elsewhere, "ask", "outlet", "Harbour", question="q") == []
        await spy.send(elsewhere, f"{town.bot.user.mention} and when?")
        # A button of the one server's card, pressed on the other's: its article is not found there.
        town.env.backend.messages[elsewhere.id][asked.response.id].components = card.components
        for label in [*showing(card), "Wrong"]:
            pressed = await spy.click(asked.response, label=label)
            assert pressed.response.content == text("ask.gone")
        folders = sorted(p.name for p in town.bot.data.iterdir() if p.is_dir())
        assert folders == sorted([str(town.guild.id), str(other.id)])
