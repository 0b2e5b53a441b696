"""The text of one BibTeX entry → its key and fields, by the rules of BibTeX."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from rag.sources.bibtex.segments import MAX_ENTRY, NAME

MAX_EXPANDED = 2 * MAX_ENTRY  # characters that the values of an entry may have; macros can make very many
MAX_KEY_PARTS = 5  # some exports put commas into keys
# Fields that are known so well that their name and a value after "," or "}" tell that a field begins there.
KNOWN_FIELDS = """abstract address annote author author_keywords archiveprefix booktitle chapter crossref copyright date
    day doi edition editor eissn eprint eprinttype file howpublished institution isbn issn issue journal journaltitle
    keyword keywords langid language location month note number organization pages pmid primaryclass publisher pubstate
    school series shorttitle source subtitle timestamp title type url urldate volume year""".split()

_KNOWN = f"(?:{'|'.join(KNOWN_FIELDS)})"
_HEADER = re.compile(r"@\s{0,99}([A-Za-z][\w-]{0,40})\s{0,99}[{(]")
_FIELD = re.compile(rf"({NAME})\s{{0,99}}=")
_KEY_PART = re.compile(r"([^,\n{}]{0,300})(?:[,\n]|(?=[})]))")
_KEY_WITHOUT_COMMA = re.compile(rf"([^\s=,{{}}]{{1,300}})[ \t]{{1,9}}(?={_KNOWN}\s{{0,9}}=)", re.IGNORECASE)
_CLOSING = re.compile(r"[})]")
_BETWEEN = re.compile(r"(?:[\s,;]|%[^\n]*+)*+")  # comments are not of BibTeX, but people write them
_SPACE = re.compile(r"\s*")
_AFTER_VALUE = frozenset(["", *",;})"])
_JOIN = re.compile(r"#")
_BARE = re.compile(r"\d{1,99}(?![^\s,;})#])|[^\n,;{}()\"#=%\\]{1,300}")
_MACRO = re.compile(r"[^\W\d]\S{0,299}")
_MONTHS = frozenset("jan feb mar apr may jun jul aug sep oct nov dec".split())  # macros that every style defines
_MARKS = {"{": re.compile(r"[{}]"), '"': re.compile(r"[{}\"]")}
_FIELD_WITHIN = re.compile(rf"[}}\",]\s{{0,99}}{_KNOWN}\s{{0,9}}=\s{{0,9}}[{{\"]", re.IGNORECASE)
_FIELD_AFTER = re.compile(rf"[\s}})]{{0,99}},?\s{{0,99}}{_KNOWN}\s{{0,9}}=\s{{0,9}}[{{\"\w]", re.IGNORECASE)
_WORD_AFTER = re.compile(r"[ \t.,;]{0,99}\w")


class MalformedError(Exception):
    """The text is not what the rules of BibTeX want."""


class EndlessError(MalformedError):
    """The text ends before the entry does."""


class TooLongError(MalformedError):
    """The values have more than MAX_EXPANDED characters."""


class Parsed(NamedTuple):
    """The key, the fields in order with their names in lower case, and where in the text the entry ends."""

    key: str
    fields: list[tuple[str, str]]
    end: int


def kind(text: str) -> str:
    """What `text`, which begins at an entry, is called, in lower case: "article", "string". "" if it is no entry."""
    found = _HEADER.match(text)
    return found[1].lower() if found else ""


def parse(text: str, macros: Mapping[str, str]) -> Parsed:
    r"""The entry at the start of `text`. All braces count, also those in ``\{``. Raises MalformedError."""
    return _Parser(text, macros).entry()


def parse_value(text: str, macros: Mapping[str, str]) -> str:
    """The value that all of `text` is. Raises MalformedError."""
    parser = _Parser(text, macros)
    value = parser.value()
    if parser.at < len(text):
        raise MalformedError
    return value


def depth_after(text: str, depth: int) -> int:
    """How many braces are open after `text`, where `depth` are before it; 0 as soon as all are closed."""
    for brace in _MARKS["{"].finditer(text):
        depth += 1 if brace[0] == "{" else -1
        if depth <= 0:
            return 0
    return depth


def closed_early(rest: str) -> bool:
    """Whether `rest`, which follows an entry, belongs to it: a field, or words before a brace that closes nothing."""
    if _FIELD_AFTER.match(rest):
        return True
    depth = 0
    for brace in _MARKS["{"].finditer(rest) if _WORD_AFTER.match(rest) else ():
        depth += 1 if brace[0] == "{" else -1
        if depth < 0:
            return True
    return False


class _Parser:
    def __init__(self, text: str, macros: Mapping[str, str]) -> None:
        self.at = 0
        self._text, self._macros = text, macros
        self._left = MAX_EXPANDED
        self._needs_macros = False  # whether a word that is no macro says nothing, instead of itself

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self.at)
        if found:
            self.at = found.end()
        return found

    def entry(self) -> Parsed:
        header = self.take(_HEADER)
        if not header:
            raise MalformedError
        key, fields = self._key(), []
        self.take(_BETWEEN)
        while not self.take(_CLOSING):
            name = self.take(_FIELD)
            if not name:
                raise self._fault()
            field = "-".join(name[1].lower().split())
            self._needs_macros = field == "abstract" or header[1].lower() == "string"
            fields.append((field, self.value()))
            self.take(_BETWEEN)
        return Parsed(key, fields, self.at)

    def value(self) -> str:
        """The pieces that "#" joins. What follows must show that the value ends there."""
        pieces: list[str] = []
        is_joined = True
        while is_joined:
            self._space()
            pieces.append(self._piece())
            self._left -= len(pieces[-1])
            space = self._space()
            is_joined = self.take(_JOIN) is not None
        is_last = "\n" in space or self._next() in _AFTER_VALUE or (space and self._next() == "%")
        if self._left < 0:
            raise TooLongError
        if not (is_last or pieces[-1].isdigit()):
            raise MalformedError
        return "".join(pieces)

    def _space(self) -> str:
        found = self.take(_SPACE)
        return found[0] if found else ""

    def enclosed(self, opening: str) -> str:
        """The text between braces or quotation marks; a quotation mark within braces does not end it."""
        self.at += 1
        start, depth, closing = self.at, 0, "}" if opening == "{" else opening
        for mark in _MARKS[opening].finditer(self._text, start):
            if mark[0] == closing and depth == 0:
                self.at = mark.end()
                return self._whole(self._text[start : mark.start()])
            if mark[0] == "}" and depth == 0:
                raise MalformedError
            depth += {"{": 1, "}": -1}.get(mark[0], 0)
        raise EndlessError

    def _whole(self, value: str) -> str:
        """`value`, unless it holds fields, because its own end is missing, and is not an entry that is quoted."""
        if "=" in value and "@" not in value and _FIELD_WITHIN.search(value):
            raise MalformedError
        return value

    def _key(self) -> str:
        parts: list[str] = []
        self.take(_BETWEEN)
        if without_comma := self.take(_KEY_WITHOUT_COMMA):
            return without_comma[1]
        while not (_FIELD.match(self._text, self.at) or _CLOSING.match(self._text, self.at)):
            part = self.take(_KEY_PART)
            if not part or len(parts) == MAX_KEY_PARTS:
                raise self._fault()
            parts.append(part[1].strip())
            self.take(_BETWEEN)
        return ",".join(parts)

    def _piece(self) -> str:
        opening = self._next()
        if opening in _MARKS:
            return self.enclosed(opening)
        if bare := self.take(_BARE):
            word = bare[0].strip()
            is_missing = self._needs_macros and _MACRO.fullmatch(word) and word.lower() not in _MONTHS
            return self._macros.get(word.lower(), "" if is_missing else word)
        if opening and opening in ",;})":
            return ""
        raise self._fault()

    def _next(self) -> str:
        return self._text[self.at : self.at + 1]

    def _fault(self) -> MalformedError:
        return MalformedError() if self.at < len(self._text) else EndlessError()
