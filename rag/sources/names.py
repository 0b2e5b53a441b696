"""Names of authors as "Given Family", from the spellings that bibliographies have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_NOBODY = re.compile(
    r"(?:and )?(?:others|(?:et\.? )?al\.?|et alii|anonymous|anon\.?|\[?no author[s]? (?:listed|name available)\]?)",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:jr|sr|junior|senior|II|III|IV|[2-4](?:nd|rd|th))\.?", re.IGNORECASE)
_DEGREES = re.compile(  # at the end of a part of a name, or all of it
    r"""(?:(?:\A|\s)(?:P[hH]\.?\s?d | Ph\.?\s?D | D\.?\s?Phil | M\.?\s?Phil | [MBD]\.?\s?Sc | Sc\.?\s?D | M\.?\s?Ed
    | Ed\.?\s?D | Psy\.?\s?D | Pharm\.?\s?D | Dr\.?\s?P\.?H | MB\s?BS | M[BD]\s?ChB
    | Dipl\.?-?\s?Ing | Esq)\.?){1,9}\Z""",
    re.VERBOSE,
)
# What is a degree behind a given name, and initials in place of one: "Lind, MD".
_DEGREE_OR_INITIALS = frozenset(
    """MD DO MA MS BA BS MBA MPH MPA MHA RN JD LLM LLB DDS DMD DVM MSN DNP PHD MSC BSC FRCP FRCS FACP FACS
    FAAP""".split()
)


def is_suffix(text: str) -> bool:
    """Whether `text` is what follows a name, such as "Jr." or "III"."""
    return _SUFFIX.fullmatch(text) is not None


def without_degrees(text: str) -> str:
    """`text`, a name or some between commas, without academic degrees: "Lind, Maja, MD, PhD" is "Lind, Maja"."""
    written = [" ".join(part.split()) for part in text.split(",")]
    parts = [_DEGREES.sub("", part) for part in written]
    end_in_degrees = len(parts) > 2 and all(is_suffix(part) or _may_be_degree(part) for part in parts[2:])
    if parts == written and not end_in_degrees:
        return text
    kept: list[str] = []
    for part in parts:
        follows_given_name = len(kept) > 1 or any(" " in name for name in kept)
        if part and not (follows_given_name and _may_be_degree(part)):
            kept.append(part)
    return ", ".join(kept)


def _may_be_degree(part: str) -> bool:
    return part.replace(".", "").replace(" ", "") in _DEGREE_OR_INITIALS


def given_family(name: str) -> str:
    """``"Lovelace, Ada"`` as ``"Ada Lovelace"``; a suffix such as "Jr." comes last. Without a comma, as it is."""
    parts = [part.strip() for part in name.split(",")]
    parts = [part for part in parts if part]
    suffixes = [part for part in parts[1:] if _SUFFIX.fullmatch(part)]
    given = [part for part in parts[1:] if part not in suffixes]
    return " ".join([*given, *parts[:1], *suffixes])


def people(names: Iterable[str]) -> Iterator[str]:
    """Each of `names` as "Given Family", in order, without academic degrees, "et al." and its like."""
    for name in names:
        written = without_degrees(" ".join(name.split()).strip(" ;,"))
        if written and not _NOBODY.fullmatch(written):
            yield given_family(written)
