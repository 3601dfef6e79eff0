"""How well pages are read: article bodies beside plain trafilatura, and the author, day and title that pages state.

Bodies: F1 of word 4-grams, mean precision and recall over pages. Segments: F1 over what a page's text must and must
not have. Metadata: share of pages where the field equals the one people noted, also where they noted none; "noted"
is the share among the pages where they noted one. Several authors may be joined by a comma or by "and". Feed: share
of articles whose text is the same, character for character, from the page and from the body in its feed, and
the F1 between the two. CPU milliseconds a page are printed, not judged. Exit code 1 when a figure falls under its
floor.

    python tests/quality/sources.py
"""

import gzip
import json
import logging
import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import trafilatura  # noqa: E402

from index.errors import SourceError  # noqa: E402
from index.sources import Given  # noqa: E402
from index.sources.html import read_fragment, read_html  # noqa: E402
from index.types import Draft  # noqa: E402

DATA = ROOT.parent / "shared" / "data"

# Each lies below what was measured when it was set by about one page's field or one page's body.
FLOORS = {
    "html_scrapinghub body": 0.971,
    "globalvoices_html body": 0.985,
    "globalvoices_html author": 0.88,
    "globalvoices_html author noted": 0.88,
    "globalvoices_html date": 0.88,
    "globalvoices_html date noted": 0.88,
    "globalvoices_html title": 0.88,
    "globalvoices_html title noted": 0.88,
    "globalvoices_html feed": 0.88,
    "globalvoices_html feed body": 0.99,
    "html_trafilatura segments": 0.933,
    "html_trafilatura author": 0.803,
    "html_trafilatura author noted": 0.814,
    "html_trafilatura date": 0.926,
    "html_trafilatura date noted": 0.939,
    "html_trafilatura title": 0.918,
    "html_trafilatura title noted": 0.925,
}


def rows(name: str) -> list[dict[str, Any]]:
    path = DATA / name / "dev.jsonl.gz"
    if not path.is_file():
        print(f"{name}: skipped, the set is not at {path.relative_to(ROOT.parent)}.")
        return []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def ours(row: dict[str, Any]) -> Draft:
    try:
        return read_html(row["id"], row["html"].encode(), Given(), url=row["url"], charset="utf-8")
    except SourceError:
        return Draft("")


def theirs(row: dict[str, Any]) -> Draft:
    """Plain trafilatura, with its own metadata."""
    found = trafilatura.bare_extraction(row["html"], url=row["url"], include_comments=False, with_metadata=True)
    if found is None:
        return Draft("")
    names = tuple(name.strip() for name in (found.author or "").split(";") if name.strip())
    return Draft(found.text or "", found.title, found.sitename, names, found.date, found.url)


def grams(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return Counter(tuple(words[at : at + 4]) for at in range(max(1, len(words) - 3))) if words else Counter()


def body_f1(pairs: Iterable[tuple[str, str]]) -> float:
    """F1 of mean precision and mean recall over (text, wanted) pairs."""
    scores = []
    for text, wanted in pairs:
        said, gold = grams(text), grams(wanted)
        shared = (said & gold).total()
        scores.append((shared / max(1, said.total()), shared / max(1, gold.total())))
    precision, recall = (sum(column) / len(scores) for column in zip(*scores, strict=True))
    return 2 * precision * recall / (precision + recall)


def segment_f1(pairs: Iterable[tuple[str, dict[str, Any]]]) -> float:
    right = wrong = missed = 0
    for text, row in pairs:
        right += sum(part in text for part in row["with"])
        missed += sum(part not in text for part in row["with"])
        wrong += sum(part in text for part in row["without"])
    return 2 * right / (2 * right + wrong + missed)


def same(found: str | None, noted: str | None) -> bool:
    def bare(text: str | None) -> str:
        return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFC", text or "").casefold()).strip()

    return bare(found) == bare(noted)


def listed(authors: str) -> str:
    """Authors as they were noted, "Von A und B" among them, joined by commas."""
    return re.sub(r"(?:,| und| and| &|;) +", ", ", re.sub(r"^(?:von|by) ", "", authors, flags=re.I))


def iso(noted: str) -> str:
    """A noted day as an ISO day: feeds write it as mail does, and one page's note has day and month swapped."""
    if "," in noted:
        return parsedate_to_datetime(noted).date().isoformat()
    swapped = re.fullmatch(r"(\d{4})-(1[3-9]|2\d|3[01])-(0\d|1[0-2])", noted)
    return f"{swapped[1]}-{swapped[3]}-{swapped[2]}" if swapped else noted


def metadata(drafts: list[Draft], noted: list[dict[str, Any]]) -> dict[str, float]:
    figures = {}
    for field in ("author", "date", "title"):
        found = [", ".join(draft.authors) if field == "author" else getattr(draft, field) for draft in drafts]
        right = [same(said, row[field]) for said, row in zip(found, noted, strict=True)]
        figures[field] = sum(right) / len(right)
        told = [hit for hit, row in zip(right, noted, strict=True) if row[field]]
        figures[f"{field} noted"] = sum(told) / len(told)
    return figures


def feed(name: str, pages: list[dict[str, Any]], drafts: list[Draft]) -> dict[str, tuple[float, float]]:
    """How alike the texts of pages and of their bodies in the feed are; plain trafilatura reads no feed."""
    path = DATA / name / "feed.dev.rss"
    if not path.is_file():
        return {}
    content = "{http://purl.org/rss/1.0/modules/content/}encoded"
    bodies = {item.findtext("title"): item.findtext(content) for item in ElementTree.parse(path).iter("item")}  # noqa: S314
    pairs = [
        (
            read_fragment(page["id"], bodies[page["title"]] or "", Given(title=page["title"]), url=page["url"]).text,
            draft.text,
        )
        for page, draft in zip(pages, drafts, strict=True)
    ]
    alike = sum(one == other for one, other in pairs) / len(pairs)
    return {"feed": (alike, float("nan")), "feed body": (body_f1(pairs), float("nan"))}


def measured(name: str) -> dict[str, tuple[float, float]]:
    """Each figure of one set: ours, and plain trafilatura's."""
    pages = rows(name)
    if not pages:
        return {}
    started = time.process_time()
    mine = [ours(page) for page in pages]
    between = time.process_time()
    plain = [theirs(page) for page in pages]
    ended = time.process_time()
    milliseconds = [1000 * spent / len(pages) for spent in (between - started, ended - between)]
    print(f"{name}: {len(pages)} pages, {milliseconds[0]:.0f} ms a page (plain trafilatura {milliseconds[1]:.0f} ms)")
    figures: dict[str, tuple[float, float]] = {}
    if "article_body" in pages[0]:
        scores = [
            body_f1((draft.text, page["article_body"]) for draft, page in zip(drafts, pages, strict=True))
            for drafts in (mine, plain)
        ]
        figures["body"] = (scores[0], scores[1])
    if "with" in pages[0]:
        scores = [segment_f1(zip((draft.text for draft in drafts), pages, strict=True)) for drafts in (mine, plain)]
        figures["segments"] = (scores[0], scores[1])
    if "author" in pages[0]:
        for page in pages:
            page["date"] = iso(page["date"] or "")
            page["author"] = listed(page["author"] or "")
        fields = [metadata(drafts, pages) for drafts in (mine, plain)]
        figures.update({field: (fields[0][field], fields[1][field]) for field in fields[0]})
    figures.update(feed(name, pages, mine))
    return {f"{name} {figure}": value for figure, value in figures.items()}


def main() -> int:
    logging.disable(logging.CRITICAL)
    holds = True
    for name in ("html_scrapinghub", "globalvoices_html", "html_trafilatura"):
        for figure, (mine, plain) in measured(name).items():
            floor = FLOORS[figure]
            holds &= mine >= floor
            verdict = "" if mine >= floor else "  UNDER ITS FLOOR"
            print(f"  {figure:<28} {mine:.4f}  floor {floor:.4f}  plain trafilatura {plain:.4f}{verdict}")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
