"""Which words can stand for each other: those of one root, and those of one line of synonyms.txt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple, TypeVar

from rag.language.tokens import stem

_Key = TypeVar("_Key")

SYNONYMS_FILE = Path(__file__).parent / "synonyms.txt"
MAX_PHRASE_WORDS = 4  # of a member of a line
_SUFFIXES = tuple(
    """
    ization isation ations ation ities ity ness ments ment ances ance ences ence ally ly ions ion ical ic al ive able
    ible ous ful ing ed er ers or es s e y i
    """.split()
)
_MIN_ROOT_LENGTH = 4  # characters that a suffix must leave
_IRREGULAR = dict(
    pair.split(":")
    for pair in """
    added:add adding:add arisen:arise arose:arise became:become began:begin begun:begin bound:bind broken:break
    brought:bring built:build came:come chose:choose chosen:choose dealt:deal done:do drawn:draw drew:draw
    fallen:fall fed:feed fell:fall felt:feel found:find gave:give given:give got:get grew:grow grown:grow
    held:hold hidden:hide kept:keep knew:know known:know laid:lay led:lead left:leave lost:lose made:make
    meant:mean met:meet overcame:overcome paid:pay ran:run risen:rise rose:rise said:say saw:see seen:see
    sent:send shown:show sought:seek spent:spend spoken:speak stood:stand taken:take taught:teach thought:think
    took:take undergone:undergo underwent:undergo undertaken:undertake understood:understand went:go won:win
    written:write wrote:write analyses:analysis children:child criteria:criterion hypotheses:hypothesis
    indices:index matrices:matrix men:man mice:mouse phenomena:phenomenon vertices:vertex women:woman
    """.split()
)


class Lexicon(NamedTuple):
    """The lines of synonyms.txt, by number: those of each root, and of each phrase as the roots of its words."""

    words: Mapping[str, frozenset[int]]
    phrases: Mapping[tuple[str, ...], frozenset[int]]


@lru_cache(maxsize=100_000)
def root(word: str) -> str:
    """What `word`, in lower case, shares with its inflections and derivations: "predicts", "prediction" → "predict"."""
    word = _IRREGULAR.get(word, word)
    is_singular = word.endswith(("us", "is", "as")) and not word.endswith("ous")
    found = stem(word + "es" if is_singular else word)  # else Porter takes the end of "bias" for a plural
    for _ in range(2):  # "generalizations" has two suffixes that Porter leaves
        suffix = next((s for s in _SUFFIXES if found.endswith(s) and len(found) - len(s) >= _MIN_ROOT_LENGTH), "")
        found = found.removesuffix(suffix)
    return found


@cache
def lexicon() -> Lexicon:
    """The lexicon, read on first use."""
    words, phrases = defaultdict[str, set[int]](set), defaultdict[tuple[str, ...], set[int]](set)
    for number, line in enumerate(SYNONYMS_FILE.read_text(encoding="utf-8").splitlines()):
        for member in line.split(",") if not line.startswith("#") else ():
            roots = tuple(map(root, member.replace("-", " ").split()))
            if len(roots) == 1:
                words[roots[0]].add(number)
            elif roots:
                phrases[roots].add(number)
    return Lexicon(_frozen(words), _frozen(phrases))


def _frozen(groups: Mapping[_Key, set[int]]) -> dict[_Key, frozenset[int]]:
    return {key: frozenset(numbers) for key, numbers in groups.items()}
