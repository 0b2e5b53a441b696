"""What the fuzz tests are fed: texts, damaged files, JSON, papers and answers."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any, get_args

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from rag.answer.types import Answer, Citation, Effort, Form, Found, Listed, Statement, Verdict
from rag.paper import Paper
from rag.query.intent import Intent, Wish
from rag.web.turns import Choices, Turn

# Characters that have broken something somewhere: controls, bidi, invisible ones, surrogates, combining marks, digits
# of other scripts, ligatures, formulas and markup.
ODD = "\0\t\n\r\x0b\x1b\x85\xa0\u00ad\u0130\u0301\u0660\u200b\u200e\u202e\u2028\u2066\ufb01\ufeff\ufffd\U0001f9ea\u3099"
MARKUP = r"""$\{}<>[]()"'`“”%&#@_^~|*=;:,./?!-–"""
_ALPHABET = st.one_of(st.sampled_from(string.ascii_letters + string.digits + " "), st.sampled_from(ODD + MARKUP))


def texts(max_size: int = 60) -> SearchStrategy[str]:
    """Any text, often of characters that have a meaning somewhere; no halves of surrogate pairs."""
    return st.one_of(st.text(_ALPHABET, max_size=max_size), st.text(max_size=max_size))


def raw_texts(max_size: int = 60) -> SearchStrategy[str]:
    """As `texts`, with halves of surrogate pairs, as JSON may hold them."""
    return st.one_of(texts(max_size), st.text(st.characters(), max_size=max_size), st.just("\ud800"))


def shorts() -> SearchStrategy[str]:
    """Texts that are quick to choose, for what is in large things."""
    return st.sampled_from(
        ["", "a", "x\u202ey", "<b>&amp;", "$x_1^2$", "=1+1", "Śé\u0301", "a\nb", "“q”", "{0}", "\U0001f9ea"]
    )


def lines(max_size: int = 60) -> SearchStrategy[str]:
    """Texts on one line, not blank, without characters that no paper holds."""
    plain = string.ascii_letters + string.digits + MARKUP + "éßøŁ王αβ½±\u0301 "
    return st.text(plain, min_size=1, max_size=max_size).map(lambda text: " ".join(text.split())).filter(bool)


def json_values() -> SearchStrategy[Any]:
    """Any value that JSON may hold."""
    number = st.one_of(st.integers(), st.floats(allow_nan=True))
    leaf = st.one_of(st.none(), st.booleans(), number, raw_texts(20), st.just(10**400))
    return st.recursive(
        leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(10), inner, max_size=3), max_leaves=8
    )


@st.composite
def damaged_json(draw: st.DrawFn, value: Any) -> Any:
    """`value` with one part of it, at any depth, replaced, removed or repeated."""
    if isinstance(value, dict) and value and draw(st.integers(0, 9)):
        key = draw(st.sampled_from(sorted(value)))
        if not draw(st.integers(0, 5)):
            return {name: part for name, part in value.items() if name != key}
        if not draw(st.integers(0, 5)):
            return {**value, draw(texts(10)): value[key]}
        return {**value, key: draw(damaged_json(value[key]))}
    if isinstance(value, list) and value and draw(st.integers(0, 9)):
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], draw(damaged_json(value[place])), *value[place + draw(st.integers(0, 1)) :]]
    return draw(json_values())


@st.composite
def damaged(draw: st.DrawFn, seeds: Sequence[bytes], tokens: Sequence[bytes]) -> bytes:
    """One of `seeds` with a few edits: parts removed, repeated, cut off, or replaced by `tokens` and other bytes."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data)))
        end = min(place + draw(st.sampled_from([0, 1, 3, 20, 200, len(data)])), len(data))
        chosen = st.sampled_from([b"", data[place:end] * 3, *tokens])
        inserted = draw(chosen | st.binary(max_size=4) | st.sampled_from(seeds))
        data = data[:place] + inserted + data[end:]
    return data


def papers() -> SearchStrategy[Paper]:
    """Papers as readers make them."""
    year = st.one_of(st.none(), st.integers(1000, 2100))
    ids = st.sampled_from([(), ("doi:10.5555/a_b-(c)1",), ("arxiv:2409.09144",), ("pmid:12345678",)])
    url = st.sampled_from(["", "https://example.org/a?b=1&c=%25#d", "javascript:alert(1)"])
    names = st.lists(lines(20), max_size=2).map(tuple)
    return st.builds(Paper, lines(30), lines(60), names, year, ids, url, st.just(""), st.booleans())


_KNOWN = st.builds(
    Paper,
    shorts().map("Owls {}".format),
    shorts().map("Owls hoot. {} It is so.".format),
    shorts().map(lambda name: (name,) * bool(name)),
    st.sampled_from([None, 2020]),
)


@st.composite
def citations(draw: st.DrawFn, cited: SearchStrategy[Paper] = _KNOWN) -> Citation:
    """Citations of any part of an abstract."""
    paper = draw(cited)
    start = draw(st.integers(0, len(paper.abstract) - 1))
    return Citation(draw(st.integers(1, 9)), paper, start, draw(st.integers(start + 1, len(paper.abstract))))


def _statements(cited: SearchStrategy[Citation]) -> SearchStrategy[Statement]:
    verdict, aspect = st.sampled_from(get_args(Verdict)), st.sampled_from(["", "Approach"])
    return st.builds(Statement, shorts(), _few(cited, 1), verdict, aspect, shorts(), shorts())


def _few(items: SearchStrategy[Any], least: int = 0) -> SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, min_size=least, max_size=2).map(tuple)


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Answers, refusals among them. They cite two papers at most."""
    collection = st.sampled_from(draw(st.lists(_KNOWN, min_size=1, max_size=2)))
    cited, count, seconds = citations(collection), st.integers(0, 9), st.floats(0, 99)
    statements = _few(_statements(cited))
    effort = st.builds(Effort, shorts(), count, count, count, count, seconds=seconds, cost=st.none() | seconds)
    fields: dict[str, SearchStrategy[Any]] = {
        "statements": statements,
        "written": statements,
        "related": _few(cited),
        "nearest": _few(collection),
        "searched": count,
        "filters": _few(shorts()),
        "intent": st.sampled_from(get_args(Intent)),
        "probability": st.floats(0, 1),
        "notice": shorts(),
        "not_stated_by": st.none() | collection,
        "effort": st.none() | effort,
        "headline": shorts(),
        "wish": st.sampled_from([None, *get_args(Wish)]),
        "listed": _few(st.builds(Listed, st.integers(1, 9), collection)),
        "form": st.sampled_from(get_args(Form)),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(fields)), max_size=6))
    return Answer(draw(texts(20)), **{name: draw(fields[name]) for name in sorted(chosen)})


@st.composite
def turns(draw: st.DrawFn) -> Turn:
    """Turns that have ended."""
    answer = draw(st.none() | answers())
    found = st.builds(Found, _few(_KNOWN), st.integers(0, 9))
    choices = st.builds(Choices, _few(shorts()), st.none() | st.integers(1, 9), shorts())
    turn = Turn(draw(texts()), draw(choices), draw(st.integers(0, 9)), found=draw(st.none() | found), answer=answer)
    several = st.lists(_statements(citations()), max_size=1)
    turn.statements = list(answer.statements) if answer else draw(several)
    turn.written = list(answer.written) if answer else draw(several)
    turn.error, turn.stopped = draw(shorts()), answer is None
    turn.good, turn.note = draw(st.none() | st.booleans()), draw(texts(20))
    return turn
