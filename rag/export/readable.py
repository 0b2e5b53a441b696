"""Formulas as text that anybody can read, for where neither LaTeX nor MathML is drawn: ``x₁²``, ``O(n log n)``."""

from __future__ import annotations

import re

from rag.sources.latex import plain
from rag.sources.latex_symbols import expressions
from rag.text import one_line

MAX_LATEX = 500  # characters of a formula; a longer one stays as it is
_MAX_NESTED = 8  # scripts and fractions within one another

# Dollars delimit a formula by Pandoc's rules, so that "$5 and $6" is none.
_LATEX = re.compile(
    rf"\$\$([^$]{{1,{MAX_LATEX}}})\$\$"
    rf"|\\\[((?:[^\\]|\\[^\[]){{1,{MAX_LATEX}}}?)\\\]"
    rf"|\\\(((?:[^\\]|\\[^(]){{1,{MAX_LATEX}}}?)\\\)"
    rf"|(?<![\\$])\$(?![\s$])((?:\\.|[^$\\]){{1,{MAX_LATEX}}})(?<!\s)\$(?![\d$])"
)
_OPERATOR = re.compile(r"(\\(?:log|ln|exp|sin|cos|tan|min|max|arg|sup|inf|lim|det|Pr))\s+(?=[\w\\])")
_BLACKBOARD = re.compile(r"\\mathbb\s*(?:\{[A-Za-z]\}|[A-Za-z])")
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_ROOT = re.compile(r"\\sqrt\s*\{([^{}]*)\}")
_SCRIPT = re.compile(r"([_^])\s*(?:\{([^{}]*)\}|(\\[A-Za-z]+|[^\s\\{}]))")
_SUPER = dict(zip("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ", strict=True)) | {"∘": "°", "*": "*", "∗": "*", "′": "′"}
_SUB = dict(zip("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_HELD = str.maketrans("_^", "\ue000\ue001")  # for what has become text while what is around it is still LaTeX
_LET_GO = str.maketrans("\ue000\ue001", "_^")


def readable(text: str) -> str:
    """`text` on one line, its formulas and LaTeX commands as Unicode; a command that is not known stays as it is."""
    shown, position = [], 0
    for match in _LATEX.finditer(text := one_line(text)):
        shown += [plain(text[position : match.start()]), _formula(next(filter(None, match.groups())))]
        position = match.end()
    return one_line("".join(shown) + plain(text[position:]))


def _formula(source: str) -> str:
    source = source.replace(r"\|", "‖").replace(r"\{", "❴").replace(r"\}", "❵")  # no groups
    source = _BLACKBOARD.sub(_letter, _OPERATOR.sub(r"\1\\ ", source.replace(r"\times ", "×")))
    for _ in range(_MAX_NESTED):  # the innermost first
        flat = _ROOT.sub(_root, _FRACTION.sub(_fraction, _SCRIPT.sub(_script, source)))
        if flat == source:
            break
        source = flat
    return plain(source).translate(_LET_GO).replace("❴", "{").replace("❵", "}").strip()


def _letter(match: re.Match[str]) -> str:
    return expressions().get(match[0], match[0])


def _fraction(match: re.Match[str]) -> str:
    return "/".join(map(_term, match.groups()))


def _root(match: re.Match[str]) -> str:
    return f"√{_term(match[1])}"


def _term(latex: str) -> str:
    """`latex` as one term: in brackets if it has operators."""
    text = plain(latex).strip()
    return text if re.fullmatch(r"[\w.]*", text) else f"({text})"


def _script(match: re.Match[str]) -> str:
    """A subscript or superscript in characters of its own, or in brackets where there are none."""
    characters = _SUB if match[1] == "_" else _SUPER
    text = plain(match[2] if match[2] is not None else match[3]).strip()
    if all(character in characters for character in text):
        return "".join(characters[character] for character in text)
    return match[1].translate(_HELD) + (text if re.fullmatch(r"\w+", text) else f"({text})")
