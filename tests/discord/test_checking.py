"""“Is this on record?” in simulated Discord: a verdict in plain words, private until it is shared."""

from __future__ import annotations

import re
from typing import Any

import pytest
from discord_display import displayed, quotation
from discord_gate import utf16, walk
from discord_town import FERRY, LIBRARY, Simulated, Town, buttons, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import checking
from bot.checking import Checked, asks, card, claim_on, claimed_in, claims_nothing, difference, shortened
from bot.localised import text
from index.archive import Archive
from index.check import Change, Claim, Op, Verdict, VerdictKind
from index.types import Article, Draft, Hit, Passage, Span

COST = "Dahl said that the repair would cost 4.2 million crowns."
CRACKS = "We found cracks in the hull on Sunday night"


def shown(message: Any) -> str:
    return texts(message)


async def check(town: Town, text: str, **options: str) -> Any:
    result = await town.member.slash(town.channel, "check", text=text, **options)
    assert result.response.ephemeral
    return result.response


def posted(town: Town) -> list[Any]:
    return [m for m in town.channel.history() if m.author.id == town.bot.user.id]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("text", "speaker", "heading", "words"),
    [
        (CRACKS, "Ingrid Dahl", "Verbatim", "word for word"),
        (f'Dahl said: "{CRACKS.upper()}"', None, "Verbatim", "word for word"),
        (COST.replace("4.2", "42"), None, "Altered", r"~~42~~ **4\.2**"),
        ("We found no cracks in the hull on Sunday night", None, "Altered", "~~no~~"),
        (f"{CRACKS}. Buses will carry passengers to the northern bridge", None, "Stitched from two places", "part 2"),
        (f'"{CRACKS}" - Tom Okafor', None, "Said by someone else", "not as those of Tom Okafor"),
        ("The council of the town voted for the library plan 9 to 2", None, "Paraphrase", "in other words"),
        ("Penguins are the best dancers of the southern world", None, "Not on record", "does not match"),
    ],
)
async def test_each_verdict_in_plain_words(
    simulated: Simulated, text: str, speaker: str | None, heading: str, words: str
) -> None:
    """The heading names the verdict; claim, difference, quotation, speaker and source are on the card."""
    async with simulated(FERRY, LIBRARY) as town:
        found = await check(town, text, **({"speaker": speaker} if speaker else {}))
        said = shown(found)
        assert said.startswith(f"### {heading}\n")
        assert words in said
        assert "In context" in " ".join(buttons(found))
        assert "Share" in buttons(found)
        assert re.search(r"Harbour Times · “Island|Valley Post · “Library", said)
        assert posted(town) == []


@pytest.mark.asyncio
async def test_a_message_is_judged_from_its_menu(simulated: Simulated) -> None:
    """What a message quotes is the claim, and who is named beside it the speaker; the rest is left out."""
    async with simulated(FERRY, LIBRARY) as town:
        message = await town.member.send(
            town.channel, f"<@1> have you **seen** this? Okafor said “{CRACKS}” and nobody talks about it ||wow||"
        )
        result = await town.member.context_menu(town.channel, checking.MENU, message)
        assert result.response.ephemeral
        said = shown(result.response)
        assert said.startswith("### Said by someone else")
        assert "-# The claim, said to be by Okafor" in said
        assert "between quotation marks" in said
        assert f"> {CRACKS}" in said


@pytest.mark.asyncio
async def test_what_claims_nothing_gets_one_sentence(simulated: Simulated) -> None:
    """Smileys, greetings, questions and the bot's own cards are told apart from claims, and nothing is looked up."""
    async with simulated(FERRY) as town:
        for said in ("lol", "<:wave:123456789012345678> https://a.example/b", "ok then", "🎉🎉"):
            message = await town.member.send(town.channel, said)
            result = await town.member.context_menu(town.channel, checking.MENU, message)
            assert (result.response.ephemeral, result.response.content) == (True, text("check.nothing"))
        assert (await check(town, "what did penguins tell the queen of Norway?")).content == text("check.asks")
        await town.member.slash(town.channel, "ask", question="What did Dahl say about the hull?")
        own = await town.member.context_menu(town.channel, checking.MENU, posted(town)[0])
        assert own.response.content == text("check.own")


@pytest.mark.asyncio
async def test_shared_after_a_restart_it_is_judged_anew(simulated: Simulated) -> None:
    """Share posts the same verdict in the channel, once, read from the card itself; the card loses its button."""
    async with simulated(FERRY, LIBRARY) as town:
        found = await check(town, f"*Really?* 1. “{COST.replace('4.2', '42')}”", speaker="I. *Dahl*")
        await town.restart()
        await town.member.click(found, label="Share")
        (message,) = posted(town)
        assert shown(message).startswith("### Altered")
        assert r"~~42~~ **4\.2**" in shown(message)
        assert r"said to be by I. \*Dahl\*" in shown(message)
        assert "shared by alice" in shown(message)
        assert "Share" not in buttons(message)
        assert "Read at source" in buttons(message)


@pytest.mark.asyncio
async def test_what_changed_meanwhile_is_not_shared(simulated: Simulated) -> None:
    """A verdict is of the record as it is when it is shared: words that are gone are no longer verbatim."""
    async with simulated(FERRY, LIBRARY) as town:
        found = await check(town, CRACKS)
        assert shown(found).startswith("### Verbatim")
        await town.bot.worker.call(town.guild.id, lambda a: a.remove(a.articles()[0].id), changes=True)
        await town.member.click(found, label="Share")
        assert shown(posted(town)[0]).startswith("### Not on record")


@pytest.mark.asyncio
async def test_only_who_asked_may_share(simulated: Simulated) -> None:
    """The button names who may press it; and whoever may not write in a channel does not write through the bot."""
    async with simulated(FERRY, check_errors=False) as town:
        mine = await check(town, CRACKS)
        custom_id = buttons(mine)["Share"]["custom_id"]
        found = checking.SHARE_ID.fullmatch(custom_id)
        assert found is not None
        assert found["asker"] == str(town.member.id)
        theirs = (await town.moderator.slash(town.channel, "check", text=CRACKS)).response
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(checking, "_may_write", lambda interaction: False)
            refused = await town.moderator.click(theirs, label="Share")
        assert refused.response.content == text("check.may_not_write")
        assert posted(town) == []
        verdict = await town.bot.worker.call(town.guild.id, lambda archive: archive.check(CRACKS))
        assert verdict.claim is not None
        view = card(Checked(verdict, verdict.claim), asker=town.moderator.id)
        await town.bot.get_channel(town.channel.id).send(view=view)  # type: ignore[union-attr]
        (public,) = posted(town)
        assert (await town.member.click(public, label="Share")).response.content == text("check.not_yours")
        assert len(posted(town)) == 1


@pytest.mark.asyncio
async def test_a_long_message_is_cut_at_a_sentence_and_says_so(simulated: Simulated) -> None:
    """What is judged is what is shown; how much of it was judged is said, on the shared card too."""
    sentence = "The ferry was late and the harbour was full of people who waited. "
    async with simulated(FERRY) as town:
        found = await check(town, sentence * 50)
        said = shown(found)
        assert re.search(r"Only the first 1,\d\d\d of 3,\d\d\d characters were checked", said)
        (block,) = [line for line in said.split("\n") if line.startswith("> The ferry was late")]
        assert block.endswith("waited.")
        await town.member.click(found, label="Share")
        assert "of 3,2" in shown(posted(town)[0])


@pytest.mark.asyncio
async def test_checks_stay_in_their_server(simulated: Simulated) -> None:
    """Neither a verdict nor a suggestion of a speaker comes from another server's articles."""
    async with simulated(FERRY) as town:
        other = town.env.create_guild("Elsewhere")
        channel = other.create_text_channel("desk")
        stranger = other.add_member(town.member.user)
        town.add(LIBRARY, guild=other)
        result = await stranger.slash(channel, "check", text=CRACKS)
        assert shown(result.response).startswith("### Not on record")
        assert await stranger.autocomplete(channel, "check", "speaker", "dahl", text="x") == []
        mine = await town.member.autocomplete(town.channel, "check", "speaker", "dahl", text="x")
        assert [choice["value"] for choice in mine] == ["Ingrid Dahl"]


@pytest.mark.asyncio
async def test_too_many_checks_are_refused(simulated: Simulated) -> None:
    """Checks count as questions do."""
    async with simulated(FERRY, questions_per_minute=1) as town:
        await check(town, CRACKS)
        assert "ask again in" in (await check(town, CRACKS)).content


@pytest.mark.asyncio
async def test_nothing_unproved_is_shown(simulated: Simulated) -> None:
    """A quotation that its article does not hold to the character is not sent."""
    async with simulated(FERRY, check_errors=False) as town:
        original = Archive.judge

        def misplaced(self: Archive, *args: Any) -> Verdict:
            found = original(self, *args)
            assert found.closest is not None
            passage, article = found.closest.passage, found.closest.article
            forged = Article(article.id, article.text.replace("cracks", "flowers"), sha256=article.sha256)
            return Verdict(found.verdict, Hit(Passage(article.id, passage.span), forged, 1.0), claim=found.claim)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Archive, "judge", misplaced)
            result = await town.member.slash(town.channel, "check", text=CRACKS)
        assert "flowers" not in shown(result.response)
        assert "could not be proved" in str([m.content for m in result.followups] or result.response.content)


@pytest.mark.asyncio
async def test_stitched_from_one_sentence_twice(simulated: Simulated) -> None:
    """Parts that lead to the same place have one button for it, for Discord takes no id twice."""
    text = "The buses run. A bridge was built by the town in May, and the port was closed by it in June. It rained."
    async with simulated(Draft(text=text, title="t", url="https://a.example/x"), LIBRARY) as town:
        found = await check(town, "the port was closed by it in June … A bridge was built by the town in May")
        assert shown(found).startswith("### Stitched")


# --- what a message claims, and what a card shows of it


@pytest.mark.parametrize(
    ("content", "claim"),
    [
        ("> **“We agree,”** said `Kirby`", "“We agree,” said Kirby"),
        ("||We agree|| <@12> <:x:123456789012345678> <t:1:R>", "We agree"),
        ("[We agree](https://evil.example) https://a.example", "We agree"),
        ("# We\n-# agree\n>>> now", "We\nagree\nnow"),
    ],
)
def test_markup_is_no_claim(content: str, claim: str) -> None:
    """Only what is displayed as words is claimed."""
    assert claimed_in(content) == claim


def test_what_is_too_little() -> None:
    """Two words claim something only when they are quoted or somebody is said to have said them."""
    assert claims_nothing("hello there")
    assert claims_nothing("")
    assert not claims_nothing('"No comment"')
    assert not claims_nothing("Kirby: nonsense")
    assert asks("is it true?")
    assert not asks('did he say "it is true"?')


@settings(deadline=None)
@given(st.text(min_size=1, max_size=3000))
def test_what_is_cut_fits_and_is_a_beginning(words: str) -> None:
    """A shortened claim is the beginning of the claim, and has room on the card."""
    kept = shortened(words)
    assert words.startswith(kept)
    assert kept == words or utf16(kept) <= checking.CLAIM_LIMIT


RUNS = st.text(st.sampled_from("ab1 *_~|`<>@#:&[]\\-+=.)\n“é"), min_size=1, max_size=12).map(str.strip).filter(bool)


@settings(deadline=None)
@given(st.lists(st.builds(Change, st.sampled_from(Op), RUNS, RUNS), min_size=1, max_size=5))
def test_a_difference_shows_its_characters(diff: list[Change]) -> None:
    """What is struck out, bold or left alone is displayed as the words themselves, whatever signs they hold."""
    wanted = []
    for change in diff:
        if change.op is Op.SAME:
            wanted.append(" ".join(change.said.split()))
        else:
            wanted += [f"⟦strike {' '.join(change.said.split())}⟧", f"⟦strong {' '.join(change.record.split())}⟧"]
    # Discord displays what is within a mark as a text of its own.
    plain = re.sub(
        r"⟦(strike|strong) (.+?)⟧",
        lambda m: f"⟦{m[1]} {displayed(m[2])}⟧",
        displayed(difference(diff)),
        flags=re.DOTALL,
    )
    assert plain == " ".join(wanted)


@settings(deadline=None)
@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=200).filter(lambda t: t == t.strip()),
    st.sampled_from(VerdictKind),
    st.none() | st.sampled_from(["Ana *Ruiz*", "J. Kirby", "<@1>"]),
)
def test_a_claim_is_read_back_from_its_card(words: str, kind: VerdictKind, speaker: str | None) -> None:
    """The card shows the claim to the character, and gives it back; whatever it holds, Discord's limits are kept."""
    article = Article(
        "a", "The pier is safe. " * 30, title="Pier", outlet="Post", date="2024-01-01", url="https://a.example"
    )
    hit = Hit(Passage("a", Span(0, len(article.text) - 1)), article, 0.5)
    diff = (Change(Op.CHANGED, words, "The pier"), Change(Op.SAME, words, words))
    parts = (hit, hit, hit, hit) if kind is VerdictKind.STITCHED else ()
    view = card(Checked(Verdict(kind, hit, diff, parts), Claim(words, speaker)), asker=2**63)
    sent = view.to_components()
    assert sum(utf16(c["content"]) for c in walk(sent) if c["type"] == 10) <= 4000
    assert len(list(walk(sent))) <= 40
    ids = [c["custom_id"] for c in walk(sent) if "custom_id" in c]
    assert len(ids) == len(set(ids))
    claimed = claim_on(_Message(view.children))  # type: ignore[arg-type]
    assert claimed == Claim(words, speaker)
    block = next(c["content"] for c in walk(sent) if c["type"] == 10 and c["content"].startswith("> "))
    assert quotation(block) == words or "  " in words


class _Message:
    """As much of a message as a card is read from."""

    def __init__(self, components: Any) -> None:
        self.components = [_Received(item) for item in components]


class _Received:
    def __new__(cls, item: Any) -> Any:
        import discord

        if isinstance(item, discord.ui.TextDisplay):
            return discord.TextDisplay({"type": 10, "content": item.content})
        made = object.__new__(cls)
        made.children = [_Received(child) for child in getattr(item, "children", ())]
        return made

    children: list[Any]
