"""Turns as JSON, packed: each paper is a record of its own, and a turn refers to it by the hash of that record.

A paper is known by its whole record, not by its title: a rebuild may change an abstract between two questions, and the
offsets of a citation hold for the abstract that was cited.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from rag.text import replace_surrogates
from rag.web.turns import Turn

MAX_UNPACKED = 50_000_000  # bytes, unpacked; far above what is ever kept, so that no damaged file fills the memory
_REFERENCE = "paper_id"
_PASSING = ("working", "unkept")  # what is true of a turn only while it is in memory
_SENTENCES = ("statements", "written")
_RATING = ("good", "note")
# The names of 0.4.0, which kept all turns of a conversation in one JSON text with every paper spelled out.
_RENAMED = {"kind": "intent", "partial": "related", "silent": "not_stated_by", "most": "limit"}
# The verdicts of versions up to 0.8.0: what was checked then is not what "reworded" or "judged" say.
_UNVERIFIED = ("supported", "partly")


def dump(turn: Turn) -> tuple[str, dict[str, str]]:
    """`turn` as JSON, and as JSON the papers it refers to, by their ids."""
    data = _adapter().dump_python(turn, mode="json", exclude_defaults=True)
    for name in _PASSING:
        data.pop(name, None)
    for name in _SENTENCES:
        if turn.answer and tuple(getattr(turn, name)) == getattr(turn.answer, name):
            data.pop(name, None)  # they are those of the answer
    papers: dict[str, str] = {}
    return _json(_with_references(data, papers)), papers


def load(text: str, papers: Mapping[str, str]) -> Turn:
    """The turn that `dump` turned into `text` and `papers`. Raises ValueError for anything else."""
    data = _with_papers(_with_verdicts(json.loads(text)), papers)
    if isinstance(data, dict) and isinstance(data.get("answer"), dict):
        for name in _SENTENCES:
            data.setdefault(name, data["answer"].get(name, []))
    return _ended(_adapter().validate_python(data))


def load_released(text: str) -> list[Turn]:
    """The turns of a conversation that version 0.4.0 kept. Raises ValueError for anything else."""
    turns = json.loads(text)
    if not isinstance(turns, list):
        raise ValueError("A conversation is a list of turns.")
    return [_ended(_adapter().validate_python(_renamed(_with_verdicts(turn)))) for turn in turns]


def lines(text: str, papers: Iterable[str]) -> list[str]:
    """What can be searched of a turn that `dump` turned into `text` and `papers`: [] for anything else.

    The question comes first, then the first line of the answer, its sentences, and the titles of the papers.
    """
    try:
        turn = json.loads(text)
        answer = turn.get("answer") or turn
        sentences = [sentence for name in _SENTENCES for sentence in answer.get(name, ())]
        found = [turn["question"], answer.get("headline")] + [sentence["text"] for sentence in sentences]
        found += [json.loads(paper)["title"] for paper in papers]
    except (ValueError, AttributeError, TypeError, KeyError):  # another version wrote it
        return []
    return [line for line in found if isinstance(line, str) and line]


def unrated(text: str) -> str:
    """The turn that `dump` turned into `text`, without what its reader thinks of it."""
    turn = json.loads(text)
    if not isinstance(turn, dict):
        raise ValueError("A turn is a record.")
    return _json({name: value for name, value in turn.items() if name not in _RATING})


def paper_id(record: str) -> str:
    """The id of the paper whose JSON is `record`."""
    return hashlib.sha256(record.encode()).hexdigest()[:32]


def packed(text: str) -> bytes:
    """`text` as it is kept."""
    return zlib.compress(text.encode(), 9)


def unpacked(content: bytes) -> str:
    """The text that was `packed`. Raises ValueError for anything else."""
    try:
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(content, MAX_UNPACKED)
    except (zlib.error, TypeError) as fault:  # a hand may have put a text there
        raise ValueError("This was not packed here.") from fault
    if not unpacking.eof:
        raise ValueError("This is cut off, or too large.")
    return text.decode()


def _json(data: Any) -> str:
    return replace_surrogates(json.dumps(data, sort_keys=True, ensure_ascii=False))


def _ended(turn: Turn) -> Turn:
    """`turn`, stopped if it was still running: nothing works on it any more."""
    turn.ahead = None
    turn.stopped = turn.stopped or turn.running
    return turn


def _with_references(data: Any, papers: dict[str, str]) -> Any:
    """`data` with a reference in place of each paper, the only kind of record with an abstract; fills `papers`."""
    if isinstance(data, Sequence) and not isinstance(data, str):
        return [_with_references(value, papers) for value in data]
    if not isinstance(data, dict):
        return data
    if "abstract" not in data:
        return {key: _with_references(value, papers) for key, value in data.items()}
    record = _json(data)
    id_ = paper_id(record)
    papers[id_] = record
    return {_REFERENCE: id_}


def _with_papers(data: Any, papers: Mapping[str, str]) -> Any:
    """`data` with the paper in place of each reference. Raises ValueError where one is missing."""
    if isinstance(data, list):
        return [_with_papers(value, papers) for value in data]
    if not isinstance(data, dict):
        return data
    if _REFERENCE not in data:
        return {key: _with_papers(value, papers) for key, value in data.items()}
    if not isinstance(data[_REFERENCE], str) or data[_REFERENCE] not in papers:
        raise ValueError(f"The paper {data[_REFERENCE]} is missing.")
    return json.loads(papers[data[_REFERENCE]])


def _with_verdicts(data: Any) -> Any:
    """`data` with the verdicts of this version in place of older ones."""
    if isinstance(data, list):
        return [_with_verdicts(value) for value in data]
    if not isinstance(data, dict):
        return data
    data = {key: _with_verdicts(value) for key, value in data.items()}
    return data | {"verdict": "unverified"} if data.get("verdict") in _UNVERIFIED else data


def _renamed(data: Any) -> Any:
    if isinstance(data, list):
        return [_renamed(value) for value in data]
    if not isinstance(data, dict):
        return data
    return {_RENAMED.get(key, key): _renamed(value) for key, value in data.items()}


@cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Turn)
