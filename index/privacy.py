"""What an archive keeps of its members, and how it is shown, deleted, and forgotten in time.

A feature that keeps something of a member adds a line to `KEPT`, with the functions for its own table; then it is part
of what a member is shown, of what they delete, and of what is forgotten each day.

Where an id of Discord stands in clear: with a subscription, for nobody could be told otherwise; and in the log of
changes, which says which moderator made them and is no part of this. Everywhere else there is a pseudonym, keyed with
the archive's own salt, or nothing: the posts of the last day (`index.posts`) are ids of messages and a hash of the
words, and belong to nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from index.server_settings import ServerSettings
from index.store import Store

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of whom something may be kept."""

    id: int
    """As Discord knows them."""
    pseudonym: str
    """As this archive does."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of what is kept of members."""

    name: str
    """What it is called in what a member is shown, and after ``privacy.`` in the bot's texts."""
    of: Callable[[Store, Member], Iterable[Json]]
    """All that is kept of one member, ready for JSON."""
    forget: Callable[[Store, Member], int]
    """Deletes that, inside a transaction; returns how many there were."""


def _subscriptions_of(store: Store, member: Member) -> Iterable[Json]:
    for one in store.subscriptions.of(member.id):
        yield {
            "question": one.wanted.question, "asked_for_at": one.at, "member": one.member, "channel": one.place.channel,
            "message": one.place.message, "private": one.place.private, "state": one.state.value,
        }  # fmt: skip


def _feedback_of(store: Store, member: Member) -> Iterable[Json]:
    for one in store.feedback_of(member.pseudonym):
        yield {
            "question": one.question, "article_id": one.receipt.article_id, "start": one.receipt.span.start,
            "end": one.receipt.span.end, "right": one.right, "complaint": one.complaint and one.complaint.value,
            "words": one.words, "at": one.at, "pseudonym": one.by,
        }  # fmt: skip


def _gaps_of(store: Store, member: Member) -> Iterable[Json]:
    for question, at in store.gaps.of_member(member.pseudonym):
        yield {"question": question, "asked_at": at, "pseudonym": member.pseudonym}


KEPT: tuple[Kept, ...] = (
    Kept("subscriptions", _subscriptions_of, lambda store, member: store.subscriptions.forget_member(member.id)),
    Kept("gaps", _gaps_of, lambda store, member: store.gaps.forget_member(member.pseudonym)),
    Kept("feedback", _feedback_of, lambda store, member: store.forget_feedback_of(member.pseudonym)),
)
"""All that is kept of members. A feature adds its line."""

FORGOTTEN: tuple[Callable[[Store, ServerSettings], object], ...] = (
    lambda store, settings: store.subscriptions.forget_old(offered_days=settings.retention_days),
    lambda store, settings: store.gaps.forget_old(settings.retention_days),
    lambda store, settings: store.log.forget_old(),
    lambda store, settings: _forget_old_posts(store),
)
"""Called each day to forget what was kept long enough; each makes its own transaction. A feature adds a line."""


def _forget_old_posts(store: Store) -> None:
    with store.transaction():
        store.forget_old_posts()


def kept_of(store: Store, member: Member) -> dict[str, list[Json]]:
    """Everything that is kept of a member, by what it is."""
    return {kept.name: list(kept.of(store, member)) for kept in KEPT}


def forget_member(store: Store, member: Member) -> dict[str, int]:
    """Delete all that; returns how many of each there were. One transaction, after which the file has none of it."""
    with store.thorough(), store.transaction():
        return {kept.name: kept.forget(store, member) for kept in KEPT}


def forget_old(store: Store, settings: ServerSettings) -> None:
    """Forget what was kept long enough; the file has none of it afterwards."""
    with store.thorough():
        for forget in FORGOTTEN:
            forget(store, settings)
