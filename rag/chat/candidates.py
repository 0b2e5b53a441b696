"""Questions that a sample of papers suggests, best first. Whether they are answered well is for `examples` to find."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, pairwise
from typing import Literal, get_args

from rag.chat.keyphrases import Keyphrase, Occurrence, Stems, noun_phrase, noun_phrase_before
from rag.chat.sample import Sample
from rag.index.phrases import contains
from rag.language.cues import METHOD_NOUNS, proposes
from rag.language.tokens import STOP_WORDS, stem, stems, tokenize
from rag.paper import Paper
from rag.query.names import is_marked, names

ExampleKind = Literal["papers", "definition", "comparison", "number", "count", "newest", "author", "paper"]
EXAMPLE_KINDS: tuple[ExampleKind, ...] = get_args(ExampleKind)
MIN_TOPICAL, MAX_TOPICAL = 5, 20  # papers that have the words of a topic whose list is worth reading
MIN_DEFINED = 3  # papers that have a term that is not just the name of one paper's method
MAX_REACHED = 6_000  # papers read to see which of them contain a topic, so that nobody waits for that
MAX_PAPERS_WITH_NAME = 2  # that have the name of what one of them proposes
MIN_TITLE_ASKED, MAX_TITLE_ASKED = 25, 80  # characters of a title in a question: a shorter one may be just words

_JOINT = re.compile(r"\s+(?:for|in|of)\s+")
# What shows that a sentence sets two things against each other, and what stands between these.
COMPARES = re.compile(
    r"\b(?:compar|contrast|versus\b|vs\b|outperform|differ|trade-?off|between\b|than\b|unlike\b|whereas\b|superior)",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r",?\s+(?:(?:\w+ly\s+)?outperforms?|(?:compared\s+)?(?:to|with)|versus|vs\.?|than|over|instead\s+of|rather\s+than)\s+(?:the\s+)?"
)
_BETWEEN, _AND = re.compile(r"\b(?:between|both)\s+(?:the\s+)?$"), re.compile(r"\s+and\s+(?:the\s+)?")
_VERSUS = re.compile(r"\s+(?:versus|vs\.?)\s+", re.IGNORECASE)
_ACRONYM = re.compile(r"(?<![\w-])[A-Z][A-Za-z]*[A-Z]s?(?![\w-])")
# "Dyslexia is a … characterized by …", "a class of": what something is, and not only that it matters.
DEFINES = re.compile(
    r"(?<![\w-])(?:(?P<article>An?)\s+)?(?P<term>[\w-]++(?:\s+[\w-]++){0,3}?)(?:\s+\([^)]{2,20}\))?\s+(?P<verb>is|are)\s+(?:an?|the)\s+"
    r"(?:(?!of\b)[\w-]++\s+){0,4}?(?:[\w-]++\s+(?:that|which|where|whose|characterized|in\s+which)\s+(?!(?:is|are|has|have|was|were|can)\b)"
    r"|(?:class|family|type|kind|form|branch|process|task|method|technique|measure|theory|set|disease|disorder|extension"
    r"|variant|generali[sz]ation|collection|system|tool)\s+(?:of|for)\b)",
    re.IGNORECASE,
)
_NUMBER = r"(?<![\w.,%-])(?P<number>\d+(?:[.,]\d+|\s\d{3}\b){0,4})\s?"
_UNITS = (
    (re.compile(rf"{_NUMBER}(?:fps|frames\s+per\s+second)\b", re.IGNORECASE), "How fast is {}?"),
    (re.compile(rf"{_NUMBER}(?:×|x\b|times)\s+(?:\w+\s+)?faster", re.IGNORECASE), "How much faster is {}?"),
    (re.compile(rf"{_NUMBER}(?:%|percent)\s+(?:[\w-]+\s+)?accuracy", re.IGNORECASE), "What accuracy does {} reach?"),
)
_CONTENT = re.compile(rf"{_NUMBER}(?=\s[a-z])")
_PLURAL = re.compile(r"\b(?!times)[a-z-]{3,}s$")
_OF = re.compile(r"\s+of\b")
_DATASET = re.compile(r"\b(?:data\s?set|corpus|benchmark|collection)\b", re.IGNORECASE)
_COUNTED = re.compile(rf"{_NUMBER}(?:[a-z]+\s+)?(?P<noun>[a-z]{{3,}}s)\s+with\s+")
_METHOD_NOUNS = frozenset(map(stem, METHOD_NOUNS))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A `question` about words with these `stems`.

    Where they are known, its answer has all of `phrases`, is from the paper with the `number`, or has the `figure`.
    If it `explains`, it says how something works.
    """

    question: str
    stems: frozenset[str]
    phrases: tuple[str, ...] = ()
    number: int = 0
    figure: str = ""
    explains: bool = False


def candidates(kind: ExampleKind, of: Sample) -> Iterator[Candidate]:
    """The candidates of one `kind`, best first."""
    return _BY_KIND[kind](of)


def defines(sentence: str, term: str) -> bool:
    """Whether `sentence` says what `term` is."""
    match = DEFINES.match(sentence)
    return bool(match and contains(match["term"], term))


def _papers(of: Sample) -> Iterator[Candidate]:
    """What many papers are about: one thing for or in another, or else one thing."""
    phrases = of.keyphrases
    pairs = Counter[tuple[Stems, str, Stems]]()
    for _, text, found in (*of.titles, *of.sentences):
        for one, other in pairwise(found):
            if one.end < other.start and _JOINT.fullmatch(text, one.end, other.start):
                pairs[one.phrase.stems, text[one.end : other.start].strip(), other.phrase.stems] += 1
    joined = [(f"{phrases[a].text} {joint} {phrases[b].text}", (a, b), n) for (a, joint, b), n in pairs.items()]
    single = [(phrase.text, (key,), phrase.title_freq) for key, phrase in phrases.items()]
    for text, keys in (*_listable(joined, of), *_listable(single, of)):
        named = tuple(phrases[key].text for key in keys)
        if all(of.reach(phrase) <= MAX_REACHED for phrase in named):
            yield Candidate(f"Which papers study {text}?", frozenset(chain(*keys)), named)


def _listable(texts: Sequence[tuple[str, tuple[Stems, ...], int]], of: Sample) -> list[tuple[str, tuple[Stems, ...]]]:
    """`texts` with their stems, those first that a readable number of papers has, then those that are more frequent."""
    sized = [(_excess(len(of.having(chain(*keys)))), -frequency, text, keys) for text, keys, frequency in texts]
    return [(text, keys) for _, _, text, keys in sorted(sized)]


def _excess(papers: int) -> int:
    """How far the number of `papers` with a topic is from one whose list is worth reading."""
    return max(MIN_TOPICAL - papers, papers - MAX_TOPICAL, 0)


def _definitions(of: Sample) -> Iterator[Candidate]:
    """Terms that an abstract says what they are, those first that several papers have."""
    found: dict[str, tuple[bool, int, Candidate]] = {}
    for number, text, _ in of.sentences:
        match = DEFINES.match(text)
        words = match["term"].split() if match else []
        if match and not (words[-1].endswith("ed") or any(word.lower() in STOP_WORDS for word in words)):
            article = f"{match['article'].lower()} " if match["article"] else ""
            term, key = article + " ".join(map(of.spelling, words)), _key(match["term"])
            papers = len(of.having(key))
            rank = is_marked(term) or not MIN_DEFINED <= papers <= MAX_REACHED, -min(papers, MAX_TOPICAL)
            found.setdefault(term, (*rank, Candidate(f"What {match['verb']} {term}?", key, number=number)))
    yield from (candidate for *_, candidate in sorted(found.values(), key=lambda each: each[:2]))


def _comparisons(of: Sample) -> Iterator[Candidate]:
    """Things of a kind that sentences set against each other, those first that more papers name."""
    pairs: dict[tuple[str, str], set[int]] = {pair: {number} for number, pair in _titled_against(of)}
    for number, text, found in of.sentences:
        if COMPARES.search(text):
            for one, other in combinations(_items(text, found), 2):
                if one.end < other.start and _alike(one, other) and _are_opposed(one, other, text):
                    pairs.setdefault((one.phrase.text, other.phrase.text), set()).add(number)
    sized = [(-len(numbers), _excess(len(of.having(_key(f"{a} {b}")))), a, b) for (a, b), numbers in pairs.items()]
    for _, _, a, b in sorted(sized):
        yield Candidate(f"How do {a} and {b} differ?", _key(f"{a} {b}"), (a, b))


def _titled_against(of: Sample) -> Iterator[tuple[int, tuple[str, str]]]:
    """The two things that the titles of papers set against each other, as "A versus B" does."""
    for number, title in of.titles_with(" vs", " versus "):
        if joint := _VERSUS.search(title):
            sides = noun_phrase_before(title[: joint.start()]), noun_phrase(title[joint.end() :])
            is_pair = (
                sides[0] and " " in sides[1] and not _key(sides[0]) & _key(sides[1])
            )  # "batch versus online learning"
            if is_pair and all(map(of.is_spelled, " ".join(sides).split())):
                a, b = (" ".join(map(of.spelling, side.split())) for side in sides)
                yield number, (a, b)


def _items(text: str, found: Sequence[Occurrence]) -> list[Occurrence]:
    """What may be compared in `text`: the keyphrases `found` in it, and acronyms."""
    acronyms = [
        Occurrence(match.start(), match.end(), Keyphrase(match[0], (stem(match[0].lower()),), 1, 0))
        for match in _ACRONYM.finditer(text)
        if not any(one.start <= match.start() < one.end for one in found)
    ]
    return sorted([*found, *acronyms], key=lambda one: one.start)


def _alike(one: Occurrence, other: Occurrence) -> bool:
    """Whether both are of a kind, as two acronyms or two sorts of networks are, and neither is a part of the other."""
    a, b = one.phrase.stems, other.phrase.stems
    is_part = set(a) <= set(b) or set(b) <= set(a)
    if one.phrase.text.endswith("s") != other.phrase.text.endswith("s"):  # singular and plural do not go together
        return False
    return not is_part and (a[-1] == b[-1] or len(a) == len(b) == 1)


def _are_opposed(one: Occurrence, other: Occurrence, text: str) -> bool:
    """Whether `text` sets the two, which are alike, against each other; acronyms in one sentence may be anything."""
    joint = text[one.end : other.start]
    is_between = bool(_BETWEEN.search(text[: one.start]) and _AND.fullmatch(joint))
    return len(one.phrase.stems) > 1 or is_between or bool(_AGAINST.fullmatch(joint))


def _numbers(of: Sample) -> Iterator[Candidate]:
    """What a sentence gives a number for: how fast a method is, how large a dataset, how many patients there were."""
    for question_of in (_measured, _contained, _counted):
        for number, text, _ in of.sentences:
            if found := question_of(text, of.papers[number], of):
                question, about, figure = found
                yield Candidate(question, _key(about), number=number, figure=figure)


def _measured(text: str, paper: Paper, of: Sample) -> tuple[str, str, str] | None:
    """A question about what is measured in the sentence `text`, whose, and the figure; None if nothing is."""
    found = ((question, match) for unit, question in _UNITS if (match := unit.search(text)))
    named = ((question, _name_in(text, paper, of), match["number"]) for question, match in found)
    return next(((question.format(name), name, figure) for question, name, figure in named if name), None)


def _contained(text: str, paper: Paper, of: Sample) -> tuple[str, str, str] | None:
    """As `_measured`, about what a dataset holds."""
    match = _CONTENT.search(text) if _DATASET.search(text) else None
    things = noun_phrase(text[match.end() :]) if match else ""
    name = _name_in(text, paper, of) if _PLURAL.search(things) else ""
    is_whole = "-" not in things  # a first line with the number has its first word
    if not (match and name and is_whole and text.index(name) < match.start()):
        return None
    return f"How many {things} does {name} have?", name, match["number"]


def _counted(text: str, paper: Paper, of: Sample) -> tuple[str, str, str] | None:
    """As `_measured`, about how many patients with something, or other things, were studied."""
    match = _COUNTED.search(text)
    thing = noun_phrase(text[match.end() :]) if match else ""
    is_whole = match and not _OF.match(text, match.end() + len(thing))
    if not (match and is_whole and " " in thing):  # a single word is vague
        return None
    return f"How many {match['noun']} with {thing} were studied?", f"{match['noun']} {thing}", match["number"]


def _name_in(text: str, paper: Paper, of: Sample) -> str:
    """The name in the sentence `text` of what `paper` proposes: that of its title, or one that it alone keeps using."""
    if (name := _name(paper)) and name in text:
        return name
    own = (name for name in names(text) if is_marked(name) and (paper.abstract.count(name) > 1 or name in paper.title))
    return next((one for one in own if one[0].isalpha() and 0 < len(of.having(_key(one))) <= MAX_PAPERS_WITH_NAME), "")


def _counts(of: Sample) -> Iterator[Candidate]:
    for phrase in _frequent(of):
        yield Candidate(f"How many papers mention {phrase.text}?", frozenset(phrase.stems), (phrase.text,))


def _newest(of: Sample) -> Iterator[Candidate]:
    if of.store.has_field("year"):
        for phrase in _frequent(of):
            yield Candidate(f"What are the newest papers on {phrase.text}?", frozenset(phrase.stems), (phrase.text,))


def _frequent(of: Sample) -> list[Keyphrase]:
    """The keyphrases by the number of titles that have them, most first; those of large parts of the collection not."""
    phrases = (phrase for phrase in of.keyphrases.values() if of.reach(phrase.text) <= MAX_REACHED)
    return sorted(phrases, key=lambda phrase: (-phrase.title_freq, phrase.text))


def _authors(of: Sample) -> Iterator[Candidate]:
    counts = Counter(author for paper in of.papers.values() for author in paper.authors)
    for author, papers in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        if 1 < papers <= len(of.papers) / 2:  # not the only author of a collection
            yield Candidate(f"Which papers are by {author}?", _key(author))


def _paper(of: Sample) -> Iterator[Candidate]:
    """One paper: how what it proposes works, or else what it is about."""
    named = ((number, _method(of.papers[number], text)) for number, text, _ in of.sentences)
    methods = {number: name for number, name in named if name}
    for number in filter(methods.__contains__, of.papers):
        yield Candidate(f"How does {methods[number]} work?", _key(methods[number]), number=number, explains=True)
    for number, paper in of.papers.items():
        is_plain = not paper.short_name and "$" not in paper.title  # a formula would be shown as its source
        if is_plain and MIN_TITLE_ASKED <= len(paper.title) <= MAX_TITLE_ASKED:
            yield Candidate(f"What is “{paper.title}” about?", _key(paper.title), number=number)


def _method(paper: Paper, sentence: str) -> str:
    """The name of the method that `sentence`, of `paper`, proposes or describes; "" if it does not."""
    name = _name(paper)
    is_described = name in sentence and (proposes(sentence) or sentence.startswith(name))
    return name if name and is_described and not _METHOD_NOUNS.isdisjoint(stems(sentence)) else ""


def _name(paper: Paper) -> str:
    """The name of what `paper` proposes, "" if it has none that could not be just a word."""
    return paper.short_name if is_marked(paper.short_name) else ""


def _key(text: str) -> frozenset[str]:
    return frozenset(map(stem, tokenize(text)))


_BY_KIND: dict[ExampleKind, Callable[[Sample], Iterator[Candidate]]] = {
    "papers": _papers,
    "definition": _definitions,
    "comparison": _comparisons,
    "number": _numbers,
    "count": _counts,
    "newest": _newest,
    "author": _authors,
    "paper": _paper,
}
