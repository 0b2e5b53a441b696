"""Parsing what a model replies: its themes and sentences, and the labels by which these cite evidence."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from string import ascii_lowercase

from rag.answer.types import Citation
from rag.language.cues import NEGATIONS
from rag.language.quotations import quotations
from rag.language.tokens import content_stems, content_words, tokenize
from rag.text import clean_line

_LABEL = re.compile(r"\s*+\[([^\[\]]{1,60})\]")  # [1a] or [1a, 2b]
_LEADING_LABELS = re.compile(r"^((?:\s*\[[^\[\]]{1,60}\])+)[\s:.,–-]*(\S[^\[\]]*)$")
_BRACKETS = str.maketrans("【】", "[]")  # some models write labels in these
_THEME = re.compile(r"#{1,4}\s+(\S.{0,100})|\*\*(\S.{0,100})\*\*:?")
_CLOSING_MARKS = "\"'”’»›“‘«」』"  # of quotations
_SUBJECTS = ("nsubj", "nsubjpass", "csubj")
MAX_THEME_WORDS = 6
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bal\.)(?<!\bvs\.)\s+(?=[A-Z])")
_MARKUP = re.compile(r"^\s*(?:[-*•>#]+|\d{1,2}[.)])\s+|[*_`]{2,}")
_PREAMBLE = re.compile(
    r"^(?:yes,\s+)?(?:(?:the|this)\s+(?:evidence|abstract|sentence)\s+\w+\s+that\s+)?(?=\w)", re.IGNORECASE
)


def theme_of(line: str) -> str | None:
    """The theme in `line`, "# Fewer images"; None if the line is none."""
    match = _THEME.fullmatch(line.strip())
    if match is None:
        return None
    theme = clean_line(_LABEL.sub("", match[1] or match[2])).strip(" *_#:.")
    return theme[:1].upper() + theme[1:]


def is_fitting(theme: str, citations: Collection[Citation], question: str) -> bool:
    """Whether `theme` may stand above a sentence with these `citations`.

    It is shown without a check of its own, so it must claim nothing: it is short, has neither negation nor subject, and
    most of its words are those of the question, or of what is cited, and it quotes nothing.
    """
    from rag.language.parser import parse  # loads numpy

    tokens = theme.split()
    words = content_stems(theme)
    known = content_stems(" ".join([question, *(f"{one.paper.title} {one.quote}" for one in citations)]))
    claims = not NEGATIONS.isdisjoint(theme.lower().split()) or any(arc.label in _SUBJECTS for arc in parse(tokens))
    claims = claims or any(True for _ in quotations(theme))
    return 2 * len(words & known) > len(words) and len(tokens) <= MAX_THEME_WORDS and not claims


def first_sentence(reply: str) -> str:
    """The first sentence of `reply`, without labels and preamble, ending like one; "" if there is none."""
    reply = _LABEL.sub("", reply)
    line = _without_preamble(next((line.strip() for line in reply.splitlines() if line.strip()), ""))
    sentence = _BETWEEN_SENTENCES.split(line, maxsplit=1)[0]
    return _with_full_stop(sentence) if any(tokenize(sentence)) else ""


def labelled_sentences(line: str) -> Iterator[tuple[str, list[str]]]:
    """The sentences of one line of a reply, each with its labels, without list markers and markup.

    Labels follow what they support, which may be part of a sentence, or all precede the line.
    """
    line = _MARKUP.sub("", line.translate(_BRACKETS))
    line = _without_preamble(_LEADING_LABELS.sub(r"\2 \1", line))
    sentence, labels = "", list[str]()
    for match in re.finditer(rf"([^\[\]]+)((?:{_LABEL.pattern}[\s.,;]*+)*+)", line):
        sentence = f"{sentence} {match[1].strip()}".strip()
        labels += [label for group in _LABEL.findall(match[2]) for label in re.split(r"[,;\s]+", group.strip())]
        if not _continues(match, line):
            if any(tokenize(sentence)):
                yield _with_full_stop(sentence), labels
            sentence, labels = "", []


def resolve_labels(labels: Sequence[str], sentence: str, evidence: Mapping[str, Citation]) -> tuple[Citation, ...]:
    """The citations that `labels` name: "1a" one sentence, "1" all sentences of a paper. Unknown labels are ignored.

    Without a known label, cites the evidence that shares the most words with `sentence`, or none if none shares a word.
    """
    keys = [key for label in labels for key in evidence if key == label or key.rstrip(ascii_lowercase) == label]
    if not keys and evidence:
        words = content_words(sentence)
        best = max(evidence, key=lambda key: len(words & content_words(evidence[key].quote)))
        keys = [best] if words & content_words(evidence[best].quote) else []
    return tuple(evidence[key] for key in dict.fromkeys(keys))


def _without_preamble(line: str) -> str:
    """`line` without "The evidence states that" or "Yes," at its beginning."""
    rest = _PREAMBLE.sub("", line)
    return line if rest == line else rest[:1].upper() + rest[1:]  # unchanged lines may begin with a lower-case name


def _continues(match: re.Match[str], line: str) -> bool:
    """Whether the sentence goes on after the labels of `match`: nothing ends it, and a lower-case letter follows."""
    ended = match[1].rstrip().endswith((".", "!", "?")) or "." in _LABEL.sub("", match[2])
    return not ended and line[match.end() : match.end() + 1].islower()


def _with_full_stop(sentence: str) -> str:
    """`sentence` with one mark at its end, which may stand before a closing quotation mark."""
    sentence = re.sub(r"\s+([.,;!?])(?!\d)", r"\1", sentence.strip(" \t.,;"))
    body = sentence.rstrip(_CLOSING_MARKS)
    closing = sentence[len(body) :]
    return sentence if body.endswith((".", "!", "?", "…")) else f"{body.rstrip(',; ')}{closing}."
