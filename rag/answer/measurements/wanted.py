"""Which numbers a question asks for: of which quantity, in which kind of unit, on which data set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rag.answer.measurements.stated import Stated
from rag.language.cues import NEGATIONS
from rag.language.tokens import is_content_word, stem, stems, tokenize

# What an adjective or adverb after "how" asks for; a noun is looked for among the quantities.
Sense = Literal["speed", "size", "change", "count", "any", ""]

MAX_NOUN_WORDS = 6
MAX_WANTED_CHARS = 300  # of a question, its beginning, in which the quantity is looked for
_ADJECTIVES: Mapping[str, tuple[Sense, str]] = {
    **dict.fromkeys(("fast", "slow", "quick", "quickly"), ("speed", "a speed")),
    **dict.fromkeys(("large", "big", "small"), ("size", "a size")),
    **dict.fromkeys(("accurate", "accurately"), ("", "accuracy")),
    **dict.fromkeys(("precise", "precisely"), ("", "precision")),
    **dict.fromkeys(("heavy", "light"), ("", "weight")),
    **dict.fromkeys(("expensive", "costly"), ("", "cost")),
    **dict.fromkeys(("long",), ("speed", "a time")),
    **dict.fromkeys(("frequent", "common"), ("", "frequency")),
}
_HOW = re.compile(
    rf"\bhow\s+(?P<adjective>{'|'.join(_ADJECTIVES)})(?:er)?\s+(?:is|are|was|were|do|does|did|can|has|have)\b"
    r"(?:\s+(?:the|their|its))?(?P<rest>[^?.!]*)",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(
    r"\bhow\s+(?:many|much)\s+(?P<noun>(?:[\w-]+\s+){0,3}?[\w-]+?)(?=\s+(?:do|does|did|is|are|was|were|has|have|can|per|on|in"
    r"|for|they|it|people)\b|\s*[?.!]|\s*$)",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\bhow\s+much\s+(?P<noun>faster|slower|smaller|larger|better|worse|cheaper|lighter)\b", re.IGNORECASE
)
_STOP = (
    r"(?=\s+(?:do|does|did|is|are|was|were|has|have|can|could|on|for|in|at|over|with|by|from|they|it|there|these)\b"
    r"|\s*[?.!]|\s*$)"
)
_WHAT = re.compile(
    rf"^\W*(?:(?:and|so|but|then|ok|with|at|by|to|of|for)\s+)*(?:what|which)(?:['’]?s)?\s+(?:(?:is|are|was|were|about)\s+)?"
    rf"(?:(?:the|their|its|a|an|all)\s+)?(?P<noun>(?:[\w@/.-]+\s+){{0,{MAX_NOUN_WORDS}}}?[\w@/.-]+?){_STOP}",
    re.IGNORECASE,
)
_BARE = re.compile(r"^\W*(?:the\s+)?(?P<noun>(?:[\w@/.-]+\s+){0,3}[\w@/.-]+)\s+(?=on\s)", re.IGNORECASE)
_ON = re.compile(r"\bon\s+(?:the\s+)?(?P<data>[^?!;]{2,80}?)\s*(?:[?!;]|\.?\s*$)", re.IGNORECASE)
_ANY = re.compile(r"^(?:numbers?|figures?|values?|measurements?|quantitative\s+results?)$", re.IGNORECASE)
_SPEED_NOUN = re.compile(
    r"^(?:speed(?:s|[ -]?ups?)?|(?:frame|inference)[ -]?rates?|run\s?times?|times?)$", re.IGNORECASE
)
_COUNTING = re.compile(r"^(?:the\s+)?(?:number|amount|total)s?\s+of\s+", re.IGNORECASE)
# Words of a quantity that do not say which.
_GENERIC = frozenset(
    map(stem, "score value number result level figure average mean overall amount total rate total".split())
)
# A value of speed says so, or is what a verb takes.
_SPEED = re.compile(
    r"\b(?:fast\w*|slow\w*|quick\w*|speed\w*|accelerat\w+|latenc\w+|throughput\w*|frame[- ]?rates?|fps|run-?\s?times?"
    r"|(?:\w+\s)?times?|inference|real-time|FLOPs?|takes?|took|taking|runs?|ran|running|trained?|trains|renders?|process\w*)\b",
    re.IGNORECASE,
)
_IN_TIME = frozenset(
    "ms µs μs us ns s sec secs second seconds min mins minute minutes h hr hrs hour hours day days".split()
)
_PART = re.compile(r"[A-Z]{2,}(?=v\d)|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The numbers that a question asks for: of one of `nouns`, or what `sense` means; `name` is that in words.

    `dataset` is the data set that it names, or "".
    """

    name: str
    nouns: tuple[str, ...] = ()
    sense: Sense = ""
    dataset: str = ""

    def matches(self, stated: Stated) -> bool:
        """Whether `stated` is such a number."""
        return self._is_of_quantity(stated) and (not self.dataset or self._is_on_dataset(stated))

    def may_be_in(self, sentence: str) -> bool:
        """Whether `sentence` may state such a number: others need not be parsed."""
        if self.dataset and not has_name(sentence, self.dataset):
            return False
        if self.sense == "speed":
            return bool(_SPEED.search(sentence))
        if self.sense in ("size", "any"):
            return True
        told = stems(sentence)
        return any(_asked_stems(noun) <= told or _initials(noun) in sentence for noun in self.nouns)

    def _is_of_quantity(self, stated: Stated) -> bool:
        if self.sense == "any":
            return not stated.is_count
        if self.sense == "speed":
            return _is_speed(stated)
        if self.sense == "size":
            return any(_is_size_of(noun, stated) for noun in self.nouns)
        is_counted = self.sense == "count"
        return any(_names(noun, stated) for noun in self.nouns) and (is_counted or not stated.is_count)

    def _is_on_dataset(self, stated: Stated) -> bool:
        told = (stated.context.dataset, *stated.context.condition.split("; "), stated.tie.quantity)
        return any(has_name(text, self.dataset) and NEGATIONS.isdisjoint(text.lower().split()) for text in told)


def wanted(question: str) -> Wanted | None:
    """What `question` asks to be told in numbers; None if it does not."""
    question = question[:MAX_WANTED_CHARS]
    on = _ON.search(question)
    dataset = _dataset(on["data"]) if on else ""
    if match := _COMPARED.search(question):
        return Wanted(
            f"how much {match['noun']}", (match["noun"],), "speed" if match["noun"][0] in "fs" else "", dataset
        )
    if match := _HOW.search(question):
        sense, name = _ADJECTIVES[match["adjective"].lower()]
        nouns = _content(match["rest"]) if sense == "size" else (name,)
        return Wanted(name, nouns, sense, dataset)
    if match := _HOW_MANY.search(question):
        return Wanted(match["noun"], (match["noun"],), "count", dataset)
    match = _WHAT.search(question) or (_BARE.search(question) if dataset else None)
    return _of_noun(match["noun"], dataset) if match else None


def _of_noun(noun: str, dataset: str) -> Wanted | None:
    if not any(map(is_content_word, tokenize(noun))):
        return None
    if _ANY.match(noun):
        return Wanted("numbers", (), "any", dataset)
    if _SPEED_NOUN.match(noun):
        return Wanted("a speed", (), "speed", dataset)
    counted = _COUNTING.sub("", noun)
    if counted != noun:
        return Wanted(noun, (counted,), "count", dataset)
    return Wanted(noun, tuple(re.split(r"\s+(?:and|or)\s+|,\s*", noun)), "", dataset)


def _content(rest: str) -> tuple[str, ...]:
    return tuple(word for word in tokenize(rest) if is_content_word(word))


def _dataset(written: str) -> str:
    """The name of the data set that begins `written`; "" if it begins with none."""
    name = re.split(r"\s+(?:with|using|at|in|for|do|does|did|by|of)\s+", written)[0].strip(" .,")
    return name if re.search(r"[A-Z\d]", name) else ""


def has_name(text: str, name: str) -> bool:
    """Whether `text` has all letters and numbers of `name` in order of no matter: "NYU Depth V2" has "NYUv2"."""
    return bool(text) and set(_parts(name)) <= set(_parts(text))


def _parts(text: str) -> list[str]:
    return [part.lower() for part in _PART.findall(text) if part != "x"]  # of "256 x 256"


def _names(noun: str, stated: Stated) -> bool:
    """Whether the quantity is `noun`, in any inflection, or its initials: "OR" for "odds ratio"."""
    asked = _asked_stems(noun)
    told = stems(f"{stated.tie.quantity} {stated.value.unit.name}") | {stated.tie.quantity.lower()}
    initials = _initials(noun)
    is_short_form = len(initials) > 1 and stated.tie.quantity.split()[-1].strip("s") == initials
    return is_short_form or (bool(asked) and asked <= told)


def _asked_stems(noun: str) -> set[str]:
    """The stems of `noun` that say which quantity it is."""
    return {stem(term) for term in tokenize(noun)} - _GENERIC


def _initials(noun: str) -> str:
    """ "OR" for "odds ratios"."""
    return "".join(word[0] for word in noun.split()).upper()


def _is_speed(stated: Stated) -> bool:
    """Whether `stated` says how fast something is: a rate, a time that something takes, or how many times faster."""
    value, said = stated.value, f"{stated.tie.quantity} {stated.tie.change}"
    if stated.is_count:
        return False
    if value.unit.base == "Hz" and value.unit.name == "fps":
        return True
    is_time = value.dimension == "time" and value.unit.name in _IN_TIME
    return (is_time or value.dimension in ("factor", "share", "rate", "computation")) and bool(_SPEED.search(said))


def _is_size_of(noun: str, stated: Stated) -> bool:
    """Whether `stated` says how large a thing called `noun` is: how much it contains, or how many bytes it takes."""
    if stated.value.is_word or stated.tie.change:
        return False
    is_of_it = stem(noun) in stated.about or stem(noun) in stems(stated.context.condition)
    is_amount = stated.value.dimension == "memory" or (stated.value.is_bare and stated.is_count)
    return (is_of_it and is_amount) or (
        stem(noun) in stems(stated.tie.quantity) and stem("size") in stems(stated.tie.quantity)
    )
