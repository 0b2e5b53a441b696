"""Formulas as text: in one line of Unicode to be seen, or in words for who has them read aloud."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

_RAISED = str.maketrans("0123456789+−-=()niT∘⊤", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱᵀ°ᵀ")
_LOWERED = str.maketrans("0123456789+−-=()ijkmnt", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ᵢⱼₖₘₙₜ")
_PRIMES = frozenset("′″‴'*∗†‡⋆")
_COMBINING = {"^": "\u0302", "~": "\u0303", "―": "\u0304", "‾": "\u0304", "¯": "\u0304", "→": "\u20d7", "˙": "\u0307"}
_ACCENTS = {"^": "hat", "~": "tilde", "―": "bar", "‾": "bar", "¯": "bar", "→": "vector", "˙": "dot", "¨": "double dot"}
_POWERS = {"2": "squared", "3": "cubed", "′": "prime", "″": "double prime", "∘": "degrees", "⊤": "transpose"} | (
    dict.fromkeys("*∗⋆", "star")
)
_ROOTS = {"2": "square root", "3": "cube root"}
_SPOKEN = {
    "+": "plus", "−": "minus", "-": "minus", "±": "plus or minus", "×": "times", "⋅": "times", "=": "equals",
    "≠": "is not equal to", "<": "less than", ">": "greater than", "≤": "less than or equal to",
    "≥": "greater than or equal to", "⩽": "less than or equal to", "⩾": "greater than or equal to",
    "≪": "much less than", "≫": "much greater than", "≈": "approximately", "∼": "about", "~": "about", "∈": "in",
    "→": "to", "∞": "infinity", "∂": "partial", "∇": "nabla", "∑": "sum", "∏": "product", "∫": "integral",
    "∪": "union", "∩": "intersection", "⊂": "subset of", "⊆": "subset of", "∝": "proportional to", "/": "over",
    "∘": "degrees", "⊤": "transpose", "∣": "given",
}  # fmt: skip
_LARGE = frozenset("∑ ∏ ∫ ⋃ ⋂ ∐ max min sup inf lim argmax argmin".split())  # with their bounds below and above
_BESIDE = frozenset("+−±×⋅=≠<>≤≥⩽⩾≪≫≈≲≳∼~∈∉→←↔⇒⇔↦∪∩⊂⊆⊕⊗∝∧∨∘≡≜≔∣")  # operators with a space on both sides
_SIGNS = frozenset("+−-±∓∼~")  # which stand before a number, too
_CLOSING = frozenset(")]}⟩|‖!%⌋⌉")
_INVISIBLE = re.compile("[\u2061-\u2064\u200b]")
_APPLIED = "\u2061"  # after the name of a function
_TIDIED = (
    (re.compile(r"([(\[{⟨⌊⌈]) +"), r"\1"),
    (re.compile(r" +([)\]}⟩⌋⌉,;.])"), r"\1"),
    (re.compile(f" *{_APPLIED} *(?=\\()"), ""),
    (re.compile(_APPLIED), ""),
    (re.compile(r"(?<=\d), (?=\d{3}\b)"), ","),  # in a number
)
_ATOM = re.compile(r"[\w.°′]+[\u0302-\u0307\u20d7]?|√\w|.")


def formula_text(elements: Sequence[Element], spoken: bool = False) -> str:
    """The formula that the MathML `elements` draw, on one line: x², (a + b)/2; if `spoken`, in words: x squared.

    Raises ValueError for MathML that cannot be drawn, RecursionError where elements are too deep within each other.
    """
    text = " ".join(_row(elements, spoken).split())
    for pattern, tidy in _TIDIED:
        text = pattern.sub(tidy, text)
    return text


def _text(element: Element, spoken: bool) -> str:
    """What `element` says, with a space around words. Each part of it is read once, or depth would double the time."""
    if layout := _LAYOUTS.get(element.tag):
        return layout(list(element), spoken)
    if element.tag == "mfrac":
        return _fraction(list(element), spoken, element.get("linethickness") == "0")
    own = _own(element)
    if element.tag == "mspace":
        return " "
    if spoken and own in _SPOKEN:
        return f" {_SPOKEN[own]} "
    if element.tag == "mi" and (spoken or own not in "ℝℕℤℚℂℙ"):
        own = unicodedata.normalize("NFKC", own)  # letters of mathematical alphabets are not read aloud
    is_function = element.tag == "mi" and len(own) > 1 and own.isalpha() and own.islower()
    return f" {own}{_APPLIED} " if is_function else own + _row(list(element), spoken)


def _own(element: Element) -> str:
    return _INVISIBLE.sub("", unescape(element.text or "")).replace("\xa0", " ").replace("\\", "")


def _raw(element: Element) -> str:
    """The signs in `element`, without its layout."""
    return "".join(map(_own, element.iter())).replace(" ", "")


def _row(elements: Sequence[Element], spoken: bool) -> str:
    """`elements` one after the other, with spaces around operators but not after a sign."""
    parts: list[str] = []
    after_value = False
    for element in elements:
        text = _text(element, spoken)
        sign = text.strip() if element.tag == "mo" or text == "~" else ""  # which latex2mathml takes for a letter
        if sign in _BESIDE:
            text = f" {sign} " if after_value or sign not in _SIGNS else f" {sign}"
        elif sign and sign in ",;":
            text = f"{sign} "
        parts.append(text)
        after_value = not sign or sign in _CLOSING
    return "".join(parts)


def _line(element: Element, spoken: bool) -> str:
    return formula_text([element], spoken)


def _grouped(text: str) -> str:
    """`text`, in parentheses unless it is one letter, word or number, or has them already."""
    return text if _ATOM.fullmatch(text) or _is_enclosed(text) or not text else f"({text})"


def _is_enclosed(text: str) -> bool:
    depth = 0
    for n, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return n == len(text) - 1 and sign == ")"
    return False


def _base(element: Element, spoken: bool) -> str:
    """`element` below a script: a closing parenthesis stands for what it closes."""
    text = _line(element, spoken)
    return text if element.tag != "mrow" or _raw(element) in _LARGE else _grouped(text)


def _raised(exponent: Element, spoken: bool) -> str:
    sign = _raw(exponent)
    if spoken and sign in _POWERS:
        return f" {_POWERS[sign]} "
    text = _line(exponent, spoken)
    if spoken:
        return f" to the power of {text} " if text else ""
    compact = text.replace(" ", "")
    if _PRIMES.issuperset(compact):
        return compact
    return compact.translate(_RAISED) if all(ord(one) in _RAISED for one in compact) else f"^{_grouped(text)}"


def _lowered(index: Element, spoken: bool) -> str:
    text = _line(index, spoken)
    if spoken or not text:
        return f" sub {text} " if text else ""
    compact = text.replace(" ", "")
    return compact.translate(_LOWERED) if all(ord(one) in _LOWERED for one in compact) else f"_{_grouped(text)}"


def _power(children: list[Element], spoken: bool) -> str:
    base, exponent = children
    return _base(base, spoken) + _raised(exponent, spoken)


def _indexed(children: list[Element], spoken: bool) -> str:
    base, index, *exponents = children
    is_large = _raw(base) in _LARGE
    if spoken and is_large:
        end = "".join(f" to {_line(exponent, True)}" for exponent in exponents)
        return f" {_line(base, True)} over {_line(index, True)}{end} of "
    text = _base(base, spoken) + _lowered(index, spoken) + "".join(_raised(one, spoken) for one in exponents)
    return f" {text} " if is_large else text


def _accented(children: list[Element], spoken: bool) -> str:
    """A letter below its accent, or a term below another."""
    base, above = children
    mark = _raw(above)
    if mark not in _ACCENTS:
        return _power(children, spoken)
    text = _line(base, spoken)
    if not spoken and len(text) == 1 and mark in _COMBINING:
        return unicodedata.normalize("NFC", text + _COMBINING[mark])
    return f"{_grouped(text)} {_ACCENTS[mark]} "


def _fraction(children: list[Element], spoken: bool, is_binomial: bool) -> str:
    above, below = (_line(child, spoken) for child in children)
    if is_binomial:
        return f"{above} choose {below}"
    is_number = above.isdecimal() and below.isdecimal()
    return f" {_grouped(above)}{' over ' if spoken and not is_number else '/'}{_grouped(below)} "


def _root(children: list[Element], spoken: bool) -> str:
    text = formula_text(children, spoken)
    return f" square root of {_grouped(text)} " if spoken else f"√{_radicand(text)}"


def _root_of_degree(children: list[Element], spoken: bool) -> str:
    base, degree = children
    n, text = _raw(degree), _line(base, spoken)
    if spoken:
        return f" {_ROOTS.get(n, f'root {n}')} of {_grouped(text)} "
    return f"{_raised(degree, False)}√{_radicand(text)}"


def _radicand(text: str) -> str:
    return text if len(text) == 1 or text.isdecimal() or _is_enclosed(text) else f"({text})"


def _table(rows: list[Element], spoken: bool) -> str:
    return "; ".join(", ".join(_line(cell, spoken) for cell in row) for row in rows)


_LAYOUTS = {
    "msup": _power,
    "msub": _indexed,
    "msubsup": _indexed,
    "munder": _indexed,
    "munderover": _indexed,
    "mover": _accented,
    "msqrt": _root,
    "mroot": _root_of_degree,
    "mtable": _table,
    "mrow": _row,
    "mstyle": _row,
    "mtd": _row,
}
