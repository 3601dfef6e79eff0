"""The failures a person can act on. Each is one whole sentence that says what to do.

ArchiveError
├── SourceError            something offered as an article cannot become one
│   ├── FetchFailed        the address did not give a page
│   │   └── PageGone       the server says that it has none there
│   ├── Unreadable         not text, not decodable, or an unknown kind of file
│   ├── NotAnArticle       readable, but there is no article in it
│   └── TooLarge           over the size that is accepted
├── NoSuchArticle          no article has that id
├── NoSuchFeed             no feed is followed under that number or address
├── NoSuchGeneration       nothing to promote or to roll back to
├── NoSuchGolden           no golden question has that number
├── NotUndoable            an entry of the log cannot be undone
├── GoldenFailed           golden questions are not answered by what was to be promoted
├── ReceiptBroken          a receipt no longer matches what is stored
│   └── PassageHidden      moderators decided that nothing shows its words
├── BundleError            a file cannot be imported: it is no export, damaged, too large, or newer
├── NotExportable          a form cannot carry a character of the quotation
├── TooManyWords           a quotation has more words than its outlet allows
├── ArchiveLocked          another process is changing this archive
├── ArchiveDamaged         the data folder does not hold what it should
├── ModelUnavailable       the encoder cannot be loaded, or is not the file it should be
└── SettingsError          config.toml has a key or value that is not understood
"""

from __future__ import annotations

from collections.abc import Sequence


class ArchiveError(Exception):
    """Base of every failure that onrecord reports in one sentence."""


class SourceError(ArchiveError):
    """Something offered as an article cannot become one; ``source`` names it as the person did."""

    def __init__(self, source: str, sentence: str) -> None:
        self.source = source
        super().__init__(sentence)


class FetchFailed(SourceError):
    """The address did not give a page; ``status`` is what its server answered (HTTP), where it answered."""

    def __init__(self, source: str, sentence: str, status: int | None = None) -> None:
        self.status = status
        super().__init__(source, sentence)


class PageGone(FetchFailed):
    """The server was reached and says that there is no page at the address (HTTP 404 or 410)."""


class Unreadable(SourceError):
    """Not text, not decodable, or a kind of file that is not read."""


class NotAnArticle(SourceError):
    """Readable, but there is no article in it."""


class TooLarge(SourceError):
    """Over the size that is accepted."""


class NoSuchArticle(ArchiveError):
    """No article of this archive has that id."""

    def __init__(self, article_id: str) -> None:
        self.article_id = article_id
        super().__init__(f"No article here has the id {article_id!r}; `onrecord list` shows the ids there are.")


class NoSuchFeed(ArchiveError):
    """No feed of this archive has that number or address."""

    def __init__(self, written: str) -> None:
        super().__init__(f"No feed {written!r} is followed here; `onrecord feeds list` shows those that are.")


class NoSuchGeneration(ArchiveError):
    """There is no generation to promote, or none to roll back to."""


class NoSuchGolden(ArchiveError):
    """There is no golden question of that number."""

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no golden question {number}; `onrecord golden` lists those there are.")


class NotUndoable(ArchiveError):
    """An entry of the log cannot be undone: what stood there is forgotten, or was changed again since."""


class GoldenFailed(ArchiveError):
    """Golden questions are not answered by the generation that was to be promoted."""

    def __init__(self, questions: Sequence[str]) -> None:
        self.questions = tuple(questions)
        count = "1 golden question is" if len(questions) == 1 else f"{len(questions)} golden questions are"
        super().__init__(
            f"{count} not answered as before by what was to be promoted, the first being {questions[0]!r}; "
            "look at the review, then discard it or promote it all the same (--force)."
        )


class ReceiptBroken(ArchiveError):
    """A receipt does not match the stored text: the article was changed or removed since."""


class PassageHidden(ReceiptBroken):
    """Moderators decided that nothing shows these words."""

    def __init__(self) -> None:
        super().__init__("The moderators of this archive have hidden this passage, so nothing shows it.")


class BundleError(ArchiveError):
    """A file cannot be imported: it is no export of an archive, is damaged or too large, or of a newer onrecord."""


class NotExportable(ArchiveError):
    """The form that was asked for cannot carry a character of the quotation."""

    def __init__(self, form: str) -> None:
        self.form = form
        super().__init__(f"This quotation holds a character that {form} cannot carry; export it as JSON or plain text.")


class TooManyWords(ArchiveError):
    """A quotation has more words than its outlet allows."""

    def __init__(self, outlet: str, words: int, most: int) -> None:
        super().__init__(
            f"{outlet} allows {most:,} words of an article to be quoted, and this quotation has {words:,}: "
            "hand on its link instead."
        )


class ArchiveLocked(ArchiveError):
    """Another process is changing this archive."""


class ArchiveDamaged(ArchiveError):
    """The data folder does not hold what it should."""


class ModelUnavailable(ArchiveError):
    """The encoder cannot be loaded, or is not the file it should be."""


class SettingsError(ArchiveError):
    """A key or value of the configuration is not understood."""
