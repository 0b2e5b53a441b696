"""A question for numbers is answered by a table of what the papers state, or as before where they state none."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from rag.answer.asked import Asked
from rag.answer.pipeline import stream_answer
from rag.answer.types import Answer, Found
from rag.paper import Paper
from rag.query.history import History
from rag.query.understanding import understand
from rag.retrieval.retriever import HybridRetriever
from tests.conftest import collected
from tests.retrieval.conftest import searchable

SIEVE = Paper(
    "LeafNet: Sorting Leaves", "We sort leaves. LeafNet reaches an accuracy of 92.3% on LeafBank. It runs at 30 fps."
)
NET = Paper(
    "Nets for Leaf Sorting",
    "Leaves are sorted by nets. The nets reach an accuracy of 88% on LeafBank and 71% on MossSet.",
)
PRESS = Paper("Pressing Leaves", "Leaves of LeafBank are pressed before they are sorted. No number is known.")
OWLS = Paper("Owls at Night", "Owls hear voles. Owls fly slowly.")
OTHERS = [Paper(f"Glacier {n}", f"Glaciers of valley {name} melt. Rivers rise.") for n, name in enumerate("ABCDEFGH")]
PAPERS = [SIEVE, NET, PRESS, OWLS, *OTHERS]
Tabled = Callable[..., Answer]


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HybridRetriever]:
    with searchable(tmp_path_factory.mktemp("leaves"), PAPERS) as found:
        yield found


async def no_model() -> None:
    return None


@pytest.fixture
def ask(retriever: HybridRetriever) -> Tabled:
    def ask(question: str, cited: tuple[Paper, ...] = (), max_papers: int | None = None) -> Answer:
        history = History(("which papers sort leaves?",) if cited else (), cited)
        query = understand(question, retriever.store, history)
        asked = Asked(0.0, max_papers, history=history)
        events = collected(stream_answer(query, retriever, no_model, lambda paper: PAPERS.index(paper) + 1, asked))
        found, answer = events[0], events[-1]
        assert isinstance(found, Found)
        assert isinstance(answer, Answer)
        assert found.measurements == answer.measurements
        return answer

    return ask


def rows(answer: Answer) -> list[tuple[int, str, str, str]]:
    return sorted((row.citation.n, row.quantity, row.value, row.dataset) for row in answer.measurements)


def test_the_papers_that_mention_a_data_set_are_read_for_it(ask: Tabled) -> None:
    answer = ask("what accuracy on LeafBank?")
    assert rows(answer) == [(1, "accuracy", "92.3%", "LeafBank"), (2, "accuracy", "88%", "LeafBank")]
    assert answer.headline == "2 of 3 papers that mention “LeafBank” state accuracy on it."


def test_each_cell_has_its_sentence_and_each_sentence_is_a_statement_once(ask: Tabled) -> None:
    answer = ask("what accuracy on LeafBank?")
    assert {row.value in row.citation.quote for row in answer.measurements} == {True}
    assert [statement.text for statement in answer.statements] == list(
        dict.fromkeys(row.citation.quote for row in answer.measurements)
    )
    assert {statement.verdict for statement in answer.statements} == {"quote"}


def test_they_are_the_papers_of_the_last_answer(ask: Tabled) -> None:
    answer = ask("how fast are they?", cited=(SIEVE, NET, PRESS))
    assert rows(answer) == [(1, "runs at", "30 fps", "")]
    assert answer.headline == "1 of 3 papers of the last answer states a speed."
    assert not answer.refused


def test_at_most_as_many_papers_as_are_wanted_have_rows(ask: Tabled) -> None:
    assert len({row.citation.n for row in ask("what accuracy on LeafBank?", max_papers=1).measurements}) == 1


@pytest.mark.parametrize(
    "question",
    ["what accuracy on PondNet?", "what weight on LeafBank?", "which papers sort leaves?", "how fast do owls fly?"],
)
def test_without_such_numbers_there_is_no_table(ask: Tabled, question: str) -> None:
    assert ask(question).measurements == ()


def test_a_single_number_of_one_paper_is_quoted(ask: Tabled) -> None:
    answer = ask("how fast is LeafNet?")
    assert answer.measurements == ()
    assert any("30 fps" in statement.text for statement in answer.statements)
