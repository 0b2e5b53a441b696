"""What a build that was killed has embedded is not embedded again, unless it would come out differently."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from rag.index.checkpoint import CHECKPOINT_FILE, Checkpoint
from rag.index.embedder import Embedder
from rag.models.encoding import Embedding
from rag.paper import Paper

OWLS = Paper("Owls", "Owls hunt voles. They hoot.")
CORAL = Paper("Coral", "Coral bleaches. Divers count it. It recovers.")
JARS = Paper("Jars", "An octopus opens a jar.")


def saved(folder: Path, model: Embedding, papers: list[Paper], **other: object) -> Checkpoint:
    """A checkpoint in which these papers are."""
    checkpoint = Checkpoint(folder, {"dimensions": model.dimensions} | other, None)
    Embedder(model, None, checkpoint).vectors(papers)
    return checkpoint


def test_what_was_embedded_is_taken_up_by_the_next_build(tmp_path: Path, model: Embedding) -> None:
    with closing(saved(tmp_path, model, [OWLS, CORAL])) as first:
        expected, basis = first.load([OWLS])[OWLS], first.basis
    with closing(Checkpoint(tmp_path, {"dimensions": model.dimensions}, None)) as second:
        found = second.load([OWLS, CORAL, JARS])
        assert second.basis is not None
        assert basis is not None
        assert np.array_equal(second.basis, basis)
    assert found.keys() == {OWLS, CORAL}
    assert found[OWLS].rows.tolist() == expected.rows.tolist()
    assert found[OWLS].passage_lengths.tolist() == expected.passage_lengths.tolist()
    assert found[OWLS].words.tolist() == expected.words.tolist()


def test_only_title_and_abstract_count(tmp_path: Path, model: Embedding) -> None:
    dated, shorter = Paper(OWLS.title, OWLS.abstract, year=2020), Paper(OWLS.title, "Owls hunt voles.")
    with closing(saved(tmp_path, model, [OWLS])) as checkpoint:
        assert checkpoint.load([dated, shorter]).keys() == {dated}


def test_another_model_or_basis_begins_anew(tmp_path: Path, model: Embedding) -> None:
    made_with = {"dimensions": model.dimensions}
    for other, basis in ((made_with | {"fingerprint": "another"}, None), (made_with, np.eye(model.dimensions, 3))):
        saved(tmp_path, model, [OWLS]).close()
        with closing(Checkpoint(tmp_path, other, basis)) as checkpoint:
            assert checkpoint.load([OWLS]) == {}


@pytest.mark.parametrize("damage", [b"", b"not a database, but something else" * 100])
def test_a_damaged_file_begins_anew(tmp_path: Path, model: Embedding, damage: bytes) -> None:
    saved(tmp_path, model, [OWLS]).close()
    (tmp_path / CHECKPOINT_FILE).write_bytes(damage)
    with closing(saved(tmp_path, model, [CORAL])) as checkpoint:
        assert checkpoint.load([OWLS, CORAL]).keys() == {CORAL}


def test_a_checkpoint_that_is_no_longer_needed_leaves_nothing(tmp_path: Path, model: Embedding) -> None:
    saved(tmp_path, model, [OWLS]).discard()
    assert list(tmp_path.iterdir()) == []
