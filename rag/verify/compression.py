"""Is a written sentence the cited one with clauses left out?

Its words must be those of the source, in the same order. Only whole clauses may be missing: an opening ("We show
that"), an insertion between two commas, or an ending that starts at a comma or conjunction. Such a sentence says what
its source says, only less of it. Single words may not be left out: "up to", "not", "of mice" and the number that
belongs to a name are single words too.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from rag.language.cues import (
    CONDITIONS,
    METHOD_NOUNS,
    NEGATIONS,
    PROPOSAL_VERBS,
    PUBLICATION_NOUNS,
    REPORTING_VERBS,
    expand_negations,
    is_first_person,
)
from rag.language.tokens import APOSTROPHE, scan, stem, stem_set
from rag.paper import Paper

# Words that may be added or left out anywhere.
_OPTIONAL = frozenset("a an the it its this these those their they them also thus hence our we".split())
_COPULAS = frozenset("is are was were has have had".split())  # may replace a comma: "X, a model" is "X is a model"
_CONJUNCTIONS = frozenset("and but while whereas".split())
_CLAUSE_STARTS = _CONJUNCTIONS | {"that", "which", "who", "because"}  # one of them begins an ending that is left out
_RELATIVE_PRONOUNS = frozenset(("that", "which"))
_PREPOSITIONS = frozenset("of to for in on with by from between".split())
_OWN_NOUNS = METHOD_NOUNS + PUBLICATION_NOUNS
_UNSTEMMED = _OPTIONAL | _COPULAS | _CLAUSE_STARTS | CONDITIONS | NEGATIONS
_MARKS = frozenset(",;:()–—")
_SIGNS = frozenset("-−+±~<>≤≥=^/×")  # part of the number that follows
_MIN_KEPT = 0.4  # share of the source's content words; a sentence with fewer tells the reader less than the quote
_MAX_ADJECTIVES = 4  # tokens, with the article, between "we propose" and its object: "a novel and simple"


def is_compression(written: str, source: str, paper: Paper) -> bool:
    """Whether `written` is `source`, a sentence of `paper`, with clauses left out.

    Only the subject may come from elsewhere: "We propose a model" may become "TITLE is a model" or "NAME is a model",
    with the title or the short name of the paper.
    """
    if is_first_person(written):
        return False
    original = _tokens(source)
    if _is_subsequence(_required(written), original, _starts(original)):
        return True
    names = [name for name in (paper.title, paper.short_name) if name and written.lower().startswith(name.lower())]
    if not names:
        return False
    predicate = _required(written[len(names[0]) :])
    has_copula = bool(predicate) and predicate[0] in _COPULAS
    return _is_subsequence(predicate[has_copula:], original, _own_work_starts(original, has_copula))


def _tokens(text: str) -> list[str]:
    """The words, numbers, signs of numbers and phrase-ending marks of `text`, most words as stems."""
    tokens = list(scan(expand_negations(text.lower()).replace("--", " – "), APOSTROPHE))
    found = []
    for token, following in zip_longest(tokens, tokens[1:]):
        is_sign = token.text in _SIGNS and following is not None and following.text[0].isdigit()
        if token.kind != "mark":
            found.append(token.text if token.text in _UNSTEMMED else stem(token.text))
        elif is_sign or token.text in _MARKS or token.text == "%":
            found.append(token.text)
    return found


def _required(text: str) -> list[str]:
    """The tokens of `text` that the source must contain."""
    return [token for token in _tokens(text) if token not in _OPTIONAL and token not in _MARKS]


def _is_subsequence(words: Sequence[str], original: Sequence[str], starts: set[int]) -> bool:
    """Whether `words` are `original` from one of the positions `starts` on, without clauses that may be left out."""
    content = [token for token in original if _has_content(token) and token not in _COPULAS | _CLAUSE_STARTS]
    if not words or sum(word in content for word in words) < _MIN_KEPT * len(content):
        return False
    positions = {i for i in starts if original[i] == words[0]}  # where the last word may be in the original
    for word in words[1:]:
        replaced = {i for i in positions if word in _COPULAS and _MARKS.intersection(original[i + 1 : i + 2])}
        positions = replaced | {
            j
            for i in positions
            for j in range(i + 1, len(original))
            if original[j] == word and _may_drop_inside(original[i + 1 : j])
        }
    return any(_may_drop_ending(original[i + 1 :]) for i in positions)


def _may_drop_inside(tokens: Sequence[str]) -> bool:
    """Whether `tokens`, between two words that are kept, may be left out: they have no content, or are an insertion."""
    end = len(tokens)
    while end and tokens[end - 1] in _OPTIONAL:
        end -= 1
    gap = tokens[:end]
    if not any(map(_has_content, gap)):
        return True
    inside = gap[1:-1]
    is_apposition = gap[-1] in _RELATIVE_PRONOUNS and bool(inside) and inside[0] in ("a", "an")
    is_insertion = gap[0] in _MARKS and (gap[-1] in _MARKS or is_apposition)
    return is_insertion and _MARKS.isdisjoint(inside) and CONDITIONS.isdisjoint(inside)


def _may_drop_ending(tokens: Sequence[str]) -> bool:
    if not any(map(_has_content, tokens)):
        return True
    return tokens[0] in _CLAUSE_STARTS | _MARKS and CONDITIONS.isdisjoint(tokens)


def _starts(original: Sequence[str]) -> set[int]:
    """Positions before which everything may be left out: the start, after a comma, "we show that" or "we propose"."""
    openings = ((i, original[:i]) for i in range(len(original)))
    return {i for i, opening in openings if CONDITIONS.isdisjoint(opening) and _may_drop_opening(_last_clause(opening))}


def _may_drop_opening(clause: Sequence[str]) -> bool:
    if NEGATIONS.intersection(clause):
        return False
    words = [token for token in clause if token not in _OPTIONAL or token == "we"]
    if not any(map(_has_content, words)):
        return True
    is_report = words[-1] == "that" and words[-2] in stem_set(REPORTING_VERBS)
    return is_report or (words[-1] in stem_set(PROPOSAL_VERBS) and words[-2:-1] == ["we"])


def _own_work_starts(original: Sequence[str], has_copula: bool) -> set[int]:
    """Positions of what the paper says of itself: after "we", "our method" or, with a copula, "we propose a"."""
    openings = ((i, original[:i]) for i in range(len(original)))
    return {
        i
        for i, opening in openings
        if CONDITIONS.isdisjoint(opening) and _names_own_work(_last_clause(opening), has_copula)
    }


def _names_own_work(clause: Sequence[str], has_copula: bool) -> bool:
    subject = next((n for n, token in enumerate(clause) if token in ("we", "our", "this")), None)
    if subject is None or NEGATIONS.intersection(clause):
        return False
    following = [token for token in clause[subject + 1 :] if token not in ("we", "the")]
    if following[:1] and following[0] in stem_set(_OWN_NOUNS):
        following = following[1:]
    elif clause[subject] == "this":
        return False
    proposes = bool(following) and following[0] in stem_set(PROPOSAL_VERBS)
    if has_copula:
        return proposes and _are_adjectives(following[1:])
    return not following or (proposes and following[1:] == ["to"])


def _are_adjectives(tokens: Sequence[str]) -> bool:
    """Whether `tokens` are empty, or an article and what may stand between it and its noun."""
    if not tokens:
        return True
    return tokens[0] in ("a", "an") and len(tokens) <= _MAX_ADJECTIVES and _PREPOSITIONS.isdisjoint(tokens)


def _last_clause(tokens: Sequence[str]) -> Sequence[str]:
    """What follows the last mark of `tokens` and the conjunction after it."""
    start = next((n for n in range(len(tokens), 0, -1) if tokens[n - 1] in _MARKS), 0)
    clause = tokens[start:]
    return clause[1:] if start and clause[:1] and clause[0] in _CONJUNCTIONS else clause


def _has_content(token: str) -> bool:
    return token not in _OPTIONAL and token not in _MARKS and token not in _RELATIVE_PRONOUNS
