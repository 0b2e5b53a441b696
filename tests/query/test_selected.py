"""Papers that a reader selected: how they limit a question, and how they change what it means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import QuestionError
from rag.index.opening import open_current
from rag.index.store import Store
from rag.models.encoding import Embedding
from rag.query.history import History
from rag.query.routing import Router
from rag.query.selected import Selected, selected
from rag.query.understanding import Query, understand


@pytest.fixture(scope="module")
def store(index_dir: Path) -> Iterator[Store]:
    with closing(open_current(index_dir)) as opened:
        yield opened


@pytest.fixture(scope="module")
def ask(store: Store, model: Embedding) -> Callable[..., Query]:
    """The query for a question to selected papers."""
    router = Router(model)

    def query(question: str, papers: Selected, history: History = History()) -> Query:  # noqa: B008 - it is immutable
        return understand(question, store, papers.within(history), router=router, selected=papers)

    return query


def some(store: Store, *numbers: int, without: tuple[str, ...] = (), gone: int = 0) -> Selected:
    hashes = [*(store.paper(n).identity_hash for n in numbers), *(f"{n:012x}" for n in range(gone))]
    found = selected(hashes, store, without)
    assert found
    return found


def test_only_the_selected_papers_are_searched_and_this_is_a_filter_like_others(
    store: Store, ask: Callable[..., Query]
) -> None:
    papers = some(store, 1, 2, 3)
    alone = ask("which papers use diffusion?", papers)
    assert (alone.among, alone.searched, alone.filters) == ({1, 2, 3}, 3, ("3 selected papers",))
    dated = ask("which papers use diffusion since 2024?", papers)
    assert dated.filters == ("3 selected papers", "since 2024")
    assert dated.among == {n for n in (1, 2, 3) if (store.paper(n).year or 0) >= 2024}


def test_the_filter_of_the_selection_is_removed_as_others_are(store: Store) -> None:
    hashes = [store.paper(n).identity_hash for n in (1, 2)]
    assert selected(hashes, store, ["2 selected papers"]) is None
    assert selected(hashes[:1], store, [store.paper(1).title]) is None
    assert selected([], store) is None


def test_papers_that_are_gone_are_said_and_without_any_there_is_no_question(
    store: Store, ask: Callable[..., Query]
) -> None:
    assert ask("which papers use diffusion?", some(store, 1, 2)).notice == ""
    noticed = ask("which papers use diffusion?", some(store, 1, 2, gone=1)).notice
    assert noticed == "1 of 3 selected papers is no longer in the collection."
    with pytest.raises(QuestionError, match="None of the selected papers is in the collection any more"):
        selected(["0" * 12], store)


@pytest.mark.parametrize("question", ["summarize", "what is this about?", "tell me more", "summarize this paper"])
def test_a_question_for_nothing_in_particular_gets_the_paper_itself(
    store: Store, ask: Callable[..., Query], question: str
) -> None:
    found = ask(question, some(store, 2)).wished
    assert found
    assert (found.wish, found.papers) == ("paper", (store.paper(2),))


@pytest.mark.parametrize("question", ["what are these about?", "list all papers", "how many papers are there?"])
def test_of_several_papers_such_a_question_gets_the_list(
    store: Store, ask: Callable[..., Query], question: str
) -> None:
    found = ask(question, some(store, 2, 5))
    assert found.wished
    assert found.wished.wish in ("list", "count")
    assert found.among == {2, 5}


def test_they_are_the_selected_papers_until_an_answer_cites_some_of_them(
    store: Store, ask: Callable[..., Query]
) -> None:
    papers = some(store, 1, 2, 3)
    compared = ask("how do they differ?", papers)
    assert (compared.intent, compared.compared_items) == ("comparison", tuple(paper.title for paper in papers.papers))
    answered = History(("which papers use diffusion?",), (store.paper(2), store.paper(9)))
    assert papers.within(answered).cited == (store.paper(2),)
    assert ask("which of those are fast?", papers, answered).among == {2}
    assert ask("which of them are fast?", papers).filters == ("3 selected papers",)


def test_a_single_paper_is_what_every_question_is_about(store: Store, ask: Callable[..., Query]) -> None:
    papers, title = some(store, 2), store.paper(2).title
    assert ask("how fast is it?", papers).rewrites[0].startswith(title)
    assert ask("does denoising stop early?", papers).rewrites == (
        f"{title} does denoising stop early?",
        "does denoising stop early?",
    )
    assert ask("what are the limitations?", papers).wished is None
    assert ask("what is denoising?", papers).intent == "definition"
    assert ask("what is the pipeline?", papers).intent == "fact"  # which it does not define


def test_a_paper_that_is_named_but_not_selected_is_said_to_be_left_out(store: Store, ask: Callable[..., Query]) -> None:
    other = store.paper(8)
    noticed = ask(f"how many parameters has {other.short_name}?", some(store, 1, 2)).notice
    assert noticed.startswith(f"“{other.title}”")
    assert noticed.endswith("is not within “2 selected papers”.")
