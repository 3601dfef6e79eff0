"""The failures a person can act on. Each is one whole sentence that says what to do.

ArchiveError
├── SourceError            something offered as an article cannot become one
│   ├── FetchFailed        the address did not give a page
│   ├── Unreadable         not text, not decodable, or an unknown kind of file
│   ├── NotAnArticle       readable, but there is no article in it
│   └── TooLarge           over the size that is accepted
├── NoSuchArticle          no article has that id
├── NoSuchGeneration       nothing to promote or to roll back to
├── ReceiptBroken          a receipt no longer matches what is stored
│   └── PassageHidden      moderators decided that nothing shows its words
├── NotExportable          a form cannot carry a character of the quotation
├── ArchiveLocked          another process is changing this archive
├── ArchiveDamaged         the data folder does not hold what it should
├── ModelUnavailable       the encoder cannot be loaded, or is not the file it should be
└── SettingsError          config.toml has a key or value that is not understood
"""

from __future__ import annotations


class ArchiveError(Exception):
    """Base of every failure that onrecord reports in one sentence."""


class SourceError(ArchiveError):
    """Something offered as an article cannot become one; ``source`` names it as the person did."""

    def __init__(self, source: str, sentence: str) -> None:
        self.source = source
        super().__init__(sentence)


class FetchFailed(SourceError):
    """The address did not give a page."""


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


class NoSuchGeneration(ArchiveError):
    """There is no generation to promote, or none to roll back to."""


class NotUndoable(ArchiveError):
    """An entry of the log cannot be undone: what stood there is forgotten, or was changed again since."""


class ReceiptBroken(ArchiveError):
    """A receipt does not match the stored text: the article was changed or removed since."""


class PassageHidden(ReceiptBroken):
    """Moderators decided that nothing shows these words."""

    def __init__(self) -> None:
        super().__init__("The moderators of this archive have hidden this passage, so nothing shows it.")


class NotExportable(ArchiveError):
    """The form that was asked for cannot carry a character of the quotation."""

    def __init__(self, form: str) -> None:
        self.form = form
        super().__init__(f"This quotation holds a character that {form} cannot carry; export it as JSON or plain text.")


class ArchiveLocked(ArchiveError):
    """Another process is changing this archive."""


class ArchiveDamaged(ArchiveError):
    """The data folder does not hold what it should."""


class ModelUnavailable(ArchiveError):
    """The encoder cannot be loaded, or is not the file it should be."""


class SettingsError(ArchiveError):
    """A key or value of the configuration is not understood."""
