"""Settings are read from a table: defaults stay, and what cannot work is refused with the key it stands under."""

from __future__ import annotations

import pytest

from index.errors import SettingsError
from index.settings import AnswerSettings, IndexSettings, from_table


def test_a_missing_key_keeps_its_default() -> None:
    """Only what is written changes; a whole number is taken for a fraction."""
    assert from_table(IndexSettings, {}) == IndexSettings()
    read = from_table(IndexSettings, {"answer": {"threshold": 1}})
    assert read == IndexSettings(answer=AnswerSettings(threshold=1.0))
    assert type(read.answer.threshold) is float


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"anser": {}}, "no setting 'anser'; the nearest is 'answer'"),
        ({"answer": {"treshold": 1}}, "no setting 'answer.treshold'; the nearest is 'threshold'"),
        ({"answer": 1}, "'answer' in config.toml is a section"),
        ({"answer": {"quotations": "3"}}, "'answer.quotations' in config.toml must be a int, not '3'"),
        ({"answer": {"quotations": True}}, "must be a int, not True"),
        ({"answer": {"quotations": 2.5}}, "must be a int, not 2.5"),
        ({"answer": {"quotations": 0}}, "'answer.quotations' in config.toml must be at least 1, not 0"),
        ({"answer": {"threshold": 1.5}}, "'answer.threshold' in config.toml must be from 0 to 1, not 1.5"),
        ({"answer": {"threshold": float("nan")}}, "must be from 0 to 1, not nan"),
        ({"encoder": {"batch_size": 0}}, "must be at least 1, not 0"),
        ({"encoder": {"threads": -1}}, "must be at least 0, not -1"),
        ({"search": {"candidates": 0}}, "must be at least 1, not 0"),
    ],
)
def test_what_cannot_work_is_one_sentence(table: dict[str, object], sentence: str) -> None:
    """Unknown keys name the nearest one; wrong types and numbers out of range say what is needed."""
    with pytest.raises(SettingsError) as error:
        from_table(IndexSettings, table)
    assert sentence in str(error.value)
