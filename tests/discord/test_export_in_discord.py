"""``/articles export``: a moderator takes the archive of the server along, as one file."""

from __future__ import annotations

from pathlib import Path

import pytest
from discord_town import FERRY, LIBRARY, Simulated, said

from bot import transfer
from index import bundle
from index.archive import Archive

pytestmark = pytest.mark.asyncio


async def test_the_file_is_the_archive(simulated: Simulated, tmp_path: Path) -> None:
    """The attached file has every article, and can be imported; only whoever asked sees it."""
    async with simulated(FERRY, LIBRARY) as town:
        result = await town.moderator.slash(town.channel, "articles export")
        assert result.response.ephemeral
        assert "2 articles" in said(result)
        (attachment,) = result.response.attachments
        assert attachment.filename.startswith(f"onrecord-{town.guild.id}-")
        file = tmp_path / "sent.zip"
        file.write_bytes(await attachment.read())
        encoder = town.bot.worker._encoder
        with Archive.open(tmp_path / "elsewhere", str(town.guild.id), encoder=encoder) as archive:
            archive.take_in(bundle.read(file))
            assert [article.text for article in archive.articles()] == [FERRY.text, LIBRARY.text]


async def test_a_file_that_does_not_fit(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Discord would not take it, that is said, with the command that writes it."""
    monkeypatch.setattr(transfer, "ATTACHED", 100)
    async with simulated(FERRY) as town:
        result = await town.moderator.slash(town.channel, "articles export")
        assert f"`onrecord export --archive {town.guild.id} FILE`" in said(result)
        assert not result.response.attachments
