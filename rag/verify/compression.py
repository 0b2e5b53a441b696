"""Does the cited sentence support the written one? A written sentence may be a cut of the cited one, nothing else.

The written words are the cited ones in their order, and whole clauses may be missing: an opening ("We show that"),
an insertion between two commas, an ending from a comma or "and" on. A cut says what its source says, with less of it;
single words may not go, for "up to", "not", "of mice" and the number that belongs to a name are single words.
"""

from __future__ import annotations

import re

from rag.language.cues import CONDITIONS, NEGATIONS, is_first_person, with_not
from rag.language.tokens import stem

# Words that may come and go anywhere.
_FREE = frozenset("a an the it its this these those their they them also thus hence our we".split())
_IS = frozenset("is are was were has have had".split())  # may come in for a comma: "X, a model" is "X is a model"
_JOINS = frozenset("and but while whereas".split())
_CLAUSE = _JOINS | {"that", "which", "who", "because"}  # an ending that may go begins with one
_LINKS = frozenset("of to for in on with by from between".split())  # no adjective stands before or behind them
_SHOWN = "show demonstrate find prove reveal observe confirm indicate".split()  # "that" what follows is claimed
_MADE = "propose introduce present develop design describe devise build".split()  # by "we": the paper's own work
_OWN = "method approach model framework network system algorithm paper work article study".split()  # after "our"
_PLAIN = _FREE | _IS | _CLAUSE | CONDITIONS | NEGATIONS
_MARKS = frozenset([*",;:()–—", "--"])
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*(?:\s?%)?|[^\W\d_]+(?:'[^\W\d_]+)?|[-−+±~<>≤≥=^/×](?=\s*\d)|--|[,;:()–—]")
MIN_KEPT = 0.4  # of the source's words; a sentence that keeps less tells the reader less than the quote would
ADJECTIVES = 4  # words between "we propose" and what is proposed: "a novel and simple"


def is_compression(written: str, source: str, title: str) -> bool:
    """Whether `written` claims no more than the sentence `source` of the paper `title`.

    "We propose a model" may become "TITLE is a model" or "NAME is a model" (the part of the title before a colon):
    the only words that may come from outside `source`.
    """
    if is_first_person(written):
        return False
    original = _tokens(source)
    if _cut(_words(written), original, _openings(original)):
        return True
    names = (title, title.partition(":")[0])
    bare = next((written[len(name) :] for name in names if written.lower().startswith(name.lower())), None)
    if bare is None:
        return False
    words = _words(bare)
    made = bool(words) and words[0] in _IS
    return _cut(words[made:], original, _own_openings(original, made))


def _tokens(text: str) -> list[str]:
    found = _TOKEN.findall(with_not(text.lower()))
    return [token if token in _PLAIN else stem(token).replace(" ", "") for token in found]


def _words(text: str) -> list[str]:
    return [token for token in _tokens(text) if token not in _FREE | _MARKS]


def _cut(words: list[str], original: list[str], starts: set[int]) -> bool:
    """Whether `words` are `original` from one of `starts` on, less whole clauses."""
    content = [token for token in original if token not in _FREE | _IS | _CLAUSE | _MARKS]
    if not words or len([word for word in words if word in content]) < MIN_KEPT * len(content):
        return False
    at = {i for i in starts if original[i] == words[0]}
    for word in words[1:]:
        stay = {i for i in at if word in _IS and original[i + 1 : i + 2] and original[i + 1] in _MARKS}
        at = stay | {j for i in at for j in range(i + 1, len(original)) if original[j] == word and _gap(original, i, j)}
    return any(_may_end(original[i + 1 :]) for i in at)


def _gap(original: list[str], i: int, j: int) -> bool:
    """Whether what stands between positions `i` and `j` may go: nothing of weight, or one insertion."""
    between = original[i + 1 : j]
    while between and between[-1] in _FREE:
        between.pop()
    if not any(_weighs(token) for token in between):
        return True
    closed = between[-1] in _MARKS or (between[-1] in ("that", "which") and between[1:2] and between[1] in ("a", "an"))
    inside = between[1:-1]
    return bool(between[0] in _MARKS and closed and not _MARKS.intersection(inside) and _may_go(inside))


def _may_end(rest: list[str]) -> bool:
    return not any(map(_weighs, rest)) or (rest[0] in _CLAUSE | _MARKS and _may_go(rest))


def _openings(original: list[str]) -> set[int]:
    """Where a cut may begin: at the start, behind a comma, "we show that" or "we propose"."""
    return {i for i in range(len(original)) if _may_go(original[:i]) and _opens(_clause(original[:i]))}


def _opens(clause: list[str]) -> bool:
    if NEGATIONS.intersection(clause):
        return False
    said = [token for token in clause if token not in _FREE or token == "we"]
    return (
        not any(map(_weighs, said))
        or (said[-1] == "that" and said[-2] in map(stem, _SHOWN))
        or (said[-1] in map(stem, _MADE) and said[-2:-1] == ["we"])
    )


def _own_openings(original: list[str], made: bool) -> set[int]:
    """Where a cut may begin whose subject is the paper: behind "we", "our method" or, if `made`, "we propose a"."""
    return {i for i in range(len(original)) if _may_go(original[:i]) and _is_own(_clause(original[:i]), made)}


def _is_own(clause: list[str], made: bool) -> bool:
    first = next((k for k, token in enumerate(clause) if token in ("we", "our", "this")), None)
    if first is None or NEGATIONS.intersection(clause):
        return False
    after = [token for token in clause[first + 1 :] if token not in ("we", "the")]
    if after[:1] and after[0] in map(stem, _OWN):
        after = after[1:]
    elif clause[first] == "this":
        return False
    if not made:
        return not after or (len(after) == 2 and after[0] in map(stem, _MADE) and after[1] == "to")
    return bool(after) and after[0] in map(stem, _MADE) and _are_adjectives(after[1:])


def _are_adjectives(tokens: list[str]) -> bool:
    """Whether `tokens` are none, or an article and what may stand between it and its noun."""
    return not tokens or (tokens[0] in ("a", "an") and len(tokens) <= ADJECTIVES and not _LINKS.intersection(tokens))


def _clause(tokens: list[str]) -> list[str]:
    """The end of `tokens` behind their last mark and the conjunction that follows it."""
    marks = [k for k, token in enumerate(tokens) if token in _MARKS]
    last = tokens[marks[-1] + 1 :] if marks else tokens
    return last[1:] if marks and last[:1] and last[0] in _JOINS else last


def _may_go(tokens: list[str]) -> bool:
    return not CONDITIONS.intersection(tokens)


def _weighs(token: str) -> bool:
    return token not in _FREE and token not in _MARKS and token not in ("that", "which")
