"""The papers that a reader selected, as addresses name them and a conversation shows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import QuestionError
from rag.index.opening import open_current
from rag.web import templates
from rag.web.selected import MAX_SELECTED, MAX_SELECTED_CHARS, SelectedView, hashes_in, paper_hashes, selected_view

from .payloads import PAYLOADS
from .reader import read, skeleton
from .samples import OTHER, PAPER, harmless, hostile

FIRST, SECOND = "0123456789ab", "ba9876543210"


def test_an_address_names_each_paper_once() -> None:
    assert hashes_in(f"{FIRST}.{SECOND}.{FIRST}") == (FIRST, SECOND)
    assert hashes_in("") == hashes_in(".") == ()


def test_no_more_papers_are_selected_than_an_address_holds() -> None:
    most = [f"{n:012x}" for n in range(MAX_SELECTED)]
    assert hashes_in(".".join(most)) == tuple(most)
    assert len(".".join(most)) <= MAX_SELECTED_CHARS
    with pytest.raises(QuestionError, match="At most 100 papers can be selected, not 101"):
        paper_hashes([*most, SECOND])


@pytest.mark.parametrize("other", ["x", "0123456789AB", f"{FIRST}0", f"{FIRST}\n", "../../../../", "٠" * 12])
def test_what_is_no_paper_is_refused(other: str) -> None:
    with pytest.raises(QuestionError, match="named by 12 digits"):
        hashes_in(f"{FIRST}.{other}")


def test_papers_that_are_gone_are_counted(index_dir: Path) -> None:
    store = open_current(index_dir)
    here = store.paper(3)
    view = selected_view([here.identity_hash, FIRST, SECOND], store)
    assert view
    assert (view.papers, view.name, view.missing) == ((here,), here.title, "2 others are no longer in the collection.")
    assert view.address == f"{here.identity_hash}.{FIRST}.{SECOND}"
    whole = selected_view([here.identity_hash, store.paper(1).identity_hash], store)
    assert whole
    assert (whole.name, whole.missing) == ("2 selected papers", "")
    assert selected_view([], store) is None
    with pytest.raises(QuestionError, match="None of the selected papers"):
        selected_view([FIRST], store)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_others_becomes_markup(payload: str) -> None:
    def shown(text: str, *others: str) -> str:
        papers = tuple(map(hostile, (text, *others)))
        view = SelectedView(tuple(paper.identity_hash for paper in papers), papers)
        return templates.fragment("selected.html", "chip", view) + templates.fragment("selected.html", "welcome", view)

    plain = harmless(payload)
    assert skeleton(shown(payload)) == skeleton(shown(plain))
    assert skeleton(shown(payload, f"2{payload}")) == skeleton(shown(plain, f"2{plain}"))
    assert read(shown(payload, "Other")).text.count(payload) == 2


def test_the_chip_says_what_is_asked_and_names_it_for_the_script() -> None:
    def chip(*papers: object) -> str:
        view = SelectedView((FIRST, SECOND)[: len(papers)], papers) if papers else None  # type: ignore[arg-type]
        return templates.fragment("selected.html", "chip", view)

    one, two, none = (read(chip(*papers)).all("div")[0] for papers in ([PAPER], [PAPER, OTHER], []))
    assert (one.attributes["data-papers"], one.attributes["data-name"]) == (FIRST, "A Title")
    assert (two.attributes["data-papers"], two.attributes["data-name"]) == (f"{FIRST}.{SECOND}", "2 selected papers")
    assert "hidden" in none.attributes
    assert none.attributes["data-papers"] == ""
    assert "only: A Title" in one.text
    assert "only 2 selected papers A Title Other" in two.text
