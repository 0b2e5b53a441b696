"""LaTeX of numbers as plain text: "$3\\times$" is "3×", "92.3\\%" is "92.3%". Other formulas stay as they are."""

from __future__ import annotations

import re

from rag.text import replace_surrogates

_FORMULA = re.compile(r"\$([^$]{1,200})\$")
_SIGNS = {
    r"\times": "×", r"\%": "%", r"\sim": "~", r"\approx": "~", r"\pm": "±", r"\leq": "≤", r"\le": "≤", r"\geq": "≥",
    r"\ge": "≥", r"\cdot": "·", r"\,": " ", r"\;": " ", "{,}": ",", r"\mu": "µ", r"\sim ": "~", "∼": "~", "≈": "~",
    r"\$": "$", r"\lt": "<", r"\gt": ">",
}  # fmt: skip
_SIGN = re.compile("|".join(sorted(map(re.escape, _SIGNS), key=len, reverse=True)) + "(?![a-zA-Z])")
_COMMAND = re.compile(r"\\(?:text|mathrm|mathbf|textbf|mathit|rm|bf)\s*\{([^{}]*)\}")
_POWER = re.compile(r"\^\s?\{\s?([-−]?\d+)\s?\}")
_ARROW = re.compile(r"\\?(?:up|down)arrow(?![a-z])")
_SPEED_UP = re.compile(r"((?:[×x]|\bfold|\btimes|\ban?)\s(?:[a-z]+\s)?)speed up(s?)\b")
# A formula that is a number, perhaps with its unit, or what a letter or word is equal to.
_IS_NUMBER = re.compile(
    r"\s*(?:[A-Za-z][A-Za-z\d ]{0,15}\s*[=<>≤≥~]\s*)?[~<>≤≥+\-−]*\s*[\d.,]+"
    r"(?:\s?[×·]\s?10\^-?\d+)?(?:\s?[±–-]+\s?[\d.,]+)?\s*"
    r"(?:[×x%°]|\^\\circ|[µa-zA-Z]{1,6}(?:/[a-z]{1,3})?)?\s*|\s*[~×%±<>≤≥]\s*|\s*×\s?10\^-?\d+\s*|\s*10\^-?\d+\s*"
)


def plain(text: str) -> str:
    """`text` with plain signs for the LaTeX of numbers, on one line."""
    text = _POWER.sub(
        r"^\1",
        _COMMAND.sub(r"\1", _SIGN.sub(lambda match: _SIGNS[match[0]], _ARROW.sub(" ", replace_surrogates(text)))),
    )
    return _SPEED_UP.sub(r"\1speed-up\2", " ".join(_FORMULA.sub(_formula, text).split()))


def _formula(match: re.Match[str]) -> str:
    return match[1].strip() if _IS_NUMBER.fullmatch(match[1]) else match[0]
