r"""A small model of how Discord displays a message: what a reader sees of each character that was sent.

Written from the published behaviour of Discord's clients (a chain of anchored rules, tried in order at each place;
the first that matches wins), on its own: it shares nothing with ``bot.verbatim``. Whatever markup it recognises is
shown *differently* from its source, so an escaping that misses anything changes what `displayed` returns.
"""

from __future__ import annotations

import re

_TEXT_STOPS = re.compile(r"[^0-9A-Za-z\s\u00c0-\uffff]|\n| {2,}\n|[0-9]+[.)] |[A-Za-z0-9_]+:\S")
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.DOTALL))
    for name, pattern in (
        ("quote", r" *>>> ?(.*)|(?: *> ?[^\n]*(?:\n *> ?[^\n]*)*\n?)"),  # only where a line begins
        ("heading", r" *#{1,3}\s+([^\n]+?)#*\s*(?:\n|\Z)"),  # only where a line begins
        ("subtext", r" *-# +([^\n]+)(?:\n|\Z)"),  # only where a line begins
        ("list", r" *(?:[*+-]|[0-9]+[.)]) +([^\n]*)(?:\n|\Z)"),  # only where a line begins
        ("escape", r"\\([^0-9A-Za-z\s])"),
        ("fence", r"```(?:[A-Za-z0-9_+.-]+\n)?\n*(.+?)\n*```"),
        ("code", r"(`+)(.*?[^`])\1(?!`)"),
        ("autolink", r"<(?:https?|mailto|tel|steam|discord)[^ >\n]*>|<[^@\s<>]+@[^\s<>]+>|<\+[0-9 ]+>"),
        ("url", r"(?:https?|steam|discord|mailto):(?://)?[^\s<]+[^<.,:;\"'\]\s]"),
        ("link", r"\[((?:\\.|[^\]\\]|\](?=[^\[]*\]))*)\]\(\s*<?[^)\n]*?>?(?:\s+['\"].*?['\"])?\s*\)"),
        ("mention", r"<@[!&]?[0-9]+>|<#[0-9]+>|@everyone|@here|<id:[a-z]+>|</[^:\n]+:[0-9]+>"),
        ("emoji", r"<a?:[A-Za-z0-9_]+:[0-9]+>|<sound:[0-9]+:[0-9]+>|:[^\s:]+?(?:::skin-tone-[0-9])?:"),
        ("timestamp", r"<t:-?[0-9]{1,17}(?::[tTdDfFRsS])?>"),
        ("strong", r"\*\*((?:\\.|[^\\])+?)\*\*(?!\*)"),
        ("underline", r"__((?:\\.|[^\\])+?)__(?!_)"),
        ("em", r"\*(?=\S)((?:\*\*|\s+(?:[^*\s]|\*\*)|[^\s*])+?)\*(?!\*)|_((?:__|\\.|[^\\_])+?)_\b"),
        ("strike", r"~~((?:\\.|[^\\])+?)~~"),
        ("spoiler", r"\|\|(.+?)\|\|"),
        ("shrug", r"¯\\_\(ツ\)_/¯"),
        ("break", r" {2,}\n"),
    )
)
_AT_LINE_START = {"quote", "heading", "subtext", "list"}


def displayed(source: str) -> str:
    """What a reader sees of a message that was sent as ``source``."""
    return _shown(preprocessed(source), in_quote=False)


def quotation(source: str) -> str:
    """What a reader sees inside the one block quote that ``source`` must be, from its first sign to its last."""
    source = preprocessed(source)
    found = dict(_RULES)["quote"].match(source)
    assert found is not None, "not a block quote"
    assert found.end() == len(source), "the block quote ends before the text does"
    return _shown(re.sub(r"(?m)^ *> ?", "", source), in_quote=True)


def preprocessed(source: str) -> str:
    """What Discord makes of white space before it reads markup, and of the ends of a message."""
    source = re.sub(r"\r\n?", "\n", source).replace("\f", "").replace("\t", "    ")
    return source.rstrip()


def visible(text: str) -> str:
    """``text`` as far as Discord can show it: white space at line and message ends has no look."""
    return re.sub(r" {2,}\n", "\n", preprocessed(text))


def _shown(source: str, *, in_quote: bool) -> str:
    out: list[str] = []
    position = 0
    while position < len(source):
        at_start = position == 0 or re.search(r"\n *\Z", source[:position]) is not None
        for name, rule in _RULES:
            if name in _AT_LINE_START and (not at_start or (name == "quote" and in_quote)):
                continue
            if found := rule.match(source, position):
                out.append(_display(name, found, in_quote=in_quote))
                position = found.end()
                break
        else:
            stop = _TEXT_STOPS.search(source, position + 1)
            end = stop.start() if stop else len(source)
            out.append(source[position:end])
            position = end
    return "".join(out)


def _display(name: str, found: re.Match[str], *, in_quote: bool) -> str:
    inner = next((group for group in found.groups() if group is not None), "")
    if name == "escape":
        return inner
    if name == "break":
        return "\n"
    if name == "shrug":
        return found.group()
    return f"⟦{name} {inner}⟧"
