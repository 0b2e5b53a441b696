"""The lines of RIS: where fields begin, in whatever way exporters space the tag, the dash and the value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_FIELD = re.compile(r"([A-Z][A-Z0-9])(\s{0,4})[-\u2013\u2014](\s{0,4})(.*)", re.DOTALL)
_TYPE = re.compile(r"(\s{0,8})TY(\s{0,4})[-\u2013\u2014]\s{0,4}([A-Za-z][\w /,&()-]{0,40})?\s*", re.ASCII)
_CODE = re.compile(r"[A-Z]{3,8}")
_GLUED = re.compile(r"TY {2}- [A-Z]{3,8}\s*")
# Tags that are taken for such even where they are spaced otherwise than the type of the record.
_KNOWN = frozenset(
    """TY A1 A2 A3 A4 AB AD AN AU AV BT C1 C2 C3 C4 C5 C6 C7 C8 CA CN CP CR CT CY DA DB DI DO DP ED EP ER ET ID IS
    J1 J2 JA JF JO KW L1 L2 L3 L4 LA LB LK M1 M2 M3 N1 N2 NV OP PB PM PP PY RI RN RP SE SN SP ST SV T1 T2 T3 TA
    TI TT U1 U2 U3 U4 U5 UR VL VO Y1 Y2 YR""".split()
)


class FieldSplitter:
    """Splits lines that begin a field: ``TI  - Otters``, and ``TI - Otters`` or ``TI-Otters`` in records spaced so."""

    def __init__(self) -> None:
        self._indent, self._gap = "", "  "  # of the type of the current record: what is before it, and before its dash

    def __call__(self, line: str) -> tuple[str, str] | None:
        """The tag and the value of a field that begins in `line`."""
        if (found := _TYPE.fullmatch(line)) and _is_type(found):
            self._indent, self._gap = found[1], found[2]
        field = _FIELD.match(line.removeprefix(self._indent))
        if not field:
            return None
        tag, gap, _, value = field.groups()
        value = value.strip()
        if not self._is_spaced_right(field) or (tag == "ER" and value and not _is_wide(gap)):
            return None
        return tag, value

    def _is_spaced_right(self, field: re.Match[str]) -> bool:
        tag, gap, after, value = field.groups()
        known = tag in _KNOWN
        if not gap:  # as in "CT-scan", unless all of the record is so
            return not self._gap and known
        if value and not after:
            return known
        return known or _is_wide(gap) or not _is_wide(self._gap)


def unglued(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """`lines`, in two where a record begins at the end of one: files were joined, of which one had no last line end."""
    for number, line in lines:
        at = line.rfind("TY  - ")
        if at > 0 and _GLUED.fullmatch(line, at) and line[:at].strip():
            yield number, line[:at]
            yield number, line[at:]
        else:
            yield number, line


def _is_type(found: re.Match[str]) -> bool:
    """Whether a line is a type and no text that goes on, which may be indented and say anything."""
    indent, gap, value = found.groups()
    return (not indent and bool(gap)) or _CODE.fullmatch(value or "") is not None


def _is_wide(gap: str) -> bool:
    return len(gap) > 1 or "\t" in gap
