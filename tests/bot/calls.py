"""The command line as a test uses it: an article that nobody published, and what a call leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

HARBOR = (
    "The harbor of Larkmouth will close for eleven weeks while its crane is replaced, the port authority announced.\n\n"
    '"Nobody will lose a day of pay over this," said Ines Okafor, head of the Larkmouth port authority.\n\n'
    "The old crane was built in 1962. It lifted its last container on Tuesday.\n\n"
    "The new crane costs four million euros, according to Okafor. She expects it to last forty years."
)
"""An article nobody published: direct and indirect speech of one named speaker, and narration."""


@dataclass(frozen=True)
class Result:
    """What one call of the command line left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def rows(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Onrecord = Callable[..., Result]
"""``onrecord("ask", "What?", stdin=b"")`` → ``Result``."""
