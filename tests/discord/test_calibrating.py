"""Moderators judge real questions, see what that says, and set when their server abstains; it outlives restarts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from discord_town import FERRY, LIBRARY, Simulated, Town, bot_messages, buttons, texts
from hypothesis import given
from hypothesis import strategies as st

from bot import calibrating
from bot.calibrate import report
from bot.calibrating import NO_QUESTIONS, plotted
from bot.permissions import REFUSED
from index.calibration import Label
from index.types import Receipt

ASKED = ("How much would the ferry repair cost?", "Who opens the library?", "Did anybody see a whale?")


async def ask_all(town: Town) -> None:
    for question in ASKED:
        await town.member.slash(town.channel, "ask", question=question)


async def calibrate(town: Town, **options: Any) -> Any:
    return (await town.moderator.slash(town.channel, "calibrate", **options)).response


def labels(archive: Any, count: int, right: bool, score: float) -> None:
    """Judgements by others, of one passage and as many questions."""
    article = archive.articles()[0]
    receipt = Receipt(article.id, article.sha256, archive.passages(article.id)[0].span)
    for number in range(count):
        archive.give_feedback(f"Question {number} at {score}?", receipt, score, right=right, by=f"{number}")


@pytest.mark.asyncio
async def test_nothing_to_judge(simulated: Simulated) -> None:
    """Without a question of the server's own there is nothing to judge, and that is said."""
    async with simulated(FERRY) as town:
        shown = await calibrate(town)
        assert shown.ephemeral
        assert texts(shown) == NO_QUESTIONS


@pytest.mark.asyncio
async def test_one_pair_after_the_other(simulated: Simulated) -> None:
    """Each question of the server comes once with a proved quotation; each press is kept, whoever restarts between."""
    async with simulated(FERRY, LIBRARY, threshold=1.0) as town:
        await ask_all(town)
        shown = await calibrate(town)
        seen = []
        for number, label in enumerate(("Answers", "Does not", "Skip"), 1):
            assert f"{number} of 3" in texts(shown)
            seen.append(next(question for question in ASKED if question in texts(shown)))
            assert "> " in texts(shown)
            assert "Harbour Times" in texts(shown) or "Valley Post" in texts(shown)
            await town.restart()
            await town.moderator.click(shown, label=label)
        assert sorted(seen) == sorted(ASKED)
        assert "**2 labels**" in texts(shown)
        given_ = await town.bot.worker.call(town.guild.id, lambda archive: archive.feedback())
        assert [(one.standalone, one.right) for one in given_] == [(seen[0], True), (seen[1], False)]
        again = await calibrate(town)
        assert seen[2] in texts(again)
        assert "**2 labels**" not in texts(again)


@pytest.mark.asyncio
async def test_labels_are_no_reports(simulated: Simulated) -> None:
    """What a moderator says does not answer is not reported as wrong."""
    async with simulated(FERRY, threshold=1.0) as town:
        await ask_all(town)
        await town.moderator.click(await calibrate(town), label="Does not")
        assert await town.bot.worker.call(town.guild.id, lambda archive: archive.reports()) == ()


@pytest.mark.asyncio
async def test_set_and_take_back(simulated: Simulated) -> None:
    """With enough labels a threshold is proposed, set for this server, and taken back by either button."""
    async with simulated(FERRY, threshold=0.3) as town:
        await town.bot.worker.call(town.guild.id, lambda archive: labels(archive, 40, True, 0.8))
        await town.bot.worker.call(town.guild.id, lambda archive: labels(archive, 9, False, 0.4))
        await town.moderator.click(shown := await calibrate(town), label="See the result")
        said = texts(shown)
        assert "**49 labels**" in said
        assert "▲ In use, as configured: threshold 0.30, answers 100%, 18% of that wrong (9 of 49" in said
        assert "◆ Proposed for at most 10% wrong: 0.80, answers 82%, 0% of that wrong" in said
        await town.restart()
        await town.moderator.click(shown, label="Use 0.80")
        assert "as sure as 0.80" in texts(shown)

        async def threshold() -> float:
            return await town.bot.worker.call(town.guild.id, lambda archive: archive.threshold)

        assert await threshold() == 0.8
        entry = await town.bot.worker.call(town.guild.id, lambda archive: archive.log.entries(limit=1)[0])
        assert entry.by == str(town.moderator.id)
        await town.moderator.click(shown, label="Undo")
        assert await threshold() == 0.3
        await town.moderator.click(shown := await calibrate(town), label="See the result")
        await town.moderator.click(shown, label="Use 0.80")
        await town.moderator.click(shown, label="See the result")
        assert "set for this server" in texts(shown)
        await town.moderator.click(shown, label="Use the configured one")
        assert await threshold() == 0.3


@pytest.mark.asyncio
async def test_labels_that_changed_meanwhile(simulated: Simulated) -> None:
    """A threshold that the labels no longer say is not set; what they say now is shown."""
    async with simulated(FERRY, threshold=0.3) as town:
        await town.bot.worker.call(town.guild.id, lambda archive: labels(archive, 40, True, 0.8))
        await town.moderator.click(shown := await calibrate(town), label="See the result")
        await town.bot.worker.call(town.guild.id, lambda archive: labels(archive, 45, True, 0.6))
        await town.moderator.click(shown, label="Use 0.80")
        assert calibrating.CHANGED in texts(shown)
        assert await town.bot.worker.call(town.guild.id, lambda archive: archive.calibrated()) is None


@pytest.mark.asyncio
async def test_too_few_labels(simulated: Simulated) -> None:
    """With few labels no threshold is proposed, and it is said how many it takes."""
    async with simulated(FERRY, threshold=1.0) as town:
        await ask_all(town)
        shown = await calibrate(town, risk=5)
        await town.moderator.click(shown, label="Answers")
        await town.moderator.click(shown, label="See the result")
        assert "Too few labels to propose a threshold" in texts(shown)
        assert "at most 5%" in texts(shown)
        assert not any(label.startswith("Use") for label in buttons(shown))
        await town.moderator.click(shown, label="Label more")
        assert "2 of 3" in texts(shown)


@pytest.mark.asyncio
async def test_members_are_refused(simulated: Simulated) -> None:
    """Nobody but moderators labels or sets anything, wherever the card stands."""
    async with simulated(FERRY, threshold=0.3) as town:
        await town.bot.worker.call(town.guild.id, lambda archive: labels(archive, 40, True, 0.8))
        found = await town.bot.worker.call(town.guild.id, lambda archive: calibrating.told(archive, 10))
        pair = await town.bot.worker.call(town.guild.id, lambda archive: calibrating.next_pair(archive, "9"))
        channel: Any = town.bot.get_channel(town.channel.id)
        await channel.send(view=calibrating.result_card(found, 10, more=True))
        await channel.send(view=calibrating.pair_card(pair, 10))
        *_, result, judging = bot_messages(town)
        for card, label in ((result, "Use 0.80"), (result, "Label more"), (judging, "Answers"), (judging, "Skip")):
            assert texts((await town.member.click(card, label=label)).response) == REFUSED
        assert await town.bot.worker.call(town.guild.id, lambda archive: len(archive.feedback())) == 40


@given(st.lists(st.tuples(st.floats(0.01, 1), st.booleans()), min_size=1, max_size=60), st.integers(1, 50))
def test_the_picture_fits_and_tells(pairs: list[tuple[float, bool]], risk: int) -> None:
    """Whatever the labels: lines of at most 27 signs, a bar wherever there are wrong answers, and both marks."""
    found = report([Label(score, right) for score, right in pairs], risk / 100, 0.5, own=False)
    lines = plotted(found).split("\n")
    assert max(map(len, lines)) <= 27
    assert len(lines) == 10
    bars = sum(any(block in line for block in "▁▂▃▄▅▆▇█") for line in lines)
    assert bool(bars) == any(not right for _, right in pairs)
    assert "▲" in lines[8]
    assert re.match(r"\s*\d+% │", lines[1])
