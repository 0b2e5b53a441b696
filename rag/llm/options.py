"""Finds out which options of a request a server takes, and remembers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from rag.llm import faults

_T = TypeVar("_T")
Fields = Mapping[str, Any]  # of the JSON of a request
# The forms of each option, of which a server may take only a later one; {} as the last makes it dispensable.
Wanted = Mapping[str, Sequence[Fields]]


class Options:
    """Which form of each option a model takes, as far as requests have shown."""

    def __init__(self) -> None:
        self._forms: dict[str, int] = {}

    async def send(self, wanted: Wanted, request: Callable[[Fields], Awaitable[_T]]) -> _T:
        """The result of `request`, which is called with the fields of other forms while the server rejects them."""
        known = {name: min(self._forms.get(name, 0), len(forms) - 1) for name, forms in wanted.items()}
        trials, first = _Trials(wanted, known), None
        for forms in trials:
            try:
                result = await request(_fields(wanted, forms))
            except Exception as fault:
                if not faults.is_bad_request(fault):
                    raise
                first = first or fault
                trials.message = faults.rejection(fault)
            else:
                self._forms = {
                    name: max(form, self._forms.get(name, 0)) for name, form in (self._forms | forms).items()
                }
                return result
        assert first
        raise first


class _Trials:
    """The forms to try: as known, then without what the server's message names, then without each, and without all."""

    def __init__(self, wanted: Wanted, known: dict[str, int]) -> None:
        self._wanted, self._known = wanted, known
        self.message = ""  # with which the server rejected the last request

    def __iter__(self) -> Iterator[dict[str, int]]:
        forms = self._known
        yield forms
        while named := [
            name for name in self._later(forms) if _is_named(self._wanted[name][forms[name]], self.message)
        ]:
            forms = forms | {name: self._next(name, forms[name]) for name in named}
            yield forms
        last = {name: len(self._wanted[name]) - 1 for name in self._later(forms) if not self._wanted[name][-1]}
        for name, form in last.items():
            yield forms | {name: form}
        if len(last) > 1:
            yield forms | last

    def _next(self, name: str, form: int) -> int:
        """The form after `form`; the last if the message is not about the word that is its value."""
        fields, last = self._wanted[name][form], len(self._wanted[name]) - 1
        words = [value for value in fields.values() if isinstance(value, str)]
        return last if words and not any(word in self.message for word in words) else form + 1

    def _later(self, forms: dict[str, int]) -> list[str]:
        """The options that have another form."""
        return [name for name, form in forms.items() if form + 1 < len(self._wanted[name])]


def _fields(wanted: Wanted, forms: Mapping[str, int]) -> dict[str, Any]:
    return {field: value for name, form in forms.items() for field, value in wanted[name][form].items()}


def _is_named(fields: Fields, message: str) -> bool:
    return any(field in message for field in fields)
