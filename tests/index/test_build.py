"""Every part of a paper is searchable once it is built into an index, whatever the paper looks like."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import ModelError
from rag.index.checkpoint import CHECKPOINT_FILE
from rag.index.opening import open_current
from rag.models import embedding
from rag.models.encoding import EncodedText
from rag.models.torch_encoder import TorchEmbedding
from rag.paper import Paper
from tests.index.building import Recording, build_index, find


@pytest.mark.parametrize("end", [". ", " and "], ids=["many sentences", "one sentence"])
def test_an_abstract_beyond_the_limit_of_the_model_is_found_by_its_end(tmp_path: Path, end: str) -> None:
    filler = f"the harbour was calm and the boats lay still{end}" * 80
    needle = "the octopus opened the jar with its third arm."
    papers = [Paper("Other", f"{filler}the boats lay still."), Paper("Calm", filler + needle)]
    (hit,) = find(build_index(tmp_path, papers), "how do cephalopods unscrew lids?")
    assert hit.paper.title == "Calm"
    assert hit.best.endswith(needle)


def test_a_title_beyond_the_limit_of_the_model_is_found_by_its_end(tmp_path: Path) -> None:
    filler = "q7 z8 x9 " * 50
    papers = [Paper(f"{filler} {end}", "It is so.") for end in ("tax law", "octopus jars")]
    (hit,) = find(build_index(tmp_path, papers), "how do cephalopods unscrew lids?")
    assert hit.paper.title.endswith("octopus jars")


@pytest.mark.parametrize("abstract", ["¿?", "∑", "夜", "y" * 5_000, "A1. " * 500 + "B", "a"])
def test_an_abstract_without_prose_is_indexed(tmp_path: Path, abstract: str) -> None:
    index_dir = build_index(tmp_path, [Paper("7", abstract), Paper("Owls", "Owls hoot.")])
    assert [hit.paper.title for hit in find(index_dir, "which birds hoot?")] == ["Owls"]
    assert [hit.paper.abstract for hit in find(index_dir, "7")] == [abstract]


def test_papers_are_numbered_in_order_and_none_are_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.index.plan.CHUNK", 8)
    papers = [Paper("Owls", f"We count {n} owls.") for n in range(30)]  # several chunks of equal titles
    index_dir = build_index(tmp_path, papers)
    with closing(open_current(index_dir)) as store:
        assert store.paper_count == len(papers)
        assert store.papers(range(1, len(papers) + 1)) == papers
        assert store.titles() == [paper.title for paper in papers]
    assert [hit.number for hit in find(index_dir, "We count 13 owls.")] == [14]


def test_each_text_is_embedded_once(tmp_path: Path) -> None:
    model = Recording()
    build_index(tmp_path, [Paper("Barn Owls", "Owls hunt voles. They hoot."), Paper("Coral", "It bleaches.")], model)
    words = ["owls", "barn", "hunt", "voles", "they", "hoot", "coral", "bleaches"]
    sentences = ["Barn Owls", "Owls hunt voles.", "They hoot.", "Coral", "It bleaches."]
    assert sorted(model.texts) == sorted(sentences + words)


@pytest.mark.parametrize(("new", "used"), [(4, False), (5, True)])
def test_many_new_papers_are_embedded_by_the_model_for_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new: int, used: bool
) -> None:
    fast = Recording()
    monkeypatch.setattr("rag.index.build._MANY", 5)
    monkeypatch.setattr(embedding, "for_many", lambda model: fast)
    known = [Paper(f"Owls {n}", f"We count {n} owls.") for n in range(6)]
    build_index(tmp_path, known)
    fast.texts.clear()
    build_index(tmp_path, [*known, *(Paper(f"Bats {n}", f"We count {n} bats.") for n in range(new))])
    assert bool(fast.texts) is used


def test_a_model_whose_vectors_have_other_dimensions_than_its_tokens_can_be_used(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer

    modules = [Transformer(str(embedding.bundled_folder())), Pooling(384, "cls"), Dense(384, 64)]
    model = TorchEmbedding(SentenceTransformer(modules=modules, device="cpu"), "dense", "")
    papers = [Paper("Owls", "Owls hunt voles at night. They hoot."), Paper("Coral", "Coral bleaches. Divers count it.")]
    for _ in range(2):  # afresh, and with everything taken over
        index_dir = build_index(tmp_path, papers, model)
        for question, title in (("which owls hoot?", "Owls"), ("who counts coral?", "Coral")):
            assert [hit.paper.title for hit in find(index_dir, question, model)] == [title]


class Failing(Recording):
    """A model that stops working after some texts."""

    def encode_tokens(self, texts: Sequence[str]) -> list[EncodedText]:
        if len(self.texts) > 20:
            raise ModelError("out of memory")
        return super().encode_tokens(texts)


def test_a_build_that_fails_leaves_the_old_index_and_the_next_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.plan.CHUNK", 8)
    papers = [Paper(f"Owls {n}", f"We count {n} owls.") for n in range(60)]
    index_dir = build_index(tmp_path, [Paper("Coral", "Coral bleaches.")])
    before = sorted(index_dir.iterdir())
    failing, going_on = Failing(), Recording()
    with pytest.raises(ModelError, match="out of memory"):
        build_index(tmp_path, papers, failing)
    assert sorted(index_dir.iterdir()) == sorted([index_dir / CHECKPOINT_FILE, *before])
    assert [hit.paper.title for hit in find(index_dir, "coral")] == ["Coral"]
    build_index(tmp_path, papers, going_on)
    assert not set(failing.texts) & {paper.abstract for paper in papers} & set(going_on.texts)
    assert not (index_dir / CHECKPOINT_FILE).exists()
    assert [hit.paper.title for hit in find(index_dir, "41 owls")][:1] == ["Owls 41"]
