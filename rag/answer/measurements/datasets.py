"""On which data set a value was measured: a name after "on", near the value, in the same clause."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.facets import FACETS
from rag.answer.measurements.nouns import may_be_noun, word_of
from rag.answer.measurements.numbers import Value
from rag.answer.measurements.phrases import Phrase, clause
from rag.answer.measurements.reading import Reading
from rag.answer.measurements.tie import Tie

MAX_DATASET_CHARS = 90  # characters of a data set; more is no name
_HARDWARE = next(facet.stated for facet in FACETS if facet.name == "hardware")
_DATA = re.compile(
    r"\b(?:data\s?sets?|benchmarks?|corpus|corpora|databases?|cohorts?|(?:test|validation|dev|development|evaluation|"
    r"training)\s?(?:sets?|splits?|data)|splits?|subsets?|suites?|collections?|leaderboards?)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?:^|[\s\"“'‘(])(?=\S*[A-Z])(?:[A-Z][\w@./+&-]*|[a-z]+[A-Z][\w-]*)")
# "based on", "relies on": what follows is what a thing is made of, not what it is measured on.
_NOT_MEASURED = re.compile(
    r"^(?:bas|rel[iy]|depend|focus|buil[dt]|train|pre-?train|fine-?tun|tun|rest|hing|draw|condition|impos)"
)
_PART_OF_NAME = re.compile(
    r"\d{1,9}\s?[×x]\s?\d{1,9}|[a-z]{1,40}-(?:clean|other|[a-z]{0,40}\d{1,9})|[A-Z]{0,40}\d[\w.-]*|v\d[\w.]*"
    r"|[A-Z][\w-]+|shared|data|data\s?sets?|test|val|validation|sets?|benchmark|corpus|splits?"
)
_CUT = re.compile(
    r"\s+[a-z]+ed$|\.[A-Z][a-z]+$|\s+and\s+[a-z]+(?:ed|ing)$|\s+[a-z]+ing\s.*$"
)  # "… data set and trained"
_ONE_OF_MANY = frozenset("a an some several many various certain different".split())
_METRIC = re.compile(r"\b[a-z][A-Z]\w{0,4}$")  # "mAP", "mIoU"
_ITEM = re.compile(r",\s+(?:and\s+)?|\s+and\s+")
_IN_BRACKETS = re.compile(r"\s+on\s+(?:the\s+)?(?P<name>[^,;()]{2,60})[,;)]")


@dataclass(frozen=True, slots=True)
class Named:
    """The data set that a phrase names, as written."""

    phrase: Phrase
    text: str


def datasets(reading: Reading, ties: Sequence[Tie], phrases: Sequence[Phrase]) -> list[str]:
    """The data set of each of `ties`, "" where the sentence ties none to it."""
    named = [Named(phrase, text) for phrase in phrases if (text := _name(reading, phrase))]
    found = [_bracketed(reading, tie) for tie in ties]
    for run in _clauses(reading, ties):
        for n, text in _of_clause(reading, ties, run, named).items():
            is_metric = ties[n].head is None and ties[n].value.is_bare  # "outperforms it by 2.5 on BLEU"
            found[n] = found[n] or ("" if ties[n].is_count or is_metric else text)
    return found


def span(reading: Reading, tie: Tie) -> tuple[int, int]:
    """The offsets of a value and of its quantity, where that comes after it."""
    end = tie.value.end
    if tie.head is not None and reading.words[tie.head].start > tie.value.start:
        end = max(end, reading.words[tie.head].end)
    return tie.value.start, end


def _clauses(reading: Reading, ties: Sequence[Tie]) -> list[list[int]]:
    """The places of the ties of each clause."""
    runs: list[list[int]] = []
    limit = 0
    for n, tie in enumerate(ties):
        start, end = span(reading, tie)
        if not runs or start >= limit:
            runs.append([])
            limit = clause(reading, start, end)[1]
        runs[-1].append(n)
    return runs


def _of_clause(reading: Reading, ties: Sequence[Tie], run: Sequence[int], named: Sequence[Named]) -> dict[int, str]:
    """The data sets of the ties of one clause, by their places: each its own, or one for all, or one each in order."""
    spans = {n: span(reading, ties[n]) for n in run}
    first, last = spans[run[0]][0], spans[run[-1]][1]
    start, end = clause(reading, first, last)
    inside = [one for one in named if start <= one.phrase.start < end]
    if any(first <= one.phrase.start < last for one in inside):
        edges = [*(spans[n][0] for n in run[1:]), end]
        return {n: _own(reading, ties[n], inside, spans[n], edge) for n, edge in zip(run, edges, strict=True)}
    values = list(dict.fromkeys(ties[n].value for n in run))
    after = [one for one in inside if one.phrase.start >= last]
    near = [one for one in after if not _has_other(reading, set(values), last, one.phrase.start)]
    data = [one for one in inside if _DATA.search(one.text)]
    chosen = data if len(data) == 1 and data[0] not in after else near if after else inside
    if len(chosen) != 1:
        return {}
    items = _items(reading, chosen[0])
    if any(item[:1].isdigit() for item in items) or (chosen == after and len(inside) > len(after)):
        return {}  # "VOC 2012" is divided, or "on A, it reaches 80 % on B" has two
    is_respective = "respectively" in reading.text[start:end]
    if is_respective and len(items) != len(values):
        items = _ITEM.split(chosen[0].text)
    is_one_quantity = len({ties[n].quantity for n in run}) == 1
    if len(values) > 1 and len(items) > 1 and is_one_quantity:
        paired = dict(zip(values, items, strict=True)) if len(items) == len(values) else {}
        return {n: paired.get(ties[n].value, "") for n in run}
    if is_respective or _ITEM.search(chosen[0].text):  # which of the values of one quantity is on which is not known
        counts = Counter(ties[n].quantity for n in run)
        run = [n for n in run if counts[ties[n].quantity] == 1 and not (is_respective and len(values) > 1)]
    begun = chosen[0].phrase.start
    run = [n for n in run if not _is_part_of(reading, ties[n].value, chosen[0].phrase)]
    return {n: chosen[0].text for n in run if not _is_named_between(reading, spans[n][1], begun)}


def _is_part_of(reading: Reading, value: Value, phrase: Phrase) -> bool:
    """Whether the value is said of what is enumerated with the data set: "on Pebbles and 100 km of road"."""
    if value not in reading.places or value.start < phrase.start:
        return False
    above = [reading.node(value), *reading.ancestors(reading.node(value))]
    return any(reading.arcs[word] == (phrase.noun, "conj") for word in above)


def _own(reading: Reading, tie: Tie, inside: Sequence[Named], own: tuple[int, int], edge: int) -> str:
    """The data set between a value and the next one."""
    mine = [one for one in inside if own[0] <= one.phrase.start < edge]
    if len(mine) != 1 or _has_other(reading, {tie.value}, own[1], mine[0].phrase.start):
        return ""
    return mine[0].text


def _has_other(reading: Reading, own: set[object], start: int, end: int) -> bool:
    """Whether another value stands between the offsets: what follows may be said of that alone."""
    is_another = any(start <= value.start < end for value in reading.places if value not in own)
    return is_another or _is_named_between(reading, start, end)


def _is_named_between(reading: Reading, start: int, end: int) -> bool:
    """Whether a name follows an "on" between the offsets, which the parser may have attached to something else."""
    for place, word in enumerate(reading.words):
        following = reading.words[place + 1 : place + 4]
        if word.lower == "on" and start <= word.start < end and any(_NAMED.search(one.text) for one in following):
            return True
    return False


def _name(reading: Reading, phrase: Phrase) -> str:
    """The data set that `phrase` names, "" if it names none."""
    before = reading.words[max(0, phrase.first - 1)].lower
    if phrase.preposition not in ("on", "in", "for", "across", "over", "from") or _NOT_MEASURED.match(before):
        return ""
    first, last = phrase.first + 1, _name_end(reading, phrase)
    is_one_of_many = any(word_of(reading, place) in _ONE_OF_MANY for place in reading.dependents(phrase.noun, "det"))
    while first < phrase.noun and (
        reading.label(first) in ("det", "nmod:poss", "cc:preconj") or _is_praise(reading, first, last)
    ):
        first += 1
    text = _CUT.sub("", reading.span(first, last))
    text = re.sub(r"\s+(?:and|or)$", "", text)
    if may_be_noun(reading, last + 1) or text.startswith(("and ", "or ")):  # it is only a part of the name
        return ""
    if any(word.value for word in reading.words[first : last + 1]) or not 1 < len(text) <= MAX_DATASET_CHARS:
        return ""
    has_data = bool(_DATA.search(text))
    noun = reading.words[phrase.noun].text
    is_data = any(pattern.fullmatch(noun) for pattern in (_DATA, _PART_OF_NAME))
    if noun in ("task", "score", "metric") or (noun.islower() and noun[-1] == "s" and not is_data):
        return ""  # "COCO scores", "ComParE features"
    is_metric = bool(_METRIC.search(text)) and not has_data
    if (
        is_metric
        or not _NAMED.search(text.partition(" of ")[0])
        or _HARDWARE.search(text)
        or (is_one_of_many and not has_data)
    ):
        return ""
    return text if phrase.preposition == "on" or _DATA.search(reading.words[phrase.noun].text) else ""


def _name_end(reading: Reading, phrase: Phrase) -> int:
    """The last word of the name that `phrase` begins: before "with …", "against …"."""
    inner = (
        place
        for place in range(phrase.noun + 1, phrase.last + 1)
        if reading.label(place) == "case" and reading.words[place].lower != "of"
    )
    last = next(inner, phrase.last + 1) - 1
    while last + 1 < len(reading.words) and _PART_OF_NAME.fullmatch(reading.words[last + 1].text):
        last += 1
    return last


def _is_praise(reading: Reading, place: int, last: int) -> bool:
    """Whether the word at `place` is an adjective before a name: "the challenging COCO dataset"."""
    is_adjective = reading.label(place) == "amod" and reading.words[place].text.islower()
    return is_adjective and bool(_NAMED.search(reading.span(place + 1, last)))


def _items(reading: Reading, named: Named) -> list[str]:
    """What the name of a data set enumerates."""
    phrase = named.phrase
    heads = sorted([phrase.noun, *reading.dependents(phrase.noun, "conj")])
    heads = [head for head in heads if head <= phrase.last]
    starts = [phrase.first + 1, *(head + 1 for head in heads[:-1])]
    texts = [reading.span(start, head) for start, head in zip(starts, [*heads[:-1], phrase.last], strict=True)]
    return [re.sub(r"^(?:[,&\s]|and\s|or\s|the\s|both\s)+", "", text) for text in texts]


def _bracketed(reading: Reading, tie: Tie) -> str:
    """The data set that follows a value within brackets: "(FID: 2.10 on CIFAR-10)"."""
    match = None if tie.value in reading.places else _IN_BRACKETS.match(reading.text, tie.value.end)
    return match["name"].strip() if match and _NAMED.search(match["name"]) else ""
