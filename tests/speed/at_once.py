"""Ten members ask at once in a Discord on this machine: how soon each sees something, and the answer.

    python tests/speed/at_once.py                    over 100 public documents, read and embedded first
    python tests/speed/at_once.py --archive DIR/NAME over an archive that is there already (copied, not changed)

The Discord is the loopback one beside the checkout (``../shared/tools/fakediscord``): HTTP, gateway and all.
Printed are the first reaction (the interaction is acknowledged: "onrecord is thinking"), the answers' median and 95th
percentile over rounds of ten, and for comparison between machines the ratio to one question asked alone. Nothing is
asserted.
"""

# ruff: noqa: ASYNC110, E402  # one bot is watched, nothing else waits; imports come after the path to them
from __future__ import annotations

import argparse
import asyncio
import logging
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import discord

for place in ("", "tests/speed", "tests/index", "../shared/tools/fakediscord"):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / place))

from ask import QUESTIONS, _drafts

from bot.client import OnRecord
from bot.config import Config
from index.archive import Archive

SHARED = Path(__file__).resolve().parents[3] / "shared"
AT_ONCE, ROUNDS = 10, 6


class Watch:
    """Seconds from the beginning of a round to each acknowledgement and each answer."""

    def __init__(self) -> None:
        self.began = 0.0
        self.acknowledged: list[float] = []
        self.answered: list[float] = []
        for owner, name, times in (
            (discord.InteractionResponse, "defer", self.acknowledged),
            (discord.Webhook, "send", self.answered),
        ):
            setattr(owner, name, self._timed(getattr(owner, name), times))

    def _timed(self, call: Any, times: list[float]) -> Any:
        async def timed(*args: Any, **kwargs: Any) -> Any:
            done = await call(*args, **kwargs)
            times.append(time.perf_counter() - self.began)
            return done

        return timed

    def start(self) -> None:
        self.began = time.perf_counter()


async def measure(config: Config, archive: Path | None) -> None:
    from fakediscord import FakeDiscord

    watch = Watch()
    town = FakeDiscord(str(SHARED / "data" / "discord" / "openapi.json"))
    await town.start()
    town.patch()
    guild, channel = town.guild()
    members = [town.user(f"member{number}") for number in range(AT_ONCE)]
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        if archive is not None:
            shutil.copytree(archive, data / guild["id"])
        with Archive.open(data, guild["id"]) as own:
            if archive is None:
                list(own.add_all(_drafts(100)))
            print(f"{len(own.articles())} articles")
        bot = OnRecord(config, data, shard_count=1)
        running = asyncio.create_task(bot.start(town.token))
        while not bot.is_ready() and not running.done():
            await asyncio.sleep(0.05)
        try:

            async def asked(count: int, first: int) -> tuple[list[float], list[float]]:
                seen, got = len(watch.acknowledged), len(watch.answered)
                watch.start()
                await asyncio.gather(
                    *(
                        town.slash(channel, members[n], "ask", {"question": QUESTIONS[(first + n) % len(QUESTIONS)]})
                        for n in range(count)
                    )
                )
                async with asyncio.timeout(120):
                    while len(watch.answered) < got + count:
                        await asyncio.sleep(0.01)
                return watch.acknowledged[seen:], watch.answered[got:]

            await asked(1, 0)  # what is loaded late is loaded now
            alone = [seconds for n in range(len(QUESTIONS)) for seconds in (await asked(1, n))[1]]
            first, answers = [], []
            for number in range(ROUNDS):
                seen, got = await asked(AT_ONCE, number)
                first += seen
                answers += got
        finally:
            await bot.close()
            await town.stop()
    answers.sort()
    one = statistics.median(alone)
    p95 = answers[int(0.95 * (len(answers) - 1))]
    print(f"one alone              median {1000 * one:.0f} ms of {len(alone)}")
    print(f"ten at once, reaction  at most {1000 * max(first):.0f} ms")
    print(
        f"ten at once, answers   median {1000 * statistics.median(answers):.0f} ms, p95 {1000 * p95:.0f} ms "
        f"({p95 / one:.1f} times one alone) of {len(answers)}"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--archive", type=Path, metavar="DIR/NAME")
    chosen = options.parse_args()
    if not SHARED.is_dir():
        print("at_once: skipped, the loopback Discord is not beside the checkout.")
        return
    logging.disable(logging.WARNING)
    unlimited = replace(Config().bot, questions_per_minute=0, channel_questions_per_minute=0)
    asyncio.run(measure(replace(Config(), bot=unlimited), chosen.archive))


if __name__ == "__main__":
    main()
