"""``/golden``: questions that every re-index has to answer as before, made of good answers in the menu of a card."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot import cards, failures, render, reviews, verbatim
from bot.curating import CuratorGroup
from bot.menus import WithMenu
from bot.permissions import REFUSED, may_curate, server_of
from index import followup
from index.archive import Archive
from index.errors import NoSuchGolden
from index.golden import Golden, Passed
from index.types import Answer, Receipt

if TYPE_CHECKING:
    from bot.client import OnRecord

MENU = "Make a golden question"
NO_ANSWER = "This is no answer of mine with a quotation, so there is nothing to hold a re-index to."
NOT_ANSWERED = "This question is not answered, so there is no quotation to keep it by."
GONE = "The article of this quotation was removed or changed since; ask the question again."
NONE = (
    "There are no golden questions here. Choose **Make a golden question** in the menu of a good answer "
    "(Apps), and every re-index has to answer it as before."
)
QUOTED = 120
"""Characters of a golden question's quotation that the list shows; it says which one is meant and is no quotation."""


class MakeGolden(WithMenu):
    """The entry in the menu of an answer."""

    menu_name = MENU

    async def of_message(self, interaction: discord.Interaction[OnRecord], message: discord.Message) -> None:
        """Keep the question of the card with the quotation that it shows first."""
        if not may_curate(interaction, self.bot.config.bot.curator_role):
            await failures.say(interaction, REFUSED)
            return
        ours = self.bot.user is not None and message.author.id == self.bot.user.id
        card = cards.read(message) if ours else None
        if card is None or not card.places or not card.score:
            await failures.say(interaction, NO_ANSWER)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        asked, place = followup.standalone(card.asked, card.turns[:-1]), card.places[0]
        server, by = server_of(interaction), str(interaction.user.id)

        def keep(archive: Archive) -> Golden | None:
            article = self.bot.keys.find(server, archive, place.key)
            if article is None:
                return None
            receipt = Receipt(article.id, article.sha256, place.span)
            day = message.created_at.date().isoformat()
            return archive.make_golden(asked, receipt, filters=card.filters, asked_on=day, by=by)

        golden = await self.bot.worker.call(server, keep, changes=True)
        await interaction.followup.send(view=render.note(GONE if golden is None else _kept(golden)), ephemeral=True)


@app_commands.guild_only()
@app_commands.default_permissions(manage_messages=True)
class GoldenQuestions(CuratorGroup, name="golden", description="Questions every re-index has to answer as before"):
    """The commands of the group."""

    @app_commands.command(description="Keep a question with the quotation that answers it now")
    @app_commands.describe(question="A whole question, as a member would ask it")
    async def add(self, interaction: discord.Interaction[OnRecord], question: app_commands.Range[str, 3, 300]) -> None:
        """Ask it, and keep the first quotation of the answer."""
        server, by = server_of(interaction), str(interaction.user.id)
        day = interaction.created_at.date().isoformat()
        await interaction.response.defer(ephemeral=True, thinking=True)

        def keep(archive: Archive) -> Golden | None:
            reply = archive.ask(question, asked_on=day, suggest=False)
            if not isinstance(reply, Answer):
                return None
            return archive.make_golden(reply.standalone, reply.hits[0].receipt, asked_on=day, by=by)

        golden = await self.bot.worker.call(server, keep, changes=True)
        told = NOT_ANSWERED if golden is None else _kept(golden)
        await interaction.followup.send(view=render.note(told), ephemeral=True)

    @app_commands.command(name="list", description="The golden questions of this server")
    async def list_(self, interaction: discord.Interaction[OnRecord]) -> None:
        """List them with their numbers."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        kept = await self.bot.worker.call(server_of(interaction), lambda archive: archive.golden())
        await interaction.followup.send(view=render.report([_listed(one) for one in kept] or [NONE]), ephemeral=True)

    @app_commands.command(description="Drop a golden question")
    @app_commands.describe(number="Its number in /golden list")
    async def remove(
        self, interaction: discord.Interaction[OnRecord], number: app_commands.Range[int, 1, 1_000_000]
    ) -> None:
        """Drop one."""
        by = str(interaction.user.id)
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            gone = await self.bot.worker.call(
                server_of(interaction), lambda archive: archive.remove_golden(number, by=by), changes=True
            )
        except NoSuchGolden:
            told = f"There is no golden question {number} here; `/golden list` shows those there are."
        else:
            told = f"Dropped: {verbatim.label(gone.question, 300)}"
        await interaction.followup.send(view=render.note(told), ephemeral=True)

    @app_commands.command(description="Ask all golden questions now")
    async def run(self, interaction: discord.Interaction[OnRecord]) -> None:
        """Say which are answered as before."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        worker = self.bot.worker
        results = await worker.call(
            server_of(interaction), lambda archive: archive.ask_golden(worker.serve_waiting), changes=True
        )
        lines = [
            f"{'✅' if result.passed is Passed.PASSED else '⚠️'} {verbatim.label(reviews.result_line(result), 300)}"
            for result in results
        ]
        await interaction.followup.send(view=render.report(lines or [NONE]), ephemeral=True)


def _kept(golden: Golden) -> str:
    return f"Golden question {golden.id}: every re-index has to answer it as before.\n{_asked(golden)}"


def _listed(golden: Golden) -> str:
    return f"**{golden.id}** {_asked(golden)}"


def _asked(golden: Golden) -> str:
    words = " ".join(golden.quote.split())
    return f"{verbatim.label(golden.question, 300)}\n-# by: {verbatim.label(words, QUOTED)}"
