"""Who is on record about a subject, and what one speaker said, in plain words, for card and terminal alike. Pure.

Names and what members wrote are put on one line and bounded; it is for the caller to escape the whole sentence.
"""

from __future__ import annotations

from bot import days, reasons
from bot.localised import counted, listed, text
from bot.verbatim import plain_label
from index.speakers import Unclear
from index.timeline import Rival, Timeline
from index.topics import Topic
from index.types import Filters

_OR = 5
"""Most names in one sentence."""


def how_many(topic: Topic) -> str:
    """How many speakers are on record, from how many sources."""
    return counted("topic.voices", len(topic.voices), sources=counted("topic.sources", topic.sources))


def nobody(topic: Topic, filters: Filters = Filters()) -> str:
    """That nobody is on record, and why."""
    said = text("topic.nobody", subject=plain_label(topic.subject, 100))
    if topic.reported:
        return f"{said} {text('topic.reported')}"
    return f"{said} {reasons.sentence(topic.silence, filters)}" if topic.silence else said


def narrowed(filters: Filters) -> str:
    """Which outlet and days it was narrowed to; empty where it was not."""
    parts = [
        text("topic.only_outlet", outlet=plain_label(filters.outlet, 80)) if filters.outlet else "",
        text("topic.since", day=day(filters.since)) if filters.since else "",
        text("topic.until", day=day(filters.until)) if filters.until else "",
    ]
    return " · ".join(part for part in parts if part)


def head(timeline: Timeline) -> str:
    """Whose timeline it is, what it is about, how much it holds and of which days."""
    parts = [text("timeline.head", speaker=plain_label(timeline.speaker, 150))]
    if timeline.topic:
        parts.append(text("timeline.about", topic=plain_label(timeline.topic, 100)))
    if not timeline.entries:
        return " · ".join(parts)
    parts.append(counted("timeline.quotations", len(timeline.entries)))
    found = [entry.hit.article.date for entry in timeline.entries if entry.hit.article.date]
    if found:
        first, last = day(found[0]), day(found[-1])
        parts.append(first if first == last else text("timeline.from_to", first=first, last=last))
    return " · ".join(parts)


def empty(timeline: Timeline) -> str:
    """That there is nothing of a known speaker about the topic, or of the days asked for."""
    times = counted("timeline.times", timeline.quoted)
    return text("timeline.none", speaker=plain_label(timeline.speaker, 150), times=times)


def namesakes(timeline: Timeline) -> str:
    """Who else may be meant by the name; empty where nobody is."""
    names = [plain_label(name, 80) for name in timeline.namesakes]
    return text("timeline.namesakes", names=listed(names)) if names else ""


def compare(timeline: Timeline, rival: Rival) -> str:
    """Which other quotation to compare with, and how it differs."""
    # Only quotations of different days are compared, so there is one.
    date = timeline.entries[rival.index].hit.article.date or ""
    return text("timeline.compare", day=day(date), difference=text(f"difference.{rival.difference.value}"))


def unclear(found: Unclear) -> str:
    """That nobody, or more than one, is meant by a name, and who may be."""
    asked = plain_label(found.asked, 100)
    names = " · ".join(plain_label(name, 80) for name in found.suggestions[:_OR])
    if found.ambiguous:
        return text("timeline.ambiguous", asked=asked, names=names)
    return text("timeline.unknown_like", asked=asked, names=names) if names else text("timeline.unknown", asked=asked)


def day(iso: str) -> str:
    """An ISO day as the language writes it; anything else as a label."""
    return plain_label(days.written(iso), 20)
