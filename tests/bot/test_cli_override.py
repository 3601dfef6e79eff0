"""``onrecord override``: deciding about passages from the command line, and that the other commands heed it."""

from __future__ import annotations

from calls import HARBOR, Onrecord

LIFTED = "It lifted its last container on Tuesday."
PAY = "Nobody will lose a day of pay over this,"


def place(words: str) -> tuple[str, str]:
    start = HARBOR.index(words)
    return str(start), str(start + len(words))


def test_hidden_and_back(onrecord: Onrecord, harbor: str, sure: tuple[str, str]) -> None:
    """Hidden words are in no answer and no list of passages; taken back, they are."""
    question = ("ask", "When did the old crane lift its last container?", "--json", *sure)
    assert LIFTED in onrecord(*question).out
    made = onrecord("override", "hide", harbor, *place(LIFTED), "--json")
    assert (made.code, made.json["fix"], made.json["fits"], made.json["shown"]) == (0, "hidden", True, [])
    assert LIFTED not in onrecord(*question).out
    assert all(LIFTED not in p["quote"] for p in onrecord("show", harbor, "--json").json["passages"])
    receipt = onrecord("receipt", harbor, *place(LIFTED))
    assert receipt.code == 1
    assert "hidden this passage" in receipt.err
    (listed,) = onrecord("override", "list", "--json").json["overrides"]
    assert listed["quote"] == LIFTED
    gone = onrecord("override", "remove", str(listed["id"]), "--json").json
    assert gone["status"] == "removed"
    assert LIFTED in onrecord(*question).out


def test_fix_the_speaker(onrecord: Onrecord, harbor: str, sure: tuple[str, str]) -> None:
    """The speaker named here stands in every answer, marked as corrected, in both forms."""
    article = onrecord("show", harbor, "--json").json
    passage = next(p for p in article["passages"] if PAY in p["quote"])
    span = str(passage["start"]), str(passage["end"])
    made = onrecord("override", "fix-speaker", harbor, *span, "--name", "Bo Lind", "--role", "foreman")
    assert made.code == 0
    assert "said by Bo Lind (foreman)" in made.out
    reply = onrecord("ask", "Who loses a day of pay over the crane?", "--json", *sure).json
    first = reply["passages"][0]
    assert (first["speaker"], first["role"], first["corrected"]) == ("Bo Lind", "foreman", True)
    assert "speaker corrected by the moderators" in onrecord("ask", "Who loses a day of pay?", *sure).out
    onrecord("override", "fix-speaker", harbor, *span, "--outlet-words")
    (listed,) = onrecord("override", "list", "--json").json["overrides"]
    assert (listed["fix"], listed["speaker"]) == ("outlet", None)
    assert listed["shown"][0]["kind"] == "narration"


def test_said_not_to_fit(onrecord: Onrecord, harbor: str) -> None:
    """What was decided about an article that is gone is listed, and said not to fit."""
    onrecord("override", "hide", harbor, *place(LIFTED))
    onrecord("remove", harbor)
    (listed,) = onrecord("override", "list", "--json").json["overrides"]
    assert (listed["fits"], listed["quote"]) == (False, None)
    assert "not on record" in listed["why"]
    assert "does not fit any more" in onrecord("override", "list").out


def test_wrong_usage(onrecord: Onrecord, harbor: str) -> None:
    """Impossible places, missing names and unknown numbers are said in one sentence."""
    assert onrecord("override", "hide", harbor, "9", "3").code == 2
    assert onrecord("override", "fix-speaker", harbor, "0", "3").code == 2
    assert onrecord("override", "fix-speaker", harbor, "0", "3", "--not-stated", "--role", "x").code == 2
    unknown = onrecord("override", "remove", "77")
    assert (unknown.code, unknown.err.count("\n")) == (1, 1)
    assert onrecord("override", "hide", harbor, "0", "99999").code == 1
