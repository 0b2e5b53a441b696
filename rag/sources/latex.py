r"""LaTeX as bibliographies have it → plain text: ``Schr{\"o}der`` is "Schröder", and formulas stay what they are.

Nobody has compiled such text: a % or & that is not escaped is itself, braces need not match, and a command that is not
known costs no words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from rag.sources.latex_symbols import ACCENTS, LETTER, expressions, symbols

_LATEX = re.compile(r"[\\{}$~]|--|``|''")  # a text without any of these is plain already
_COMPARISON = re.compile(r"\$\s{0,3}(?:(<|\\less|\\lt)|>|\\greater|\\gt)\s{0,3}\$")  # how doi.org writes < and >
_ENSURED = re.compile(r"\\ensuremath\s?\{((?:[^{}]|\{(?:[^{}]|\{[^{}]{0,99}\}){0,99}\}){0,300})\}")
_FORMULA = re.compile(  # none begins again within itself, or what has no end would be looked at over and over
    r"""\\\\
    | (?P<math> \\\( (?: [^\\] | \\[^(] ){1,2000}? \\\) | \\\[ (?: [^\\] | \\[^[] ){1,5000}? \\\]
      | \$\$ [^$]{1,5000} \$\$ | \\begin\{((?:equation|align|gather|multline|eqnarray|math|displaymath)\*?)\}
        (?: (?!\\begin\{\2\}) . ){1,5000}? \\end\{\2\} )
    | \$ (?P<inner> (?:[^$\\] | \\.){1,2000} ) \$
    | \\.""",
    re.DOTALL | re.VERBOSE,
)
_ACCENT = re.compile(
    rf"""\\(?: (?P<sign> [`'^~=."] ) | (?P<name> [uUrHvCdckbt] ) (?![A-Za-z]) \s{{0,9}} )
    (?: \{{ \s{{0,9}} (?P<inner> {LETTER} ) (?P<second> [a-z]? ) \s{{0,9}} \}} | (?P<bare> {LETTER} ) )""",
    re.VERBOSE,
)
_UMLAUTS = frozenset("aeiouyAEIOUY")  # before other letters \" is a quotation mark, as JSON writes it
_NOTE = re.compile(
    r"\\(?:footnote(?:text)?|thanks)\s?\{(?:[^{}\\]|\\.|\{(?:[^{}]|\{[^{}]{0,99}\}){0,300}\}){0,2000}\}", re.DOTALL
)
_QUOTED = re.compile(r"\\(?:enquote|mkbibquote)\*?\{([^{}]{0,1000})\}")
_FRACTION = re.compile(r"\\(?:[dt]?frac|nicefrac|textfrac)\{([^{}]{1,50})\}\{([^{}]{1,50})\}")
# Commands whose first argument is not text, such as a length, or the number that \noop hides for the sake of sorting.
_HIDDEN = re.compile(
    r"""\\(?:[a-z]{0,8}cite[a-z]{0,12} | [A-Za-z]{0,5}ref | label | (?i:noop(?:sort)?|sortnoop) | [vh](?:space|phantom)
    | phantom | (?:raise|par|scale|rotate)box | textcolor | color | href | begin | end | selectlanguage
    | foreignlanguage | footnotemark)\*?
    (?: \s{0,3} \[ [^\][]{0,200} \] ){0,2} \s{0,3} \{ [^{}]{0,500} \}""",
    re.VERBOSE,
)
_TOKEN = re.compile(
    r"""\\(?P<command> [A-Za-z]+ ) (?: \*(?=\{) )? (?P<space> \s* ) (?P<argument> \{\} | (?=\{) )?
    | (?P<line> \\\\ ) \*? (?: \[ [^\][]{0,20} \] )?
    | \\(?P<symbol> . )
    | (?P<brace> [{}] )
    | (?P<mark> (?<!-) -{2,3} (?!-) | `` | '' )
    | (?:(?<=[\w.,:;)\]}%'"]) | \A) (?P<tie> ~ ) (?![\s~])""",
    re.DOTALL | re.VERBOSE,
)
_IN_ADDRESS = re.compile(
    r"""(?P<tilde> \$\\sim\$ | \\textasciitilde\s?(?:\{\})? | \\~(?:\{\})? )
    | \\(?P<name> textunderscore | textless | textgreater )\s?(?:\{\})?
    | \\(?P<symbol> [^A-Za-z] ) | \\(?:url|path|nolinkurl|href)\s?(?=\{) | [{}]""",
    re.VERBOSE,
)
_MARKS = {"--": "–", "---": "—", "``": "“", "''": "”"}
_SPACES, _NOTHING = frozenset(" ,;:>\n\t"), frozenset("!/-@")  # as in \, and \-
# Commands that change how text looks, and those that part it.
_SILENT = frozenset(
    """it bf em rm sc tt sf sl tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge itshape
    bfseries scshape slshape rmfamily sffamily ttfamily mdseries normalfont protect relax noindent left right big
    upshape Big displaystyle textstyle centering nobreak allowbreak ignorespaces limits nolimits""".split()
)
_BLANK = frozenset("par newline linebreak newblock item quad qquad space hfill enspace thinspace smallskip".split())
_LATIN = 0x250  # the letters before it stand within words, where TeX drops the space after their command: \ss e


def plain(text: str) -> str:
    r"""`text` with commands for characters as these, without other commands and braces.

    Formulas in ``$…$``, ``\(…\)`` and ``\[…\]`` are left as they are. White space is not cleaned.
    """
    if not _LATEX.search(text):
        return text
    text = _COMPARISON.sub(lambda sign: "<" if sign[1] else ">", text)
    text = _ENSURED.sub(_ensured, _NOTE.sub("", text))
    return "".join(part if formula else _text(part) for part, formula in _parts(text))


def address(text: str) -> str:
    r"""`text`, an address or an identifier, without what LaTeX needs in it: ``a{\_}b\%20c`` is ``a_b%20c``."""
    return _IN_ADDRESS.sub(_of_address, text).strip()


def _of_address(found: re.Match[str]) -> str:
    return "~" if found["tilde"] else symbols()[found["name"]] if found["name"] else found["symbol"] or ""


def _ensured(found: re.Match[str]) -> str:
    r"""``\ensuremath{…}`` as the character that it is, else as a formula."""
    inner = found[1].strip()
    if character := expressions().get(inner):
        return character
    return inner if re.fullmatch(r"\\[A-Za-z]+|[^\\{}$^_]*", inner) else f"${inner}$"


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of `text` in order, each with whether it is a formula."""
    start = at = 0
    while found := _FORMULA.search(text, at):
        at = found.end()
        if found["inner"] and not _is_formula(found["inner"], text[at : at + 1]):
            at = found.start() + 1
        elif found["math"] or found["inner"]:
            yield text[start : found.start()], False
            yield found[0], True
            start = at
    yield text[start:], False


def _is_formula(inner: str, after: str) -> bool:
    """Whether `inner`, between dollar signs, is a formula, unlike what stands between two prices."""
    return not (inner[0].isspace() or inner[-1].isspace() or after.isdigit()) or re.search(r"[\\^_]", inner) is not None


def _text(text: str) -> str:
    """`text`, which has no formulas, as plain text."""
    if "\\" in text:
        text = _HIDDEN.sub("", text)
        text = _FRACTION.sub(r"\1/\2", _QUOTED.sub(r"“\1”", text))
        for _ in range(3):  # accents may be on top of each other, as in Vietnamese
            text, count = _ACCENT.subn(_accented, text)
            if not count:
                break
    return _TOKEN.sub(_token, text)


def _accented(found: re.Match[str]) -> str:
    accent, letter = found["sign"] or found["name"], found["inner"] or found["bare"]
    if letter.startswith("\\"):
        letter = symbols().get(letter[1:].rstrip(), "")
    if not letter.isalpha() and not unicodedata.combining(letter[-1:] or " "):
        return found[0]
    if accent == '"' and letter.isascii() and letter not in _UMLAUTS:
        return f'"{letter}{found["second"] or ""}'
    base = {"ı": "i", "ȷ": "j"}.get(letter, letter)
    return unicodedata.normalize("NFC", f"{base}{ACCENTS[accent]}") + (found["second"] or "")


def _token(found: re.Match[str]) -> str:
    if command := found["command"]:
        return _command(command, found)
    if symbol := found["symbol"]:
        return " " if symbol in _SPACES else "" if symbol in _NOTHING else symbol
    if mark := found["mark"]:
        return _MARKS[mark]
    return "" if found["brace"] else " "


def _command(name: str, found: re.Match[str]) -> str:
    if name in _SILENT or name in ACCENTS:
        return ""
    if name in _BLANK:
        return " "
    symbol = symbols().get(name)
    if symbol is None:
        return "" if found["argument"] is not None else found[0]
    within_word = symbol.isalpha() and ord(symbol[-1]) < _LATIN
    return symbol if within_word else symbol + found["space"]
