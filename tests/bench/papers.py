"""Collections of any size, made from the shipped papers, and questions about them."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.paper import Paper
from rag.progress import silent
from rag.settings import shipped
from rag.sources.gather import gather

SEED = 489
QUESTIONS = 65  # of which the first few warm up
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=[A-Z])")


def collection(size: int) -> list[Paper]:
    """`size` papers, the same ones each time: shipped ones first, then made-up ones."""
    papers = gather([shipped("papers")], silent).papers
    return papers[:size] + list(_made_up(papers, size - len(papers)))


def _made_up(papers: Sequence[Paper], count: int) -> Iterator[Paper]:
    """`count` papers, each as long as a real one, made of varied sentences of others.

    No sentence occurs twice, so nobody gains by encoding a repeated text once. Each title brings a new word, as the
    titles of real papers do, so that the vocabulary grows with the collection.
    """
    chance = random.Random(SEED)
    abstracts = [_SENTENCE_END.split(paper.abstract) for paper in papers]
    sentences = [sentence for abstract in abstracts for sentence in abstract]
    words = [word for sentence in sentences for word in sentence.split() if _plain(word)]
    seen = set(sentences)
    names: set[str] = set()
    for _ in range(count):
        length = len(chance.choice(abstracts))
        abstract = " ".join(_unseen(chance.choice(sentences), words, seen, chance) for _ in range(length))
        subject = chance.choice(papers).title.rpartition(": ")[2]
        yield Paper(f"{_new_name(names, chance)}: {subject}", abstract)


def _unseen(sentence: str, words: Sequence[str], seen: set[str], chance: random.Random) -> str:
    """`sentence` with words swapped for other `words`, until it is not among those `seen`."""
    parts = sentence.split()
    places = [n for n, word in enumerate(parts) if _plain(word)] or range(len(parts))
    while (varied := " ".join(parts)) in seen:
        parts[chance.choice(places)] = chance.choice(words)
    seen.add(varied)
    return varied


def _plain(word: str) -> bool:
    return len(word) > 3 and word.isalpha() and word.islower()


def _new_name(names: set[str], chance: random.Random) -> str:
    """A word such as Zoraki that is not among `names`, to which it is added."""
    while (name := _name(chance)) in names:
        pass
    names.add(name)
    return name


def _name(chance: random.Random) -> str:
    return "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(4)).capitalize()


def questions(papers: Sequence[Paper]) -> list[str]:
    """`QUESTIONS` distinct questions: some about titles, some of words from an abstract."""
    chance = random.Random(SEED)
    asked: dict[str, None] = {}
    while len(asked) < QUESTIONS:
        paper = chance.choice(papers)
        words = [word for word in paper.abstract.split() if word.isalpha() and len(word) > 3] or [paper.title]
        sample = " ".join(chance.choices(words, k=5))
        asked[chance.choice([f"what is known about {paper.title}?", f"which papers discuss {sample}?"])] = None
    return list(asked)


def write(papers: Sequence[Paper], file: Path) -> None:
    """Writes titles and abstracts as JSONL, which both sides read."""
    lines = (json.dumps({"title": paper.title, "abstract": paper.abstract}) for paper in papers)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
