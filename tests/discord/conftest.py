"""A simulated Discord, and Discord's own description of its API as a gate."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("simcord")
sys.path.insert(0, str(Path(__file__).parent))

from discord_gate import Gate, gate
from discord_town import DESCRIPTION, Simulated, simulation


@pytest.fixture
def simulated(tmp_path: Path, words_encoder: Any) -> Simulated:
    """Opens a simulated Discord, with the encoder that can be computed by hand."""
    return simulation(tmp_path / "data", words_encoder)


@pytest.fixture
def discord_gate() -> Gate:
    """Discord's description of its API; the test is skipped where it is not there."""
    if not DESCRIPTION.is_file():
        pytest.skip("needs Discord's OpenAPI description in ../shared/data/discord")
    return gate(DESCRIPTION)
