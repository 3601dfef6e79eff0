"""What of config.toml concerns the index: frozen values with their defaults, and one way to read them from a table."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, TypeVar, get_type_hints

from index.errors import SettingsError

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def within(least: float, most: float = math.inf) -> dict[str, tuple[float, float]]:
    """A field's metadata that says which numbers `from_table` takes for it, both ends included."""
    return {"within": (least, most)}


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """Which sentence-transformers model turns texts into vectors."""

    model: str = DEFAULT_MODEL
    """``all-MiniLM-L6-v2`` is read from the installed package; anything else is a folder or a model name."""
    sha256: str = DEFAULT_MODEL_SHA256
    """Hex SHA-256 that ``model.safetensors`` must have; empty: any."""
    threads: int = field(default=0, metadata=within(0))
    """Threads for bulk work; 0: one for each processor."""
    batch_size: int = field(default=32, metadata=within(1))


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How many passages are looked at, and how meaning and words are weighed."""

    candidates: int = field(default=100, metadata=within(1))
    """Entries taken from each of meaning and words before they are put in one order."""
    collapse: float = field(default=0.85, metadata=within(0, 1))
    """Copies of one wire story: the shorter passage stands in the longer, word by word, and is this part of it."""


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """When there is an answer, and how much of it is shown."""

    threshold: float = field(default=0.5, metadata=within(0, 1))
    """Least probability that the best passage answers; below it the reply is an abstention."""
    quotations: int = field(default=3, metadata=within(1))
    """Most quotations in one answer."""
    further: float = field(default=0.6, metadata=within(0, 1))
    """A further quotation needs this part of the first one's score."""
    nearest: int = field(default=5, metadata=within(1))
    """Most passages given along with an abstention, labelled as not an answer."""


@dataclass(frozen=True, slots=True)
class ServerDefaults:
    """What holds in a server whose moderators have not decided it themselves (`server_settings.ServerSettings`)."""

    corrections: bool = True
    """Whether answers that were sent are corrected when their article is."""
    gap_members: int = field(default=2, metadata=within(1, 100))
    """How many different members must have asked before moderators are shown an unanswered question."""
    retention_days: int = field(default=90, metadata=within(1, 365))
    """Days for which the words of an unanswered question are kept."""


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """Everything the index can be told."""

    encoder: EncoderSettings = field(default_factory=EncoderSettings)
    search: SearchSettings = field(default_factory=SearchSettings)
    answer: AnswerSettings = field(default_factory=AnswerSettings)
    server: ServerDefaults = field(default_factory=ServerDefaults)


T = TypeVar("T")


def from_table(kind: type[T], table: Mapping[str, Any], where: str = "") -> T:
    """Build the settings ``kind`` from a TOML table; keys that are missing keep their defaults.

    Raises ``SettingsError`` for an unknown key (naming the nearest one there is), for a value of another type and for
    a number outside what the field takes.
    """
    hints = get_type_hints(kind)
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]  # every caller passes a dataclass
    values: dict[str, Any] = {}
    for key, value in table.items():
        path = f"{where}.{key}" if where else key
        if key not in known:
            near = difflib.get_close_matches(key, sorted(known), n=1, cutoff=0.0)
            raise SettingsError(f"config.toml has no setting {path!r}; the nearest is {near[0]!r}.")
        values[key] = _checked(hints[key], value, path)
        least, most = known[key].metadata.get("within", (-math.inf, math.inf))
        if isinstance(value, int | float) and not least <= value <= most:
            needed = f"at least {least}" if most == math.inf else f"from {least} to {most}"
            raise SettingsError(f"{path!r} in config.toml must be {needed}, not {value!r}.")
    return kind(**values)


def _checked(wanted: Any, value: Any, path: str) -> Any:
    if is_dataclass(wanted) and isinstance(wanted, type):
        if not isinstance(value, Mapping):
            raise SettingsError(f"{path!r} in config.toml is a section: write it as [{path}].")
        return from_table(wanted, value, path)
    if wanted is float and type(value) is int:
        return float(value)
    if type(value) is not wanted:
        raise SettingsError(f"{path!r} in config.toml must be a {wanted.__name__}, not {value!r}.")
    return value
