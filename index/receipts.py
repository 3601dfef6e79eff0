"""A receipt as a value: a quotation with all that proves it, and the forms in which it is handed on. Pure.

Every form gives the quotation back to the character: plain text by its length, JSON by parsing it, Markdown and
BibTeX by undoing their escapes.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from index.errors import NotExportable, TooManyWords
from index.links import text_fragment_link
from index.outlets import words_in
from index.types import Article, Attribution, Kind, Passage, Receipt, Span, Speaker

AROUND = 32
"""Characters of the stored text before and after a quotation that a selector gives, to tell it from its repetitions."""


class Form(StrEnum):
    """In what form a quotation is handed on. The values are part of the machine-readable interface."""

    TEXT = "text"
    MARKDOWN = "markdown"
    BIBTEX = "bibtex"
    CSL_JSON = "csl-json"
    """What citation programs read; the quotation and its proof stand under ``custom``."""
    SELECTOR = "selector"
    """A W3C Web Annotation with a TextQuoteSelector, as JSON-LD."""

    @property
    def ending(self) -> str:
        """How the name of a file in this form ends."""
        return _ENDINGS[self]


_ENDINGS = {
    Form.TEXT: "txt",
    Form.MARKDOWN: "md",
    Form.BIBTEX: "bib",
    Form.CSL_JSON: "csl.json",
    Form.SELECTOR: "jsonld",
}


@dataclass(frozen=True, slots=True)
class Proof:
    """Words of an article as it is stored, and who is known to have said them.

    Raises ``ValueError`` when the span reaches past the text.
    """

    article: Article
    span: Span
    passages: tuple[Passage, ...]
    """The served passages that hold some of these words, in text order."""

    def __post_init__(self) -> None:
        self.article.words(self.span)

    @property
    def quote(self) -> str:
        """The quotation, read from the article."""
        return self.article.words(self.span)

    @property
    def receipt(self) -> Receipt:
        """The proof of these words."""
        return Receipt(self.article.id, self.article.sha256, self.span)

    @property
    def attributions(self) -> tuple[Attribution, ...]:
        """Who is said to have said what, each once; empty where nobody is cited."""
        return tuple(dict.fromkeys(p.said_by for p in self.passages if p.said_by is not None))

    @property
    def speaker(self) -> Speaker | None:
        """Who said all of it; ``None`` where the article does not prove that it was one person."""
        speakers = {p.said_by.speaker if p.said_by else None for p in self.passages}
        return speakers.pop() if len(speakers) == 1 else None

    @property
    def corrected(self) -> bool:
        """Whether moderators said who said some of it."""
        return any(passage.corrected for passage in self.passages)

    @property
    def kind(self) -> Kind | None:
        """How these words came into the article; ``None`` where they did so in several ways."""
        kinds = {p.kind for p in self.passages}
        return kinds.pop() if len(kinds) == 1 else None

    @property
    def link(self) -> str | None:
        """The address that leads to these words."""
        return text_fragment_link(self.article, self.span)


def proof(article: Article, span: Span, passages: Iterable[Passage]) -> Proof:
    """The proof of ``span``, given the passages of ``article``. Raises ``ValueError`` when it reaches past the text."""
    held = (p for p in passages if p.article_id == article.id and p.span.overlaps(span))
    return Proof(article, span, tuple(sorted(held, key=lambda p: p.span)))


def spoken(proof: Proof) -> str:
    """Who says it and how it came into the article, in plain words; not escaped."""
    return _spoken(proof) + (" (speaker corrected by this server's moderators)" if proof.corrected else "")


def _spoken(proof: Proof) -> str:
    outlet = proof.article.outlet
    if not proof.passages:
        return "Speaker not stated"
    if proof.kind is Kind.NARRATION:
        return f"{outlet or 'The article'} reports, in its own words"
    how = {
        Kind.DIRECT: "in their own words",
        Kind.INDIRECT: f"in the words of {outlet or 'the article'}",
        Kind.MIXED: f"partly in their own words, partly in those of {outlet or 'the article'}",
        None: "partly cited, partly in the article's own words",
    }[proof.kind]
    speaker = proof.speaker
    if speaker is None:
        several = len({each.speaker for each in proof.attributions}) > 1
        return f"{'Several speakers' if several else 'Speaker not stated'}, {how}"
    role = f", {speaker.role}" if speaker.role else ""
    return f"{speaker.name}{role}{'' if speaker.named else ', not named by the article'}, {how}"


GROUNDS: Mapping[str, str] = MappingProxyType(
    {
        "corrected": "The moderators of this archive said who says it; the article's text is as it was.",
        "none": "The article cites nobody for these words.",
        "unnamed": "Words are cited without anybody who is named for them; probability {sure} that this is right.",
        "unsure": "{words} points at somebody whom the article does not identify with certainty; probability {sure} "
        "that this is right.",
        "names": "{words} names {name}; probability {sure} that this is right.",
        "points": "{words} points at {name}; probability {sure} that this is right.",
        "with": "{words} with {cue}",
    }
)
"""The sentences of `grounds`, in English."""


def grounds(proof: Proof, sentences: Mapping[str, str] = GROUNDS) -> tuple[str, ...]:
    """What in the article names the speaker, and how sure that is: a sentence for each attribution; not escaped.

    ``sentences`` are those of `GROUNDS`, under the same keys, in whatever language.
    """
    if proof.corrected:
        return (sentences["corrected"],)
    if not proof.attributions:
        return (sentences["none"],)
    return tuple(_ground(proof.article, each, sentences) for each in proof.attributions)


def _ground(article: Article, said: Attribution, sentences: Mapping[str, str]) -> str:
    sure = f"{said.confidence:.2f}"
    if not said.source:
        return sentences["unnamed"].format(sure=sure)
    words = _pointed(article, said.source)
    if said.cue:
        words = sentences["with"].format(words=words, cue=_pointed(article, said.cue))
    if said.speaker is None:
        return sentences["unsure"].format(words=words, sure=sure)
    key = "names" if said.speaker.named else "points"
    return sentences[key].format(words=words, name=said.speaker.name, sure=sure)


def _pointed(article: Article, spans: Iterable[Span]) -> str:
    """Words of the article, with the characters at which they stand."""
    return ", ".join(f"“{' '.join(article.words(span).split())}” ({span.start}–{span.end})" for span in spans)


def export(proof: Proof, form: Form) -> str:
    """The quotation with its source and its proof, in one of the forms; ends with a line break.

    Raises ``NotExportable`` where the form cannot carry a character of the quotation, ``TooManyWords`` where it has
    more than its outlet allows.
    """
    article, count = proof.article, words_in(proof.quote)
    if article.terms.words is not None and count > article.terms.words:
        raise TooManyWords(article.outlet or "Its outlet", count, article.terms.words)
    return _FORMS[form](proof)


# ── plain text and Markdown ─────────────────────────────────────────────────────────────────────────────────────────


def _text(proof: Proof) -> str:
    """The quotation first, as long as its receipt says; then who said it, where, and the proof."""
    source = _source(proof.article)
    lines = [f"— {spoken(proof)}", *([source] if source else []), *_licence(proof.article)]
    lines += [proof.link] if proof.link else []
    return "\n".join((proof.quote, "", *lines, _proved(proof), ""))


def _source(article: Article) -> str:
    title = f"“{article.title}”" if article.title else None
    by = "by " + ", ".join(article.authors) if article.authors else None
    return " · ".join(part for part in (article.outlet, title, by, article.date) if part)


def _licence(article: Article) -> list[str]:
    """What is to be named with the words, as a line; none where nothing is."""
    return [f"Licence: {article.terms.licence}"] if article.terms.licence else []


def _proved(proof: Proof) -> str:
    article, span = proof.article, proof.span
    return f"Receipt: {article.id}, characters {span.start}–{span.end} of the text with SHA-256 {article.sha256}"


# CommonMark's readers put another sign in the place of NUL, and of references to control characters.
_UNMARKABLE = re.compile("[\0-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_MARKUP = re.compile(r"[\\`*_\[\]<>&~|$#:@^]")
_LINE_START = re.compile(r"\A(?:([-+=])|([0-9]+)([.)]))")


def _markdown(proof: Proof) -> str:
    """A block quote, and below it who said it and where; every sign that could be markup is escaped."""
    if _UNMARKABLE.search(proof.quote) or not proof.quote.strip():
        raise NotExportable("Markdown")
    quoted = _marked_down(proof.quote)
    below = [f"— {_one_line(spoken(proof))}"]
    if source := _source(proof.article):
        below.append(_one_line(source))
    below += map(_one_line, _licence(proof.article))
    if proof.link:
        below.append(f"[Read at source](<{_in_angles(proof.link)}>)")
    below.append(_one_line(_proved(proof)))
    return f"> {quoted}\n\n" + "\\\n".join(below) + "\n"


def _marked_down(text: str) -> str:
    r"""``text`` as the paragraph of a block quote.

    A line break is a hard one (``\`` at the end of a line). Where CommonMark would lose white space (at the edges of
    lines, in empty lines, anything but a blank), it is written as a character reference.
    """
    lines = [_marked_line(line) for line in text.split("\n")]
    last = max((i for i, line in enumerate(lines) if line), default=0)
    out: list[str] = []
    begun = False
    for i, line in enumerate(lines):
        begun = begun or bool(line)
        out.append(line)
        if i < len(lines) - 1:
            out.append("\\\n> " if begun and i < last and lines[i + 1] else "&#10;")
    return "".join(out)


def _marked_line(line: str) -> str:
    escaped = _LINE_START.sub(_marked_start, _MARKUP.sub(r"\\\g<0>", line))
    inner = re.sub(r"[^\S ]", _reference, escaped)
    return re.sub(r"\A +| +\Z", lambda found: "&#32;" * len(found[0]), inner)


def _marked_start(found: re.Match[str]) -> str:
    sign, number, dot = found.groups()
    return f"\\{sign}" if sign else f"{number}\\{dot}"


def _reference(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def _one_line(text: str) -> str:
    return _marked_line(" ".join(text.split()))


def _in_angles(link: str) -> str:
    return "".join(f"%{ord(c):02X}" if c in "<>\\" else c for c in link)


# ── BibTeX ──────────────────────────────────────────────────────────────────────────────────────────────────────────

# BibTeX counts braces even where TeX has them escaped, so a brace of the text becomes a command; the empty braces
# after each command keep it from taking the blank or the letters that follow.
_TEX: Mapping[str, str] = MappingProxyType(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        "`": r"\textasciigrave{}",
        "\n": r"\newline{}",
        "\u00a0": "~",
        **{sign: f"\\{sign}" for sign in "$&#_%"},
    }
)
_LIGATURE = re.compile(r"(?<=[-',])(?=[-',])")
"""Between these TeX would make one sign of two."""
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def _bibtex(proof: Proof) -> str:
    """An entry that plain BibTeX and biblatex read; the quotation stands in a field of its own."""
    article, span = proof.article, proof.span
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in article.authors),
        "title": f"{{{_tex(article.title)}}}" if article.title else "",
        "howpublished": _tex(article.outlet) if article.outlet else "",
        **_bibtex_date(article.date),
        "url": _tex_url(article.url) if article.url and proof.link else "",
        "quotation": _tex(proof.quote),
        "note": _tex(spoken(proof)),
        "copyright": _tex(article.terms.licence) if article.terms.licence else "",
        "annote": _tex(_proved(proof)),
    }
    key = re.sub(r"[^A-Za-z0-9-]+", "-", article.id).strip("-") or "article"
    written = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}" for name, value in fields.items() if value]
    return f"@misc{{{key}-{span.start}-{span.end},\n" + ",\n".join(written) + "\n}\n"


def _bibtex_date(date: str | None) -> dict[str, str]:
    found = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", date or "")
    if found is None or not 1 <= int(found[2]) <= 12:
        return {}
    return {"date": found[0], "year": found[1], "month": _MONTHS[int(found[2]) - 1]}


def _tex(text: str) -> str:
    parts = []
    for i, sign in enumerate(text):
        if sign in _TEX:
            parts.append(_TEX[sign])
        elif sign == " " and (i == 0 or text[i - 1] in " \n" or i == len(text) - 1 or text[i + 1] == "\n"):
            parts.append("{ }")  # BibTeX makes one blank of several, and cuts them off the ends
        elif sign != " " and (sign.isspace() or ord(sign) < 32 or 127 <= ord(sign) < 160):
            parts.append(f"\\symbol{{{ord(sign)}}}")
        else:
            parts.append(sign)
        if text[i : i + 2] and _LIGATURE.match(text, i + 1):
            parts.append("{}")
    return "".join(parts)


def _tex_url(url: str) -> str:
    return "".join(f"%{ord(c):02X}" if c in "{}\\" else c for c in url)


# ── JSON ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _csl_json(proof: Proof) -> str:
    """A list with one item of CSL's schema 1.0.2, whose ``custom`` is there for what it has no field for."""
    article, span = proof.article, proof.span
    date = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", article.date or "")
    speaker = proof.speaker
    item = {
        "id": f"{article.id}-{span.start}-{span.end}",
        "type": "article-newspaper",
        "title": article.title,
        "container-title": article.outlet,
        "author": [{"literal": name} for name in article.authors] or None,
        "issued": {"date-parts": [[int(part) for part in date.groups()]]} if date else None,
        "URL": article.url,
        "note": spoken(proof),
        "custom": {
            "quotation": proof.quote,
            "speaker": speaker.name if speaker else None,
            "named": speaker.named if speaker else None,
            "role": speaker.role if speaker else None,
            "kind": proof.kind.value if proof.kind else None,
            "licence": article.terms.licence,
            "link": proof.link,
            "article_id": article.id,
            "sha256": article.sha256,
            "start": span.start,
            "end": span.end,
        },
    }
    return _json([{name: value for name, value in item.items() if value is not None}])


def _selector(proof: Proof) -> str:
    """An annotation that points at the words on their page: exact, with what stands before and after them."""
    article, span = proof.article, proof.span
    text = article.text
    body = " · ".join(part for part in (spoken(proof), _source(article), *_licence(article)) if part)
    return _json(
        {
            "@context": "http://www.w3.org/ns/anno.jsonld",
            "id": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{_digest_uri(article)}#char={span.start},{span.end}')}",
            "type": "Annotation",
            **({"rights": article.terms.licence} if article.terms.licence else {}),
            "motivation": "describing",
            "body": {"type": "TextualBody", "value": body, "format": "text/plain", "purpose": "describing"},
            "target": {
                # Without an address, the stored text itself is the source, by its digest (RFC 6920).
                "source": article.url or _digest_uri(article),
                "selector": {
                    "type": "TextQuoteSelector",
                    "exact": proof.quote,
                    "prefix": text[max(0, span.start - AROUND) : span.start],
                    "suffix": text[span.end : span.end + AROUND],
                },
            },
        }
    )


def _digest_uri(article: Article) -> str:
    digest = base64.urlsafe_b64encode(bytes.fromhex(article.sha256)).decode().rstrip("=")
    return f"ni:///sha-256;{digest}"


def _json(value: object) -> str:
    # ASCII, so that no program's guess of an encoding can change a character.
    return json.dumps(value, ensure_ascii=True, indent=2) + "\n"


_FORMS: Mapping[Form, Callable[[Proof], str]] = MappingProxyType(
    {
        Form.TEXT: _text,
        Form.MARKDOWN: _markdown,
        Form.BIBTEX: _bibtex,
        Form.CSL_JSON: _csl_json,
        Form.SELECTOR: _selector,
    }
)
