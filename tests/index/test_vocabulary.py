"""The words of a collection, and those nearest to each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from rag.index import vocabulary
from rag.index.vocabulary import MIN_COSINE, NEAREST_WORDS, VOCABULARY_FILE, WORD_VECTORS_FILE, Vocabulary
from rag.models.encoding import Embedding
from rag.progress import silent
from tests.index.building import Recording

FORMS = {
    "car": "cars",
    "physician": "physicians",
    "vehicl": "vehicles",
    "film": "film",
    "owl": "owls",
    "video": "video",
    "glacier": "glaciers",
    "river": "rivers",
    "bread": "bread",
    "protein": "proteins",
    "network": "networks",
    "bank": "banks",
}


def write(
    folder: Path, forms: Mapping[str, str], model: Embedding | None = None, previous: Vocabulary | None = None
) -> Vocabulary:
    folder.mkdir(exist_ok=True)
    model = model or Recording()
    size = vocabulary.write(folder, forms, model, previous, silent)
    found = vocabulary.load(folder, model.dimensions)
    assert len(found.stems) == size
    return found


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    return write(tmp_path_factory.mktemp("words"), FORMS)


def assert_best_first(nearest: Mapping[str, float]) -> None:
    assert list(nearest.values()) == sorted(nearest.values(), reverse=True)
    assert min(nearest.values()) >= MIN_COSINE
    assert len(nearest) <= NEAREST_WORDS


def test_the_words_are_kept_with_their_forms_and_vectors(words: Vocabulary, model: Embedding) -> None:
    assert dict(zip(words.stems, words.forms, strict=True)) == FORMS
    assert words.stems == list(FORMS), "most frequent first"
    assert words.vectors == pytest.approx(model.encode(list(FORMS.values())), abs=1e-3)


def test_a_word_of_the_collection_is_nearest_to_itself_then_to_its_synonyms(words: Vocabulary) -> None:
    for stem, synonym in (("car", "vehicl"), ("vehicl", "car")):
        nearest = words.nearest(stem)
        assert list(nearest)[:2] == [stem, synonym]
        assert nearest[stem] == pytest.approx(1.0, abs=1e-5)
        assert_best_first(nearest)
        cosine = words.vectors[words.rows[stem]] @ words.vectors[words.rows[synonym]]
        assert nearest[synonym] == pytest.approx(cosine, abs=1e-5)


def test_another_word_is_nearest_to_its_synonyms(words: Vocabulary, model: Embedding) -> None:
    doctor, movie = words.nearest_to(model.encode(["doctors", "movie"]))
    assert (next(iter(doctor)), next(iter(movie))) == ("physician", "film")
    assert_best_first(doctor)
    assert_best_first(movie)
    assert words.nearest_to(model.encode([])) == []


def test_words_are_compared_in_any_number_of_batches(
    words: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vocabulary, "_BATCH", 5)
    batched = write(tmp_path, FORMS)
    assert batched.vectors == pytest.approx(words.vectors, abs=1e-3)
    assert [list(batched.nearest(stem))[:2] for stem in FORMS] == [list(words.nearest(stem))[:2] for stem in FORMS]


def test_short_words_and_those_that_the_model_cannot_tell_apart_are_left_out(tmp_path: Path) -> None:
    forms = ["of", "3d", "resnet50", "owl", "0.5", "深度估计", "ant"]
    assert write(tmp_path, dict(zip(forms, forms, strict=True))).stems == ["owl", "ant"]


def test_of_too_many_words_the_most_frequent_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "MAX_VOCABULARY", 3)
    found = write(tmp_path, {"3d": "3d"} | FORMS)
    assert found.stems == list(FORMS)[:3]
    assert_best_first(found.nearest("car"))


@pytest.mark.parametrize("forms", [{}, {"3d": "3d"}])
def test_an_empty_vocabulary_has_no_neighbours(tmp_path: Path, model: Embedding, forms: dict[str, str]) -> None:
    found = write(tmp_path, forms)
    assert (found.stems, found.rows) == ([], {})
    assert found.nearest_to(model.encode(["owls", "voles"])) == [{}, {}]


def test_words_of_a_previous_vocabulary_are_not_embedded_again(words: Vocabulary, tmp_path: Path) -> None:
    model = Recording()
    forms = {"doctor": "doctors"} | FORMS | {"owl": "owl"}  # a new word, and a known one whose form is another now
    del forms["bank"]
    found = write(tmp_path / "new", forms, model, words)
    assert sorted(model.texts) == ["doctors", "owl"]
    assert (found.stems, found.forms) == (list(forms), list(forms.values()))
    fresh = write(tmp_path / "fresh", forms)
    assert found.vectors == pytest.approx(fresh.vectors, abs=1e-3)
    assert list(found.nearest("physician"))[:2] == ["physician", "doctor"]
    assert_best_first(found.nearest("owl"))


@pytest.mark.parametrize("gone", [[], ["car"], ["owl", "film", "bank"]])
@pytest.mark.parametrize("new", [{}, {"doctor": "doctors"}, {"automobil": "automobiles", "movi": "movies"}])
def test_neighbours_are_those_of_a_fresh_vocabulary(
    words: Vocabulary, tmp_path: Path, gone: list[str], new: dict[str, str]
) -> None:
    forms = new | {stem: form for stem, form in reversed(FORMS.items()) if stem not in gone}
    updated, fresh = write(tmp_path / "updated", forms, None, words), write(tmp_path / "fresh", forms)
    for stem in forms:
        assert updated.nearest(stem) == pytest.approx(fresh.nearest(stem), abs=1e-3), stem


def test_progress_is_reported_by_words(tmp_path: Path, model: Embedding, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_BATCH", 5)
    steps: list[tuple[str, int, int]] = []
    vocabulary.write(tmp_path, FORMS, model, None, lambda *step: steps.append(step))
    assert steps == [("vocabulary", done, 12) for done in (0, 5, 10, 12)]


def cut(name: str, end: int) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:end])


@pytest.mark.parametrize(
    "damage",
    [
        *(lambda folder, name=name: (folder / name).unlink() for name in (VOCABULARY_FILE, WORD_VECTORS_FILE)),
        *(cut(VOCABULARY_FILE, end) for end in (0, 200, -1)),
        *(cut(WORD_VECTORS_FILE, end) for end in (0, 200, -1, -4 * 384)),
        lambda folder: (folder / VOCABULARY_FILE).write_bytes(b"x" * 500),
        lambda folder: np.savez(folder / VOCABULARY_FILE, stems=np.zeros(1, np.uint8)),
    ],
)
def test_damaged_files_are_refused(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    write(tmp_path, FORMS)
    damage(tmp_path)
    with pytest.raises((OSError, ValueError, KeyError)):
        vocabulary.load(tmp_path, 384)


def test_of_many_like_words_the_nearest_are_kept(tmp_path: Path) -> None:
    forms = {f"owl{'s' * n}": f"owl{'s' * n}" for n in range(15)}
    found = write(tmp_path, forms)
    assert max(len(found.nearest(stem)) for stem in forms) == NEAREST_WORDS
    for stem in forms:
        cosines = sorted((found.vectors @ found.vectors[found.rows[stem]]).tolist(), reverse=True)
        assert list(found.nearest(stem).values()) == pytest.approx(cosines[: len(found.nearest(stem))], abs=1e-5)
