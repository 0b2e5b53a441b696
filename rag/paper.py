"""The record of a paper."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property

from rag.text import normalize

MAX_TITLE = 500  # characters; a longer "title" is other text that a reader mistook for one
MAX_ABSTRACT = 20_000  # characters; about ten times the longest abstract that arXiv accepts (1,920)
HASH_DIGITS = 12  # two of 100,000 papers share these with a probability of 1 in 50,000
MAX_NAME_WORDS = 3  # before the colon of a title; what is longer is a phrase, not the name of a method

Identity = tuple[str, tuple[str, ...], tuple[str, ...], int]  # see `Paper.identity`

_SIGNS = str.maketrans(
    {"+": " plus ", "#": " sharp ", "<": " less ", ">": " greater ", "=": " equals ", "&": " and "}
    | {"≤": " less equals ", "≥": " greater equals ", "≠": " not equals ", "±": " plus minus "}
    | {"↑": " up ", "↓": " down ", "→": " to the right ", "←": " to the left ", "♂": " male ", "♀": " female "}
)
_STAR = re.compile(r"(?<!\w)(\w)\*")  # of a name, as in "A*"; elsewhere it is the mark of a footnote
# Of a name, as in "M′", which some write M'. Not in quotation marks, nor of 3′, which is as often written 3'.
_PRIME = re.compile(r"(?<=[^\W\d_])′(?!\w)|(?<=(?<!\w)[A-Za-z])['’](?!\w)(?<!['‘]\w.)")
# Of a number, as in "at -5 °C"; not in "1990 -2000" and "COVID -19", which are badly spaced.
_MINUS = re.compile(r"(?:(?<![A-Z\d]\s)(?<=\s)|(?<=[(\[{])|\A)[-−–](?=[.]?\d)")
# A title without any of these signs; most are, and need a third of the time.
_PLAIN = re.compile(r"[A-Za-z\d\s,.:;?!()/]*+(?:-[A-Za-z][A-Za-z\d\s,.:;?!()/]*+)*+")


def title_key(title: str) -> str:
    """The words of `title`, case-folded and without accents or punctuation; C and C++ stay two, and so do 5 and -5."""
    if _PLAIN.fullmatch(title):
        return normalize(title)
    named = _PRIME.sub(" prime", _STAR.sub(r"\1 star ", title))
    return normalize(_MINUS.sub(" minus ", named.replace("->", "→")).translate(_SIGNS))


def identity_of(title: str, ids: tuple[str, ...], authors: tuple[str, ...], year: int | None) -> Identity:
    """The `Paper.identity` of a paper with these fields."""
    return title_key(title), ids, authors, year or 0


def identity_hash(identity: Identity) -> str:
    """The `Paper.identity_hash` of the paper with this identity."""
    return hashlib.sha256(repr(identity).encode()).hexdigest()[:HASH_DIGITS]


@dataclass(frozen=True)  # no slots: they would leave no room for what is computed once
class Paper:
    """One paper. `title` and `abstract` are non-empty plain text on a single line.

    `ids` are namespaced identifiers such as ``arxiv:2409.09144`` or ``doi:10.1000/182``; `source` is the name of the
    file that the record came from; `digest` is true if the abstract is a summary and not the authors' own text.
    """

    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    ids: tuple[str, ...] = ()
    url: str = ""
    source: str = ""
    digest: bool = False

    @cached_property
    def key(self) -> str:
        """What its title is compared by; see `title_key`."""
        return title_key(self.title)

    @property
    def identity(self) -> Identity:
        """What tells the paper from others of its title, and stays the same if its abstract is corrected."""
        return self.key, self.ids, self.authors, self.year or 0

    @cached_property
    def identity_hash(self) -> str:
        """What stands for its identity in an address: HASH_DIGITS hexadecimal digits."""
        return identity_hash(self.identity)

    @cached_property
    def content(self) -> bytes:
        """A fingerprint, 16 bytes, of the text that is embedded: title and abstract."""
        return hashlib.blake2b(f"{self.title}\n{self.abstract}".encode(), digest_size=16).digest()

    @property
    def short_name(self) -> str:
        """The name of the method, which precedes the colon of the title ("OwlNet: Hearing in the Dark"), or ""."""
        name, colon, _ = self.title.partition(":")
        return name if colon and len(name.split()) <= MAX_NAME_WORDS else ""
