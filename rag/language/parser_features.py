"""Word → the four hashed features from which the dependency parser embeds it.

The strings and their hashes are those of spaCy 2 (MIT licence), with which the weights were trained.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

# What spaCy 2 writes alike: lang/norm_exceptions.py.
_NORMS = (
    {"'S": "'s", "’s": "'s", "’S": "'s", "…": "..."}
    | dict.fromkeys("’‘´`", "'")
    | dict.fromkeys(["”", "“", "''", "``", "´´", "„", "»", "«", "‘‘", "’’"], '"')
    | dict.fromkeys(["—", "–", "--", "---", "——"], "-")
    | dict.fromkeys("€£¥฿₺₹৳₩₣", "$")
    | dict.fromkeys(["US$", "C$", "A$", "Mex$", "E£"], "$")
    | dict(zip("？！，；：。।", "?!,;:..", strict=True))
)
# Strings with a fixed number in place of a hash: those of spaCy's symbols.pyx that can be a feature of a word.
_SYMBOLS = {
    name: number
    for first, names in (
        (64, "ID ORTH LOWER NORM SHAPE"),
        (73, "LEMMA POS TAG DEP"),
        (84, "ADJ ADP ADV AUX CONJ CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X EOL"),
        (383, "ORG GPE LOC"),
        (390, "LAW DATE TIME"),
        (
            398,
            "acomp advcl advmod agent amod appos attr aux auxpass cc ccomp complm conj cop csubj csubjpass dep det "
            "dobj expl hmod hyph infmod intj iobj mark meta neg nmod nn npadvmod nsubj nsubjpass num number oprd obj "
            "obl parataxis partmod pcomp pobj poss possessive preconj prep prt punct quantmod relcl rcmod root xcomp "
            "acl",
        ),
        (454, "IDX"),
    )
    for number, name in enumerate(names.split(), first)
}
_MAX_LENGTH = 1_000  # characters of a word that count; what is longer is no word, and costs time and memory
_LONG = 100  # characters from which on a word has no shape
_MAX_RUN = 4  # of equal characters in a shape
_MASK = 2**64 - 1
_MURMUR_M, _MURMUR_R, _MURMUR_SEED = 0xC6A4A7935BD1E995, 47, 1


@lru_cache(maxsize=50_000)
def features(word: str) -> tuple[int, int, int, int]:
    """The 64-bit keys of the normal form, first character, last three characters and shape of `word`; 0 for ""."""
    word = word[:_MAX_LENGTH]
    norm = _NORMS.get(word) or word.lower()
    return _key(norm), _key(word[:1]), _key(word[-3:]), _key(shape(word))


def shape(word: str) -> str:
    """`word` with X for each capital, x for each other letter, d for each digit; at most 4 of a kind in a row.

    "MiniLM-12" → "XxxxxXX-dd"
    """
    if len(word) >= _LONG:
        return "LONG"
    return "".join("".join(run)[:_MAX_RUN] for _, run in groupby(map(_shape_of_character, word)))


def _shape_of_character(character: str) -> str:
    if character.isalpha():
        return "X" if character.isupper() else "x"
    return "d" if character.isdigit() else character


@lru_cache(maxsize=50_000)
def _key(string: str) -> int:
    """The number of `string` in spaCy's string store."""
    if not string:
        return 0
    return _SYMBOLS.get(string) or murmurhash64a(string.encode("utf-8", "surrogatepass"))


def murmurhash64a(data: bytes, seed: int = _MURMUR_SEED) -> int:
    """The 64-bit hash of `data` by MurmurHash64A (Austin Appleby, public domain)."""
    value = seed ^ (len(data) * _MURMUR_M & _MASK)
    whole = len(data) // 8 * 8
    for start in range(0, whole, 8):
        block = int.from_bytes(data[start : start + 8], "little") * _MURMUR_M & _MASK
        block = (block ^ block >> _MURMUR_R) * _MURMUR_M & _MASK
        value = (value ^ block) * _MURMUR_M & _MASK
    if data[whole:]:
        value = (value ^ int.from_bytes(data[whole:], "little")) * _MURMUR_M & _MASK
    value = (value ^ value >> _MURMUR_R) * _MURMUR_M & _MASK
    return value ^ value >> _MURMUR_R
