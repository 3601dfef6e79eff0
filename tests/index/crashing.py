"""A process that changes an archive until it is killed. Run by test_archive_crash.py: ``python crashing.py DATA``.

It imports everything once and forks for each line ``FIRST STEP STATEMENT`` on its input: the child does the steps from
number FIRST on, writes each one's number when it is done, and ends itself by SIGKILL before the SQL statement of that
number, counted from the beginning of step number STEP (0: never, it waits to be killed). Written are ``pid N``, the
steps, and ``over`` when the child is no more.

What a step does is one of `OPERATIONS`, chosen by its number; a further one needs a line there.
"""

from __future__ import annotations

import json
import os
import random
import runpy
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from archives import draft  # noqa: E402  # after the path to it

from index.archive import Archive  # noqa: E402
from index.attribution import attributions  # noqa: E402
from index.audit import Action  # noqa: E402
from index.cards import Kind, Posted, Quoted, Standing, digest  # noqa: E402
from index.review import Found, Looked, Scope  # noqa: E402
from index.types import Article, Draft, Receipt, Span  # noqa: E402

CHANNELS = 2


@dataclass(frozen=True)
class State:
    """What an archive should hold."""

    articles: Mapping[str, Article] = field(default_factory=dict)
    undoable: tuple[tuple[str, Article | None], ...] = ()
    """Of each change that can be undone, the oldest first: whose it was and what stood there before."""
    entries: int = 0
    """How many entries the log has."""
    previous: bool = False
    """Whether there is a generation to roll back to."""
    cards: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    """Message → article quoted, words quoted."""

    def with_(self, article_id: str, article: Article | None) -> State:
        """After a change of one article, which goes where it is ``None``; the same where it is as before."""
        before = self.articles.get(article_id)
        if before == article:
            return self
        articles = {id_: one for id_, one in self.articles.items() if id_ != article_id}
        articles |= {article_id: article} if article else {}
        return replace(
            self, articles=articles, undoable=(*self.undoable, (article_id, before)), entries=self.entries + 1
        )

    def standing(self, message: int) -> Standing:
        """What became of what a card quotes."""
        article, words = self.cards[message]
        if article not in self.articles:
            return Standing.WITHDRAWN
        return Standing.STANDS if words in self.articles[article].text else Standing.ALTERED


class Channel:
    """Stands in for Discord: what each message shows and every notice, in files that outlive the process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def edit(self, message: int, standing: Standing) -> None:
        """A message shows this from now on."""
        (self._folder / f"{message}.new").write_text(standing)
        (self._folder / f"{message}.new").replace(self._folder / str(message))

    def shows(self, message: int) -> Standing:
        """What a message shows: as it was sent where it was never edited."""
        file = self._folder / str(message)
        return Standing(file.read_text()) if file.is_file() else Standing.STANDS

    def tell(self, change: int, channel: int, about: Mapping[int, Standing]) -> None:
        """Send a notice."""
        with (self._folder / "notices").open("a") as file:
            file.write(json.dumps([change, channel, about]) + "\n")

    def notices(self) -> list[tuple[int, int, dict[int, Standing]]]:
        """Every notice: its change, its channel, and what it says of which message; oldest first."""
        file = self._folder / "notices"
        lines = file.read_text().splitlines() if file.is_file() else []
        return [
            (change, channel, {int(message): Standing(standing) for message, standing in about.items()})
            for change, channel, about in map(json.loads, lines)
        ]


# --- the operations: what a step does, and what there is afterwards


def _add(archive: Archive, step: int) -> None:
    list(archive.add_all(_draft(new, step) for new in _put(step)))


def _added(state: State, step: int) -> State:
    for made in (_draft(new, step) for new in _put(step)):
        assert made.id is not None
        article = Article(made.id, made.text, made.title, made.outlet, made.authors, made.date, made.url)
        state = state.with_(made.id, article)
    return state


def _remove(archive: Archive, step: int) -> None:
    if _one(step) in {article.id for article in archive.articles()}:
        archive.remove(_one(step))


def _removed(state: State, step: int) -> State:
    return state.with_(_one(step), None)


def _edit(archive: Archive, step: int) -> None:
    for article in archive.articles():
        if article.id == _one(step):
            archive.edit(replace(article, title=f"Title of step {step}"))


def _edited(state: State, step: int) -> State:
    if (article := state.articles.get(_one(step))) is None:
        return state
    return state.with_(article.id, replace(article, title=f"Title of step {step}"))


def _undo(archive: Archive, step: int) -> None:
    changes = (Action.ADDED, Action.UPDATED, Action.EDITED, Action.REMOVED)
    newest = next((e for e in archive.log.entries() if e.action in changes and e.undone_by is None), None)
    if newest is not None:
        archive.undo(newest)


def _undone(state: State, step: int) -> State:
    if not state.undoable:
        return state
    *undoable, (article_id, before) = state.undoable
    return replace(state.with_(article_id, before), undoable=tuple(undoable), entries=state.entries + 1)


def _post(archive: Archive, step: int) -> None:
    if _one(step) not in {article.id for article in archive.articles()}:
        return
    article = archive.article(_one(step))
    words = _quoted(article, step)
    start = article.text.index(words)
    receipt = Receipt(article.id, article.sha256, Span(start, start + len(words)))
    quoted = Quoted(receipt, 0, digest(words), len(words), "The outlet")
    archive.remember_card(Posted(step, step % CHANNELS, "2099-01-01T00:00:00+00:00", Kind.ANSWER, "en", (quoted,)))


def _posted(state: State, step: int) -> State:
    if (article := state.articles.get(_one(step))) is None:
        return state
    return replace(state, cards={**state.cards, step: (article.id, _quoted(article, step))})


def _correct(archive: Archive, step: int) -> None:
    correct(archive, Channel(archive.path.parent / "channel"))


def _reindex(archive: Archive, step: int) -> None:
    archive.reindex()
    archive.promote()


def _review(archive: Archive, step: int) -> None:
    """What is found at a source is held ready, and then dropped: what is served never has it."""
    for article in archive.to_look_at(Scope(articles=frozenset({_one(step)}))):
        archive.looked(article, Looked(Found.CHANGED, Draft(f"{article.text}\nFound at its source in step {step}.")))
    archive.reindex()
    archive.review()
    archive.discard()


def _rollback(archive: Archive, step: int) -> None:
    if archive.status().previous is not None:
        archive.rollback()


def _same(state: State, step: int) -> State:
    return state


def _promoted(state: State, step: int) -> State:
    return replace(state, entries=state.entries + 1, previous=True)


def _rolled_back(state: State, step: int) -> State:
    return replace(state, entries=state.entries + 1) if state.previous else state


def _discarded(state: State, step: int) -> State:
    return replace(state, entries=state.entries + 1)


@dataclass(frozen=True)
class Operation:
    """One kind of change."""

    name: str
    do: Callable[[Archive, int], None]
    after: Callable[[State, int], State]


OPERATIONS = (
    Operation("add", _add, _added),
    Operation("remove", _remove, _removed),
    Operation("edit", _edit, _edited),
    Operation("undo", _undo, _undone),
    Operation("post", _post, _posted),
    Operation("correct", _correct, _same),
    Operation("reindex", _reindex, _promoted),
    Operation("rollback", _rollback, _rolled_back),
    Operation("review", _review, _discarded),
)
WEIGHTS = (4, 2, 1, 2, 3, 4, 1, 1, 1)
"""How often each is chosen, in the order above."""


def operation(step: int) -> Operation:
    """What the step of that number does."""
    (chosen,) = random.Random(step).choices(OPERATIONS, WEIGHTS)  # noqa: S311  # no secret
    return chosen


def after(state: State, step: int) -> State:
    """What there is when the step of that number is done."""
    return operation(step).after(state, step)


def correct(archive: Archive, channel: Channel) -> None:
    """Work off what is to be corrected and told, each step written down before it is taken, as the bot does it."""
    cards = archive.cards
    archive.compare_cards()
    for card in cards.due():
        found = [replace(quoted, shown=quoted.found) for quoted in card.quotations]
        cards.begin(card.message, "as it was sent")
        channel.edit(card.message, found[0].shown.standing)
        told = [each.shown.standing for each in found] != [each.shown.standing for each in card.quotations]
        cards.finish(card, found, told=told)
    for notice in cards.notices():
        about = {card.message: card.quotations[0].shown.standing for card in cards.changed(notice)}
        known = {(change, there) for change, there, _ in channel.notices()} if notice.sending else set()
        if about and (notice.change, notice.channel) not in known:
            cards.sending(notice)
            channel.tell(notice.change, notice.channel, about)
        cards.sent(notice)


def _put(step: int) -> range:
    return range(step % 5, step % 5 + 3)


def _one(step: int) -> str:
    return f"article-{step // 3 % 7}"


def _draft(number: int, step: int) -> Draft:
    return draft(number, more=f" It was step {step}.")


def _quoted(article: Article, step: int) -> str:
    """A sentence that every text of the article has, or one that only this text has."""
    return "Rain fell on the " if step % 2 else article.text[article.text.index("It was step") :]


def words_encoder():  # type: ignore[no-untyped-def]
    """The encoder of the tests' conftest, which cannot be imported by its name from here."""
    return runpy.run_path(str(ROOT / "tests" / "conftest.py"))["WordsEncoder"]()


def _work(data: Path, encoder, first: int, last: int, statement: int) -> None:  # type: ignore[no-untyped-def]
    archive = Archive.open(data, encoder=encoder)
    statements = count(1)

    def watch(_: str) -> None:
        if next(statements) == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    for step in count(first):
        if step == last:
            archive._store._db.set_trace_callback(watch)
        operation(step).do(archive, step)
        os.write(1, f"{step}\n".encode())


def main() -> None:
    data, encoder = Path(sys.argv[1]), words_encoder()
    attributions("Ann Cole said that it rained.")  # loads the tagger, which each child would load anew
    for line in sys.stdin:
        first, last, statement = map(int, line.split())
        child = os.fork()
        if not child:
            try:
                _work(data, encoder, first, last, statement)
            finally:
                os._exit(1)  # it is only ever killed
        os.write(1, f"pid {child}\n".encode())
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL
        os.write(1, b"over\n")


if __name__ == "__main__":
    main()
