"""What a question asks to know of its topic, where that is more than the topic: datasets, limitations, reasons…

Each facet has the words that ask for it and those with which abstracts state it. A sentence without the latter does
not answer, however similar it is to the question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.language.tokens import is_content_word, stems


@dataclass(frozen=True, slots=True)
class Facet:
    """One kind of thing to know. `name` is what a sentence states, in the words of a reader: "a limitation".

    A sentence in which `stated` does not match cannot state it, unless it may be stated in any words, as reasons may.
    """

    name: str
    asked: re.Pattern[str]
    stated: re.Pattern[str]
    must_be_stated: bool = True


def _facet(name: str, asked: str, stated: str, must_be_stated: bool = True) -> Facet:
    return Facet(name, re.compile(asked, re.IGNORECASE), re.compile(stated, re.IGNORECASE), must_be_stated)


FACETS = (
    _facet(
        "a dataset",
        r"\b(?:what|which)\s+(?:\w+\s+)?(?:data\s?sets?|benchmarks?|corpora|corpus|data)\b(?!\s+structures?)"
        r"|\bdata\s?sets?\s+(?:are|is|were|was)\s+(?:\w+\s+)?used\b|^\s*(?:data\s?sets?|benchmarks?)\s+(?:for|of|used)\b",
        r"\b(?:data\s?sets?|benchmarks?|corpora|corpus)\b|\b(?:evaluat|experiment|test|train|validat|results?)\w*\b.{0,60}"
        r"\bon\s+(?:the\s+)?(?-i:[A-Z][\w-]*[A-Z0-9])",
    ),
    _facet(
        "a limitation",
        r"\b(?:limitations?|drawbacks?|disadvantages?|weakness(?:es)?|shortcomings?|downsides?|pitfalls?|problems?\s+with"
        r"|difficult(?:y|ies)|issues?\s+with|what\s+is\s+wrong\s+with)\b",
        r"\b(?:however|although|despite|limit(?:ed|ations?|ing)|drawbacks?|disadvantages?|weakness(?:es)?|suffer\w*"
        r"|fail\w*|struggl\w+|lacks?|expensive|costly|prohibitive\w*|intractab\w+|difficult\w*|challeng\w+|cannot|unstable"
        r"|bottlenecks?|hard|shortcomings?|unreliab\w+|degrad\w+|inefficien\w+|impractical|overconfiden\w+|restrict\w+"
        r"|poor\w*|unable|hinder\w*|problem(?:atic|s)?|sensitive|vulnerab\w+|collapse\w*|pathologi\w+|burden\w*)\b",
    ),
    _facet(
        "an open problem",
        r"\bopen\s+(?:problems?|questions?|challenges?|issues?)\b|\bunsolved\b|\bfuture\s+(?:work|directions?|research)\b"
        r"|\b(?:is|are|remains?)\s+(?:still\s+)?(?:open|unknown|unclear)\b|\bresearch\s+gaps?\b",
        r"\bopen\s+(?:problem|question|challenge|issue)s?\b|\bremain(?:s|ed|ing)?\b|\b(?:unsolved|unclear|unknown"
        r"|unexplored|under-?explored|elusive|poorly\s+understood|little\s+is\s+known|yet\s+to|future\s+(?:work|research)"
        r"|not\s+(?:yet|well|fully)|still\s+(?:lack\w*|challenging|an?|open|not|difficult|poorly))\b",
    ),
    _facet(
        "a reason",
        r"^\s*(?:and\s+|but\s+|so\s+)?why\b|\bwhat\s+(?:causes|is\s+the\s+(?:cause|reason)|explains|makes)\b|\breasons?\s+(?:for|why)\b",
        r"\b(?:because|since|due\s+to|owing\s+to|caus(?:e|es|ed|ing)|attribut\w+|stem(?:s|ming)?\s+from|aris(?:e|es|ing)\b"
        r"|results?\s+(?:from|in)|leads?\s+to|leading\s+to|as\s+a\s+(?:result|consequence)|therefore|thus|hence|reasons?"
        r"|explain\w*|consequen\w+|as\s+they|so\s+that|by\s+showing|prevents?|hinder\w*|makes?|we\s+(?:show|find|prove|argue|identify))\b",
        must_be_stated=False,
    ),
    _facet(
        "hardware",
        r"\b(?:what|which)\s+(?:\w+\s+)?(?:hardware|gpus?|devices?|machines?|processors?)\b",
        r"\b(?:GPUs?|CPUs?|TPUs?|NPUs?|FPGAs?|Jetson|RTX|GTX|[AVHT]100s?|P100|smartphones?|iPhone|mobile|embedded|edge|"
        r"hardware|devices?|Raspberry|microcontrollers?|Titan|Nvidia)\b",
    ),
)
# What a comparison may ask about alone: "which is faster?". Elsewhere, how fast a thing is can be said in any words.
QUALITIES = (
    _facet(
        "a speed",
        r"\b(?:how\s+(?:fast|slow|quick(?:ly)?)|(?:fast|slow|quick)(?:er|est)|frame\s?rates?|fps|latency|throughput|run\s?times?"
        r"|speed(?:s|[ -]?ups?)?)\b",
        r"\b(?:fast(?:er|est)?|slow\w*|quick\w*|speed\w*|accelerat\w+|real[- ]time|latency|throughput|fps|frames\s+per"
        r"|run\s?times?|(?:milli)?seconds?|ms|minutes?|hours?|orders?\s+of\s+magnitude|efficien\w+|FLOPs?"
        r"|(?:training|inference|computation\w*|test)[ -]times?)\b",
    ),
    _facet(
        "memory or size",
        r"\b(?:small(?:er|est)|light(?:er|est)|how\s+(?:big|large|small)|(?:less|more|much)\s+memory|memory|(?:fewer|more|many)"
        r"\s+parameters|model\s+size)\b",
        r"\b(?:memory|parameters?|[MG]B|\d+(?:\.\d+)?[MBK]|size[sd]?|small(?:er|est)?|lightweight|compact|compress\w*"
        r"|footprint|storage|light)\b",
    ),
)

_HOW_MANY = re.compile(r"\bhow\s+many\s+(?P<words>\w+(?:\s+\w+)?)", re.IGNORECASE)
_RATE = re.compile(r"\bhow\s+many\s+(?:\w+\s+){1,2}per\b", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?<![\w.-])\d[\d.,]*(?:[kKMB]\b|(?![\w-]))|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?|millions?|billions?)\b",
    re.IGNORECASE,
)


def facet_of(question: str) -> Facet | None:
    """The facet that `question` asks for, None if it asks for its topic as such."""
    return next((facet for facet in FACETS if facet.asked.search(question)), None)


def compared_facet_of(question: str) -> Facet | None:
    """The facet or quality that `question`, a comparison, asks for; None if it compares in every respect."""
    return next((facet for facet in (*FACETS, *QUALITIES) if facet.asked.search(question)), None)


def counted_noun(question: str) -> str:
    """The noun that `question` asks to count: "images" in "how many images does it have?"; "" if it counts nothing."""
    match = _HOW_MANY.search(question)
    nouns = [word for word in match["words"].split() if is_content_word(word.lower())] if match else []
    return nouns[-1] if nouns and not _RATE.search(question) else ""


def states_count(sentence: str, noun: str) -> bool:
    """Whether `sentence` states a number and has `noun`, in any inflection."""
    return bool(_NUMBER.search(sentence)) and not stems(noun).isdisjoint(stems(sentence))
