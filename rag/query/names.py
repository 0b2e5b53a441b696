"""The names in a question, as phrases: methods, datasets, people and places, known by their capitals and digits."""

from __future__ import annotations

import re

from rag.language.tokens import STOP_WORDS

_WORD = re.compile(r"[\w²³]+(?:[-‐‑–/][\w²³]+)*")
_SENTENCE_START = re.compile(r"(?:^|[.?!:;]\s+|[“\"(¿¡])$")
_VERSION = re.compile(r"[vV]?\d[\w.]*")


def names(question: str) -> tuple[str, ...]:
    """The names in `question`, each once, in order: "Segment Anything", "SDXL", "Llama 3".

    None if most of its words have capitals, as in a title. A capital that begins a sentence does not make a name.
    """
    words = list(_WORD.finditer(question))
    kinds = [_kind(question, match) for match in words]
    if sum(kind != "" for kind in kinds) * 2 > len(words) + 1 and len(words) > 3:
        return ()
    found: list[str] = []
    n = 0
    while n < len(words):
        if kinds[n] == "":
            n += 1
            continue
        end = n + 1
        # Capitalised words in a row are one name; marked ones are names of their own: "Depth Anything", "LiDAR KITTI".
        while end < len(words) and _adjacent(question, words[end - 1], words[end]):
            continues = kinds[end] == "capital" and kinds[end - 1] == "capital"
            if not (continues or _VERSION.fullmatch(words[end][0])):
                break
            end += 1
        found.append(question[words[n].start() : words[end - 1].end()])
        n = end
    return tuple(dict.fromkeys(found))


def is_marked(name: str) -> bool:
    """Whether `name` has a capital or digit inside a word, as no ordinary word has."""
    return any(_is_marked(word) for word in name.split())


def _kind(question: str, match: re.Match[str]) -> str:
    """How a word shows that it is part of a name: as "marked", as "capital", or "", if it does not."""
    word = match[0]
    if word.lower() in STOP_WORDS or len(word) < 2 or word.isdigit():
        return ""
    if _is_marked(word):
        return "marked"
    starts_sentence = _SENTENCE_START.search(question[: match.start()])
    return "capital" if word[0].isupper() and not starts_sentence else ""


def _is_marked(word: str) -> bool:
    letters = re.sub(r"[-‐‑–/]", "", word)
    has_inner_capital = any(c.isupper() for c in letters[1:]) and not (
        word[0].isupper() and "-" in word and word.istitle()
    )
    has_digit = any(c.isdigit() for c in letters) and any(c.isalpha() for c in letters)
    return has_inner_capital or has_digit


def _adjacent(question: str, first: re.Match[str], second: re.Match[str]) -> bool:
    return question[first.end() : second.start()] == " "
