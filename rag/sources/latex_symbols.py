r"""What LaTeX commands stand for: ``\alpha`` for "α", ``\"`` for the diaeresis on the letter that follows."""

from __future__ import annotations

import re
from functools import cache

_COMBINING = (
    "\u0300\u0301\u0302\u0303\u0304\u0306\u0306\u0307\u0308\u030a\u030b\u030c\u030f\u0323\u0327\u0328\u0331\u0361"
)
ACCENTS = dict(zip("`'^~=uU.\"rHvCdckbt", _COMBINING, strict=True))
# What an accent is put on: a letter, or the command for one, which is not that for another accent.
LETTER = r"(?:\\(?![uUrHvCdckbt](?![A-Za-z]))[A-Za-z]{1,12}(?:\s|\{\})?|[^\W\d_][\u0300-\u036f]{0,3})"

_CHARACTER = re.compile(r"\{?(?:\\ensuremath\{)?\\([A-Za-z]{2,}|[aijlLoOSP])(?:\{\})?\}{0,2}")
_EXPRESSION = re.compile(r"\{?\\ensuremath\{(.{1,60})\}\}?")
# Names and characters in turn: what the tables of pylatexenc lack, or have otherwise.
_MORE = """less < lt < textless < greater > gt > textgreater > degree ° glqq „ grqq “ glq ‚ grq ‘ flqq « frqq » pounds £
    euro € S § P ¶ copyright © textbar | textunderscore _ textminus − slash / lbrace { rbrace } textbraceleft {
    textbraceright } textquotedbl " sim ∼ TeX TeX LaTeX LaTeX BibTeX BibTeX textasciicircum ^ textperiodcentered ·
    """.split()


@cache
def symbols() -> dict[str, str]:
    """The character for each command, by its name without backslash; its own name for one such as ``log``."""
    from pylatexenc.latex2text import get_default_latex_context_db

    found: dict[str, str] = {}
    for character, latex in _characters():
        if name := _CHARACTER.fullmatch(latex):
            found.setdefault(name[1], character)
    for spec in get_default_latex_context_db().iter_macro_specs():
        name, symbol = spec.macroname, spec.simplify_repl
        if name.isalpha() and isinstance(symbol, str) and (symbol == name or re.fullmatch(r"[^\s%]", symbol)):
            found.setdefault(name, symbol)
    return found | dict(zip(_MORE[::2], _MORE[1::2], strict=True))


@cache
def expressions() -> dict[str, str]:
    r"""The character for each formula that is one, such as ``>`` and ``\mathbb{w}``."""
    found: dict[str, str] = {}
    for character, latex in _characters():
        if formula := _EXPRESSION.fullmatch(latex):
            found.setdefault(formula[1], character)
    return found


def _characters() -> list[tuple[str, str]]:
    from pylatexenc.latexencode import get_builtin_uni2latex_dict

    return [(chr(code), latex) for code, latex in sorted(get_builtin_uni2latex_dict().items())]
