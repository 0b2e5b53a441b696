"""Text that others wrote, made harmless for a file of ours: a function per format. Harmless formulas stay LaTeX."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from urllib.parse import quote

from pylatexenc.latexencode import (
    RULE_DICT,
    UnicodeToLatexConversionRule,
    UnicodeToLatexEncoder,
    get_builtin_uni2latex_dict,
)

from rag.text import one_line

# A formula as Pandoc knows one, so that "$5 and $6" is none, and without what Markdown or BibTeX would act upon.
_FORMULA = re.compile(r"(?<![\\$])(\$(?![\s$])[^$`<>&%#~]*(?<![\s\\$])\$(?![\d$]))")
_ACTIVE = re.compile(r"\]\(|//|www\.|\^\^", re.IGNORECASE)
_COMMAND = re.compile(r"\\([A-Za-z]+|.)")
# Allowed besides commands for a character. Others stay out: TeX has some that read files, MathJax some that open pages.
_COMMANDS = """
    arg ast bar bf big Big bigg Bigg bigl bigr bm bot cal cos dagger det dim dots exp frac ge hat inf ker ldots le left
    lim ln log lvert lVert mathcal mathop mathrm max min operatorname overline Pr rangle right rightarrow rm rvert rVert
    sin sup tan tanh text textbf textit textrm tilde to underline vec Vert widehat widetilde , ; : ! { } |
""".split()

_MARKDOWN = re.compile(r"[\\`*_{}\[\]#|~$>]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_ENTITY = re.compile(r"&(?=#?\w+;)")
_LIST = re.compile(r"^(\d*)(?=[.)])|^(?=[-+])")  # what begins an item of a list at the start of a line
_TYPED = {ord("“"): "``", ord("”"): "''", ord("’"): "'", ord("–"): "--", ord("—"): "---", ord('"'): '"'}  # in LaTeX
_COMPUTED = tuple("=+-@＝＋－＠")  # a spreadsheet takes a cell that begins with one for a formula


def markdown(text: str) -> str:
    """`text` as one line of Markdown that shows just that: no link, image, heading, list or HTML comes of it."""
    shown = "".join(part if formula else _literal(part) for part, formula in _parts(one_line(text)))
    return _LIST.sub(r"\1\\", shown)


def latex(text: str) -> str:
    """`text` as one line of LaTeX that typesets just that. Its braces are balanced as BibTeX counts them."""
    parts = _parts(unicodedata.normalize("NFC", one_line(text)))
    return "".join(part if formula else _encoder().unicode_to_latex(part) for part, formula in parts)


def cell(text: str) -> str:
    """`text` for a cell of a spreadsheet, with an apostrophe in front where it would be computed."""
    text = one_line(text)
    return f"'{text}" if text.startswith(_COMPUTED) else text


def http_url(url: str) -> str:
    """`url` without a character that means something to Markdown or BibTeX; "" if it is not of http or https."""
    return percent_encoded(url) if url.lower().startswith(("http://", "https://")) else ""


def percent_encoded(text: str) -> str:
    """`text` with all but the characters of addresses percent-encoded."""
    return quote(text, safe=":/?#@!$&'()*+,=%~")  # without ";", so that no "&copy;" is left


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """The stretches of `text` in turn, and whether each is a harmless formula."""
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


def _literal(text: str) -> str:
    # Of Markdown's dialects some know no backslash before "<" and "&": entities are understood by all.
    return _MARKDOWN.sub(r"\\\g<0>", _ENTITY.sub("&amp;", text)).replace("<", "&lt;")


@cache
def _known_commands() -> frozenset[str]:
    characters = get_builtin_uni2latex_dict().values()
    return frozenset(_COMMANDS).union(*map(_COMMAND.findall, characters))


@cache
def _encoder() -> UnicodeToLatexEncoder:
    escaped = {ord(c): f"\\{c}" for c in "#$%&_"} | _TYPED
    braces = {ord("{"): r"\textbraceleft", ord("}"): r"\textbraceright"}  # BibTeX counts those of \{ and \} too
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
