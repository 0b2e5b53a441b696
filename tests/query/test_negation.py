"""What a question excludes cannot be searched for, which is said, unless papers say it in so many words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from rag.index.opening import open_current
from rag.index.store import Store
from rag.paper import Paper
from rag.query.negation import excluded
from rag.query.understanding import understand
from tests.index.building import build_index


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    papers = [
        Paper("Owls", "Owls learn by diffusion and attention.", source="owls.jsonl"),
        Paper("Bats", "Bats learn transformers without labels.", source="owls.jsonl"),
    ]
    with closing(open_current(build_index(tmp_path_factory.mktemp("owls"), papers))) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Which papers do NOT use diffusion?", "diffusion"),
        ("which papers don't use diffusion?", "diffusion"),
        ("papers on transformers but not attention", "attention"),
        ("papers on transformers without attention", "attention"),
    ],
)
def test_papers_that_mention_what_is_excluded_may_be_found(store: Store, question: str, words: str) -> None:
    notice = excluded(question, store)
    assert notice.startswith("What a paper does not do cannot be searched for")
    assert f"“{words}”" in notice


def test_a_query_for_papers_says_it(store: Store) -> None:
    question = "papers on transformers but not attention"
    assert understand(question, store).notice == excluded(question, store) != ""


@pytest.mark.parametrize(
    "question",
    [
        "which papers learn without labels?",
        "which papers not only use diffusion?",
        "which papers do not use walruses?",
        "which papers use diffusion?",
    ],
)
def test_what_papers_say_or_never_mention_is_searched_for(store: Store, question: str) -> None:
    assert excluded(question, store) == ""
