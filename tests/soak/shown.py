"""What a page shows of a conversation, read as its user would."""

from __future__ import annotations

from dataclasses import dataclass

from tests.web.reader import Element, Reader

_TURN, _END = '<article class="turn"', "</article>"


@dataclass(frozen=True)
class ShownTurn:
    """A turn on a page. `answer` is the text of all that was written or quoted, `rated` "good", "bad" or ""."""

    question: str
    state: str
    answer: str
    rated: str
    note: str
    faults: tuple[str, ...]


def turns(html: str) -> list[ShownTurn]:
    """The turns in `html`, in order."""
    parts = html.split(_TURN)[1:]
    return [_turn(Reader(_TURN + part[: part.index(_END)] + _END)) for part in parts]


def faults(html: str) -> list[str]:
    """What a page or a part of one says went wrong."""
    return [element.text for element in Reader(html).elements if _has(element, "fault")]


def _turn(page: Reader) -> ShownTurn:
    elements = page.elements
    sentences = [one.text for one in elements if _has(one, "statement") or _has(one, "refused") or _has(one, "listed")]
    rated = [one.attributes["value"] for one in elements if one.attributes.get("aria-pressed") == "true"]
    notes = [one.attributes.get("value", "") for one in elements if one.attributes.get("name") == "note"]
    return ShownTurn(
        page.all("h2", "question")[0].text,
        elements[0].attributes["data-state"],
        "\n".join(sentences),
        rated[0] if rated else "",
        notes[0] if notes else "",
        tuple(one.text for one in elements if _has(one, "fault")),
    )


def _has(element: Element, class_: str) -> bool:
    return class_ in element.attributes.get("class", "").split()
