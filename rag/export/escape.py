"""Foreign text, escaped for each format. Formulas made of known, harmless commands stay LaTeX."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from rag.text import one_line

if TYPE_CHECKING:
    from pylatexenc.latexencode import UnicodeToLatexEncoder

# A formula by Pandoc's rules, so that "$5 and $6" is not one, without characters that are markup in Markdown or BibTeX.
_FORMULA = re.compile(r"(?<![\\$])(\$(?![\s$])[^$`<>&%#~]*(?<![\s\\$])\$(?![\d$]))")
_ACTIVE = re.compile(r"\]\(|//|www\.|\^\^", re.IGNORECASE)
_COMMAND = re.compile(r"\\([A-Za-z]+|.)")
# Allowed besides the commands for single characters. TeX has commands that read files, MathJax some that open pages.
_COMMANDS = """
    arg ast bar bf big Big bigg Bigg bigl bigr bm bot cal cos dagger det dim dots exp frac ge hat inf ker ldots le left
    lim ln log lvert lVert mathcal mathop mathrm max min operatorname overline Pr rangle right rightarrow rm rvert rVert
    sin sup tan tanh text textbf textit textrm tilde to underline vec Vert widehat widetilde , ; : ! { } |
""".split()

_MARKDOWN = re.compile(r"[\\`*_{}\[\]#|~$>]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_ENTITY = re.compile(r"&(?=#?\w+;)")
_LIST = re.compile(r"^(\d*)(?=[.)])|^(?=[-+])")  # a list marker at the start of a line
_QUOTES_AND_DASHES = {ord("“"): "``", ord("”"): "''", ord("’"): "'", ord("–"): "--", ord("—"): "---", ord('"'): '"'}
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 .,;:()'!?/+=*\[\]-]+")  # all else stands for itself in LaTeX; the encoder is slow
_FORMULA_PREFIXES = tuple("=+-@＝＋－＠")  # a spreadsheet evaluates a cell that begins with one


def markdown(text: str) -> str:
    """`text` as one line of Markdown that renders as that text: no link, image, heading, list or HTML."""
    escaped = "".join(part if formula else _literal(part) for part, formula in _parts(one_line(text)))
    return _LIST.sub(r"\1\\", escaped)


def markdown_cell(escaped: str) -> str:
    """Markdown as a cell of a table, which a vertical bar would end, whether it is `escaped` or in a formula."""
    return escaped.replace(r"\|", "|").replace("|", "&#124;")


def latex(text: str) -> str:
    """`text` as one line of LaTeX that typesets as that text, with braces balanced as BibTeX counts them."""
    parts = _parts(unicodedata.normalize("NFC", one_line(text)))
    return "".join(part if formula else _NOT_PLAIN.sub(_encoded, part) for part, formula in parts)


def cell(text: str) -> str:
    """`text` as one line for a spreadsheet cell, prefixed with an apostrophe if it would be evaluated."""
    text = one_line(text)
    return f"'{text}" if text.startswith(_FORMULA_PREFIXES) else text


def http_url(url: str) -> str:
    """`url` without characters that are markup in Markdown or BibTeX; "" unless its scheme is http or https."""
    return percent_encoded(url) if url.lower().startswith(("http://", "https://")) else ""


def percent_encoded(text: str) -> str:
    """`text` with all characters percent-encoded that may not stand in a URL."""
    return quote(text, safe=":/?#@!$&'()*+,=%~")  # ";" is encoded too: "&copy;" would be an HTML entity


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of `text` in order, each with whether it is a harmless formula."""
    for n, part in enumerate(_FORMULA.split(text)):
        yield part, n % 2 == 1 and _harmless(part)


def _harmless(formula: str) -> bool:
    known = all(command in _known_commands() for command in _COMMAND.findall(formula))
    return known and not _ACTIVE.search(formula) and _balanced(formula)


def _balanced(text: str) -> bool:
    depth = 0
    for brace in re.findall(r"[{}]", text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def _encoded(characters: re.Match[str]) -> str:
    return str(_encoder().unicode_to_latex(characters[0]))


def _literal(text: str) -> str:
    # Some Markdown dialects do not support a backslash before "<" and "&"; all support entities.
    return _MARKDOWN.sub(r"\\\g<0>", _ENTITY.sub("&amp;", text)).replace("<", "&lt;")


@cache
def _known_commands() -> frozenset[str]:
    from pylatexenc.latexencode import get_builtin_uni2latex_dict

    characters = get_builtin_uni2latex_dict().values()
    return frozenset(_COMMANDS).union(*map(_COMMAND.findall, characters))


@cache
def _encoder() -> UnicodeToLatexEncoder:
    from pylatexenc.latexencode import RULE_DICT, UnicodeToLatexConversionRule, UnicodeToLatexEncoder

    escaped = {ord(c): f"\\{c}" for c in "#$%&_"} | _QUOTES_AND_DASHES
    braces = {ord("{"): r"\textbraceleft", ord("}"): r"\textbraceright"}  # BibTeX counts the braces of \{ and \} too
    return UnicodeToLatexEncoder(
        conversion_rules=[
            UnicodeToLatexConversionRule(RULE_DICT, escaped, replacement_latex_protection="none"),
            UnicodeToLatexConversionRule(RULE_DICT, braces),
            "defaults",
        ],
        replacement_latex_protection="braces-all",
        unknown_char_policy="keep",
        unknown_char_warning=False,
    )
