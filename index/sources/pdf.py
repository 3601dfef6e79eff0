"""PDF -> its text, lines joined to paragraphs. What a scan shows is a picture and is not read."""

from __future__ import annotations

import io
import re
import zlib
from collections import Counter

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

from index.errors import NotAnArticle, TooLarge, Unreadable
from index.types import Draft

from .drafting import drafted
from .given import Given, SourceSettings
from .people import people
from .text import unwrapped

# What pypdf raises on damaged files beside its own errors (found by feeding it damaged files): its parser trusts
# what objects claim to be. Anything else is a defect of ours and must be seen.
_DAMAGE = (
    PyPdfError, ArithmeticError, AssertionError, AttributeError, LookupError, NotImplementedError, OSError,
    RecursionError, TypeError, ValueError, zlib.error,
)  # fmt: skip


def read_pdf(source: str, data: bytes, given: Given, settings: SourceSettings) -> Draft:
    """The article in the PDF ``data``.

    Raises ``Unreadable`` for a damaged or locked file, ``TooLarge`` for a book, ``NotAnArticle`` without text.
    """
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise FileNotDecryptedError
        count = len(reader.pages)
        if count > settings.max_pages:
            raise TooLarge(
                source,
                f"{source} has {count} pages; the limit is {settings.max_pages}, so add the article's own "
                f"pages as a file.",
            )
        pages = [page.extract_text() for page in reader.pages]
        title, author = (reader.metadata.title, reader.metadata.author) if reader.metadata else (None, None)
    except (FileNotDecryptedError, DependencyError) as error:
        raise Unreadable(source, f"{source} is locked with a password; save an unlocked copy and add that.") from error
    except _DAMAGE as error:
        raise Unreadable(
            source, f"{source} is a damaged PDF; save or print it to PDF again, or add its text."
        ) from error
    if not any(page.strip() for page in pages):
        raise NotAnArticle(
            source, f"{source} holds no text, only pictures of pages; run text recognition on it, or add its text."
        )
    text = unwrapped("\n\n".join(_without_running_lines(pages)))
    return drafted(
        source, text, Given(title=_title(title), authors=people(author) if isinstance(author, str) else ()), given
    )


_FEWEST_REPEATS = 3


def _without_running_lines(pages: list[str]) -> list[str]:
    """``pages`` without page numbers and the lines that stand at the edge of most pages."""
    split = [[line.strip() for line in page.split("\n")] for page in pages]
    edges = Counter(_numberless(line) for lines in split for line in {*_edges(lines)})
    running = {line for line, count in edges.items() if count >= _FEWEST_REPEATS and count > len(pages) / 2}
    kept = []
    for lines in split:
        edge = _edges(lines)
        kept.append(
            "\n".join(
                line
                for line in lines
                if not (
                    line in edge
                    and (
                        _numberless(line) in running or _numberless(line) in ("", "#", "page #", "page # of #", "# / #")
                    )
                )
            )
        )
    return kept


def _edges(lines: list[str]) -> list[str]:
    filled = [line for line in lines if line]
    return filled[:2] + filled[-2:]


def _numberless(line: str) -> str:
    return re.sub(r"\d+", "#", line.casefold()).strip(" -–—|·")


def _title(title: object) -> str | None:
    """The title in the file's properties, unless a program put its own or the file's name there."""
    if not isinstance(title, str):
        return None
    title = " ".join(title.split())
    if (
        not 2 < len(title) <= 200
        or " " not in title
        or re.search(r"\.\w{2,5}$|^(?:microsoft|untitled|unknown|document\d*\b|layout\b|print)", title, re.I)
    ):
        return None
    return title
