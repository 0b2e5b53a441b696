"""The terms that the titles and abstracts of a collection share: "monocular depth estimation", "Gaussian processes"."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile

from rag.language.tokens import HYPHEN, STOP_WORDS, Token, is_content_word, scan, stem
from rag.paper import Paper

MIN_KEYPHRASE_WORDS, MAX_KEYPHRASE_WORDS = 2, 4  # a single word is vague
MIN_LOWER_SHARE = 0.25  # of its spellings: a term so often in lower case needs no capitals
_PREPOSITIONS = frozenset(
    "about across after against among around as before behind below between beyond by during for from in inside into "
    "like of on onto over through throughout toward towards under upon using via with within without".split()
)
_CLOSED_CLASS = STOP_WORDS | _PREPOSITIONS | frozenset("although both however since though thus unlike whereas".split())

Stems = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keyphrase:
    """A noun phrase as it stands in running text, in the form that needs no article.

    `stems` are those of its words; `doc_freq` and `title_freq` count the papers looked at with it, and with it in the
    title.
    """

    text: str
    stems: Stems
    doc_freq: int
    title_freq: int


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Where a keyphrase stands in a text: ``text[start:end]``."""

    start: int
    end: int
    phrase: Keyphrase


def keyphrases(papers: Iterable[Paper], min_doc_freq: int = 3, min_title_freq: int = 2) -> list[Keyphrase]:
    """The keyphrases of `papers` by descending frequency: in a title at least, and in some abstract by themselves."""
    spellings: defaultdict[Stems, Counter[str]] = defaultdict(Counter)
    doc_freq, title_freq = Counter[Stems](), Counter[Stems]()
    for paper in papers:
        in_title = {_stems(run) for run, _, _ in _runs(paper.title)}
        in_abstract = set[Stems]()
        for run, before, after in _runs(paper.abstract):
            in_abstract.add(stems := _stems(run))
            if _stands_alone(run, before, after):
                spellings[stems][paper.abstract[run[0].start : run[-1].end]] += 1
        title_freq.update(in_title)
        doc_freq.update(in_title | in_abstract)
    frequent = (key for key in spellings if doc_freq[key] >= min_doc_freq and title_freq[key] >= min_title_freq)
    found = [Keyphrase(usual_spelling(spellings[key]), key, doc_freq[key], title_freq[key]) for key in frequent]
    return sorted(found, key=lambda phrase: (-phrase.doc_freq, phrase.text))


def occurrences(text: str, phrases: Mapping[Stems, Keyphrase]) -> list[Occurrence]:
    """Where `phrases`, by their stems, stand in `text` and end there; of overlapping ones the longest."""
    found: dict[int, Occurrence] = {}
    for run, _, after in _runs(text):
        phrase = phrases.get(_stems(run))
        if phrase and _ends_phrase(after):
            start, end = run[0].start, run[-1].end
            if end not in found or start < found[end].start:
                found[end] = Occurrence(start, end, phrase)
    return sorted(found.values(), key=lambda occurrence: occurrence.start)


def noun_phrase(text: str) -> str:
    """The content words that `text` begins with, as many as a keyphrase may have; "" where it begins with none."""
    tokens = list(islice(scan(text.lstrip(), HYPHEN), MAX_KEYPHRASE_WORDS + 1))
    words = list(takewhile(_is_content, tokens))
    is_whole = len(words) <= MAX_KEYPHRASE_WORDS and all(map(_ends_phrase, tokens[len(words) : len(words) + 1]))
    return text.lstrip()[: words[-1].end] if words and is_whole else ""


def noun_phrase_before(text: str) -> str:
    """The content words that `text` ends with, as many as a keyphrase may have; "" where it ends with none."""
    words = list(takewhile(_is_content, reversed([*scan(text, HYPHEN)])))
    return text[words[-1].start :].strip() if 0 < len(words) <= MAX_KEYPHRASE_WORDS else ""


def _runs(text: str) -> Iterator[tuple[Sequence[Token], Token | None, Token | None]]:
    """The runs of adjacent content words in `text`, as long as a keyphrase may be, with the tokens around them."""
    tokens = list(scan(text, HYPHEN))
    for start in range(len(tokens)):
        for end in range(start + 1, min(start + MAX_KEYPHRASE_WORDS, len(tokens)) + 1):
            if not _is_content(tokens[end - 1]):
                break
            if end - start >= MIN_KEYPHRASE_WORDS:
                after = tokens[end] if end < len(tokens) else None
                yield tokens[start:end], tokens[start - 1] if start else None, after


def _is_content(token: Token) -> bool:
    word = token.text.lower()
    return token.kind == "word" and is_content_word(word) and word not in _CLOSED_CLASS


def _stems(run: Sequence[Token]) -> Stems:
    return tuple(stem("".join(filter(str.isalnum, token.text.lower()))) for token in run)


def _stands_alone(run: Sequence[Token], before: Token | None, after: Token | None) -> bool:
    """Whether `run` is a whole noun phrase that has no article: "of Gaussian processes." """
    is_opened = before is not None and (before.text.lower() in _PREPOSITIONS or before.text.lower() in ("and", "or"))
    is_verbal = run[-1].text.endswith(("ed", "ly")) or run[0].text.endswith("ing")  # "by watching humans"
    return is_opened and _ends_phrase(after) and not is_verbal


def _ends_phrase(after: Token | None) -> bool:
    """Whether a noun phrase ends before the token `after`."""
    return after is None or after.kind == "mark" or after.text.lower() in _CLOSED_CLASS


def usual_spelling(counts: Counter[str]) -> str:
    """The most frequent of the spellings; in lower case where that is frequent too."""
    spelling = counts.most_common(1)[0][0]
    lower = spelling.lower()
    return lower if counts[lower] >= MIN_LOWER_SHARE * counts[spelling] else spelling
