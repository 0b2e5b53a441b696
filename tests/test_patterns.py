"""No regular expression takes long for any text that reaches it: each is tried on texts derived from it."""

from __future__ import annotations

import ast
import importlib
import re
import signal
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

import rag
from rag.answer.sentence_ranking import definition_pattern
from rag.index.phrases import MAX_LONG_FORM_CHARS, _pattern
from rag.language.tokens import HYPHEN, PARENTHESES, _scanner
from rag.paper import MAX_ABSTRACT
from rag.query.intent import MAX_ASKED_CHARS
from rag.query.question import MAX_QUESTION_CHARS
from rag.retrieval.grading.grader import _GRADE
from tests.pathological import attack, attacks

ROOT = Path(rag.__file__).parent
ROOMS = sorted(path.stem for path in ROOT.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists())
SHORT = 200  # characters of the first try; the slowest texts are tried again as long as they can be
SLOWEST = 3
SECONDS = 0.4  # of processor time that one text may take; expressions that go through it once take a hundredth of that
METHODS = ("compile", "search", "match", "fullmatch", "split", "sub", "subn", "findall", "finditer")
SPACED = (
    "rag.sources",
    "rag.fetch",
    "rag.health",
)  # whose texts may have white space in rows; other rooms' are on one line
# Characters of the texts that an expression sees, where they are other than MAX_ABSTRACT.
LENGTHS = {
    "rag.query": MAX_QUESTION_CHARS,
    "rag.cli": MAX_QUESTION_CHARS,
    "rag.health": 1_000,  # messages of our own
    "rag.query.intent._COMPARED": MAX_ASKED_CHARS,
    "rag.query.intent._COMPARISON": MAX_ASKED_CHARS,
    "rag.query.intent._AROUND": MAX_ASKED_CHARS,
    "rag.query.intent._DEFINITIONS": MAX_ASKED_CHARS,
    "rag.index.phrases._WORDS_BEFORE": MAX_LONG_FORM_CHARS,
}
# Modules whose functions make expressions of what they are given, and expressions that these made; () where all that is
# added are a user's words, escaped, or where the expressions that are made are held by the module.
MADE: dict[str, tuple[re.Pattern[str], ...]] = {
    "rag.answer.facets": (),
    "rag.answer.sentence_ranking": tuple(filter(None, [definition_pattern("owl net")])),
    "rag.chat.examples": (),
    "rag.chat.suggestions": (),
    "rag.index.phrases": tuple(filter(None, [_pattern("owl nets")])),
    "rag.language.tokens": (_scanner((HYPHEN, PARENTHESES), True), _scanner((), False)),
    "rag.query.intent": (),
    "rag.query.merging": (),
    "rag.query.titles": (),
    "rag.retrieval.grading.grader": (re.compile(_GRADE.format(n=1)),),
    "rag.sources.json_records.scan": (),
    "rag.sources.tables.cells": (),
    "rag.sources.xml_records.scan": (),
    "rag.sources.xml_records.stream": (),
    "rag.verify.rules.wording": (),
}


class Found(NamedTuple):
    """An expression in the code, its `name`, and how it is used, as far as that is known."""

    pattern: re.Pattern[str]
    name: str
    methods: frozenset[str]

    @property
    def length(self) -> int:
        """The characters of the longest text that it sees."""
        names = sorted((name for name in LENGTHS if f"{self.name}.".startswith(f"{name}.")), key=len)
        return LENGTHS[names[-1]] if names else MAX_ABSTRACT

    def text(self, parts: tuple[str, str, str], size: int) -> str:
        text = attack(parts, size)
        return text if self.name.startswith(SPACED) else " ".join(text.split())


class Module(NamedTuple):
    """A module of the code, and its syntax."""

    module: ModuleType
    tree: ast.Module

    def expressions(self) -> Iterator[Found]:
        """The expressions that the module holds, and those that its functions spell."""
        methods = self._methods()
        for name in self._assigned():
            for pattern in held(vars(self.module).get(name)):
                yield Found(pattern, f"{self.module.__name__}.{name}", methods.get(name, frozenset()))
        for pattern in MADE.get(self.module.__name__, ()):
            yield Found(pattern, self.module.__name__, frozenset())
        for call in (node for node in ast.walk(self.tree) if isinstance(node, ast.Call) and _is_of_re(node.func)):
            pattern = self._spelled(call)
            method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            if pattern is None:
                assert self.module.__name__ in MADE, f"{self.module.__name__}:{call.lineno} is not tried"
            elif method != "compile":
                yield Found(pattern, f"{self.module.__name__}:{call.lineno}", frozenset((method,)))

    def _assigned(self) -> list[str]:
        """The names that the module itself gives a value."""
        targets = [node.targets for node in self.tree.body if isinstance(node, ast.Assign)]
        targets += [[node.target] for node in self.tree.body if isinstance(node, ast.AnnAssign)]
        return [
            node.id for each in targets for target in each for node in ast.walk(target) if isinstance(node, ast.Name)
        ]

    def _methods(self) -> dict[str, frozenset[str]]:
        """The methods that are called on each name, where nothing else is done with it."""
        loads = [node for node in ast.walk(self.tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
        called = [
            (node.value.id, node.attr)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        ]
        uses, counts = Counter(node.id for node in loads), Counter(name for name, _ in called)
        names = [name for name in counts if counts[name] == uses[name] and name.startswith("_")]
        return {name: frozenset(attr for owner, attr in called if owner == name) for name in names}

    def _spelled(self, call: ast.Call) -> re.Pattern[str] | None:
        """The expression in `call`; None if it depends on what only the function knows."""
        flags = [each.value for each in call.keywords if each.arg == "flags"]
        try:
            spelled, *flag = (
                eval(compile(ast.Expression(node), "", "eval"), dict(vars(self.module)))
                for node in [call.args[0], *flags]
            )
        except NameError:
            return None
        return re.compile(spelled if isinstance(spelled, str) else spelled.decode("latin-1"), *flag)


class TooLong(Exception):
    """A text has taken all the time that it may."""


def _is_of_re(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr in METHODS
        and isinstance(function.value, ast.Name)
        and function.value.id == "re"
    )


def held(value: Any, depth: int = 4) -> Iterator[re.Pattern[str]]:
    """The expressions of text in `value`, also within tuples, mappings and data classes."""
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif depth and isinstance(value, (list, tuple, set, frozenset)):
        for each in value:
            yield from held(each, depth - 1)
    elif depth and isinstance(value, dict):
        yield from held([*value, *value.values()], depth - 1)
    elif depth and is_dataclass(value) and not isinstance(value, type):
        yield from held([getattr(value, field.name) for field in fields(value)], depth - 1)


def seconds(found: Found, text: str) -> float:
    """The processor time that the expression takes for `text`, in seconds, at most SECONDS."""
    begin = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        if "fullmatch" in found.methods:
            found.pattern.fullmatch(text)
        if found.methods - {"fullmatch", "match"} or not found.methods:
            deque(found.pattern.finditer(text), maxlen=0)
        else:
            found.pattern.match(text)
    except TooLong:
        return SECONDS
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - begin


def slow_text(found: Found) -> str:
    """A text for which the expression takes too long; "" if there is none."""
    times = []
    for parts in attacks(found.pattern):
        begin = time.perf_counter()  # processor time comes in steps of milliseconds, a hundred times what this may take
        is_slow = seconds(found, found.text(parts, min(SHORT, found.length))) == SECONDS
        times.append((time.perf_counter() - begin, parts))
        if is_slow:
            break
    for _, parts in sorted(times, reverse=True)[:SLOWEST]:
        if seconds(found, text := found.text(parts, found.length)) == SECONDS:
            return text
    return ""


def modules(room: str) -> Iterator[Module]:
    path = ROOT / room
    for file in sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]:
        if file.name != "__main__.py":
            name = ".".join(("rag", *file.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
            yield Module(importlib.import_module(name), ast.parse(file.read_text(encoding="utf-8")))


@pytest.fixture
def limited() -> Iterator[None]:
    """Interrupts an expression that takes longer than SECONDS: the module re looks for signals as it goes."""

    def interrupt(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, interrupt)
    yield
    signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.usefixtures("limited")
def test_no_text_takes_an_expression_long(room: str) -> None:
    found = {(each.pattern, each.length): each for module in modules(room) for each in module.expressions()}
    slow = {
        each.name: f"{each.pattern.pattern[:60]!r} for {text[:60]!r}"
        for each in found.values()
        if (text := slow_text(each))
    }
    assert not slow, "\n".join(f"{name}: {why}" for name, why in slow.items())


@pytest.mark.usefixtures("limited")
def test_the_texts_find_expressions_that_take_long() -> None:
    for spelled in (
        r"\s+$",
        r"(a+)+b",
        r"[A-Z][\w-]*(?:[ -][A-Z][\w-]*)* end",
    ):
        assert slow_text(Found(re.compile(spelled), "rag.sources", frozenset())), spelled
