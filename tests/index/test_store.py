"""An index that is damaged says so in one line, with the command that mends it; a whole one finds what it is asked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from rag.errors import StoreError
from rag.index import generations, maxsim, projection, store
from rag.index.opening import open_current
from rag.index.filters import Field, Filters
from rag.index.store import Store
from rag.index.vectors import GRANULARITIES, Granularity
from rag.models import embedding
from rag.query.filters import parse_filters
from tests.conftest import index_of


def change_manifest(folder: Path, **changes: object) -> None:
    file = folder / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def scribble(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:8192] = b"x" * 4096
    path.write_bytes(bytes(data))


def overwrite(path: Path) -> None:
    """Damage that leaves the size as it is."""
    path.write_bytes(b"x" * path.stat().st_size)


def change_count(folder: Path, kind: str) -> None:
    counts = json.loads((folder / "manifest.json").read_text())["counts"]
    change_manifest(folder, counts=counts | {kind: counts[kind] + 1})


def redraw(folder: Path, papers: int) -> None:
    """A whole map of other papers, which the manifest knows."""
    projection.save(folder, projection.project(np.eye(papers, dtype=np.float32), ["Owls"] * papers))
    files = json.loads((folder / "manifest.json").read_text())["files"]
    change_manifest(folder, files=files | {projection.FILE: (folder / projection.FILE).stat().st_size})


def vectors(folder: Path) -> Path:
    return next((folder / "chroma").glob("*/data_level0.bin"))


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: shutil.rmtree(folder),
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: (folder / "manifest.json").write_text("{"),
        lambda folder: (folder / "manifest.json").write_text("[]"),
        lambda folder: (folder / "papers.db").unlink(),
        lambda folder: cut(folder / "papers.db"),
        lambda folder: scribble(folder / "papers.db"),
        lambda folder: shutil.rmtree(folder / "chroma"),
        lambda folder: cut(folder / "chroma" / "chroma.sqlite3"),
        lambda folder: scribble(folder / "chroma" / "chroma.sqlite3"),
        lambda folder: cut(vectors(folder)),
        lambda folder: shutil.rmtree(vectors(folder).parent),
        lambda folder: (folder / "bm25.npz").unlink(),
        lambda folder: (folder / "bm25.npz").write_bytes(b""),
        lambda folder: cut(folder / "bm25.npz"),
        lambda folder: scribble(folder / "bm25.npz"),
        lambda folder: overwrite(folder / "bm25.npz"),
        *(lambda folder, name=name: (folder / name).unlink() for name in (maxsim.ROWS, maxsim.TABLE)),
        *(lambda folder, name=name: cut(folder / name) for name in (maxsim.ROWS, maxsim.TABLE)),
        lambda folder: overwrite(folder / maxsim.TABLE),
        lambda folder: (folder / projection.FILE).unlink(),
        lambda folder: cut(folder / projection.FILE),
        lambda folder: overwrite(folder / projection.FILE),
        lambda folder: redraw(folder, 13),
        lambda folder: change_manifest(folder, counts={"papers": 15}),
        *(lambda folder, kind=kind: change_count(folder, kind) for kind in (*GRANULARITIES, store.VOCABULARY)),
    ],
)
def test_damage_is_named_in_one_line(index_copy: Path, damage: Callable[[Path], object]) -> None:
    current = generations.current(index_copy)
    assert current is not None
    damage(current)
    with pytest.raises(StoreError, match=r"damaged.*Run: rag rebuild") as caught:
        open_current(index_copy)
    assert "\n" not in str(caught.value)


def test_no_index_tells_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"There is no index in .*Run: rag rebuild --index "):
        open_current(tmp_path)


def test_another_schema_is_refused(index_copy: Path) -> None:
    folder = generations.current(index_copy)
    assert folder is not None
    change_manifest(folder, schema=store.SCHEMA + 1)
    with pytest.raises(StoreError, match="another version"):
        open_current(index_copy)


def test_papers_come_back_as_they_went_in(index_dir: Path, papers_file: Path) -> None:
    opened = open_current(index_dir)
    written = [json.loads(line) for line in papers_file.read_text(encoding="utf-8").splitlines()]
    assert opened.paper_count == len(written)
    for number, record in enumerate(written, 1):
        paper = opened.paper(number)
        assert (paper.title, paper.abstract, paper.year) == (record["title"], record["abstract"], record["year"])
        assert paper.authors == tuple(record["authors"])
        spans = opened.spans(number)
        assert " ".join(paper.abstract[span.start : span.end] for span in spans) == paper.abstract
        assert [vectors.shape for vectors in opened.sentence_vectors([number])] == [(len(spans), 384)]


def test_vectors_come_in_the_order_asked_for_however_many(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(open_current(index_dir)) as opened:
        one, two, three = (opened.sentence_vectors([number])[0] for number in (1, 2, 3))
        monkeypatch.setattr(store, "AT_A_TIME", 2)
        several = opened.sentence_vectors([3, 1, 2])
        assert [a.tolist() for a in several] == [a.tolist() for a in (three, one, two)]
        papers = opened.paper_vectors([3, 1])
        assert papers.tolist() == [*opened.paper_vectors([3]).tolist(), *opened.paper_vectors([1]).tolist()]
        assert opened.sentence_vectors([]) == []


def test_a_sentence_that_comes_again_has_its_vector_again(tmp_path: Path) -> None:
    owl = {"title": "Owls", "abstract": "It hoots. It flies. It hoots."}
    with closing(open_current(index_of(tmp_path, [owl]))) as opened:
        first, second, third = opened.sentence_vectors([1])[0]
        assert first.tolist() == third.tolist() != second.tolist()


def test_words_of_the_collection_that_mean_the_same_are_found_by_a_vector(index_dir: Path) -> None:
    with closing(open_current(index_dir)) as opened:
        vectors = embedding.load("bundled").encode_queries(["movie", "cellphones"])
        movie, phone = opened.nearest_words(vectors, 3)
        assert (next(iter(movie)), next(iter(phone))) == ("video", "phone")  # stems
        assert [list(found.values()) for found in (movie, phone)] == [
            sorted(found.values(), reverse=True) for found in (movie, phone)
        ]
        assert [len(found) for found in opened.nearest_words(vectors, 100_000)] == [
            opened.manifest["counts"]["vocabulary"]
        ] * 2
        assert opened.nearest_words([], 3) == []


def paper(title: str, year: int | None, authors: list[str], source: str) -> dict[str, object]:
    return {
        "title": title,
        "abstract": f"We study {title.lower()}. It works in water. It works on land.",
        "year": year,
        "authors": authors,
        "source": source,
    }


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """An index of seven papers, numbered from 1, of which some tell year, authors and source."""
    folder = tmp_path_factory.mktemp("dated")
    records = [
        paper("Owls at night", 2019, ["Yoshua Example", "Jean-Luc Sample"], "arXiv"),
        paper("Owls by day", 2020, ["Bernhard Schölköpf"], "arXiv"),
        paper("Owls in spring", 2021, ["Łukasz Example"], "my file.jsonl"),
        paper("Owls in winter", 2022, ["Yoshua Sample"], "arxiv.org"),
        paper("Owls asleep", None, ["Yoshua Example"], "arXiv"),
        paper("The octopus and its jar", 2023, ["Patrick O'Example"], "my file.jsonl"),
        paper("Nobody and the owl", 2023, [], "Ärzte_blatt"),
    ]
    with closing(open_current(index_of(folder, records))) as opened:
        yield opened


@pytest.fixture(scope="module")
def vector() -> list[float]:
    return embedding.load("bundled").get_query_embedding("owls")


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("year:2020", {2}),
        ("year:2021..", {3, 4, 6, 7}),
        ("year:..2020", {1, 2}),
        ("year:2020.. before 2022", {2, 3}),
        ("year:2020 year:2021", set()),
        ("year:..9999", {1, 2, 3, 4, 6, 7}),
        ("author:yoshua", {1, 4, 5}),
        ('author:"yoshua example"', {1, 5}),
        ('author:"Example, Yoshua"', {1, 5}),
        ("author:yoshua author:jean-luc", {1}),
        ("author:yosh", set()),
        ("author:schölkopf author:BERNHARD", {2}),
        ("author:scholkopf", {2}),
        ("author:lukasz", {3}),
        ("author:o'example", {6}),
        ('author:"sample OR example"', set()),
        ("source:arxiv", {1, 2, 4, 5}),
        ("source:ARXIV.org", {4}),
        ('source:"file.jsonl"', {3, 6}),
        ("source:arzte", {7}),
        ("source:arxiv.org source:file", {3, 4, 6}),
        ("source:arxiv author:yoshua year:..2020", {1}),
        ("source:nowhere", set()),
    ],
)
def test_filters_tell_which_papers_match(dated: Store, written: str, numbers: set[int]) -> None:
    assert dated.matching(parse_filters(written)[1]) == numbers


def test_without_filters_there_is_nothing_to_keep_to(dated: Store, vector: list[float]) -> None:
    assert dated.matching(Filters()) is None
    assert len(dated.nearest("papers", vector, 9, None)) == 7


@pytest.mark.parametrize("kind", GRANULARITIES)
@pytest.mark.parametrize("limit", [1, 2, 100])
def test_the_one_paper_allowed_is_found_however_far_it_is(
    dated: Store, vector: list[float], kind: Granularity, limit: int
) -> None:
    assert 6 not in dated.nearest(kind, vector, 1)
    assert list(dated.nearest(kind, vector, limit, {6})) == [6]


@pytest.mark.parametrize("kind", GRANULARITIES)
def test_a_filter_changes_which_papers_are_found_and_not_how_near_they_are(
    dated: Store, vector: list[float], kind: Granularity
) -> None:
    everything = dated.nearest(kind, vector, 100)
    for limit in (3, 100):  # by Chroma's graph, and by the vectors themselves
        some = dated.nearest(kind, vector, limit, {2, 5, 6, 7})
        assert set(some) <= {2, 5, 6, 7}
        assert list(some.values()) == sorted(some.values(), reverse=True)
        assert some == pytest.approx({number: everything[number] for number in some}, abs=1e-5)


def test_nothing_allowed_finds_nothing(dated: Store, vector: list[float]) -> None:
    assert [dated.nearest(kind, vector, 9, frozenset()) for kind in GRANULARITIES] == [{}, {}, {}]


def test_more_papers_may_be_allowed_than_a_query_has_parameters(dated: Store, vector: list[float]) -> None:
    many = range(1, 300_001)
    assert set(dated.nearest("sentences", vector, 5, many)) <= set(range(1, 8))


@pytest.mark.parametrize(
    ("records", "known"),
    [
        ([{}], set()),
        ([{}, {"year": 2020}], {"year"}),
        ([{"authors": ["A. Example"]}, {}], {"author"}),
    ],
)
def test_what_no_paper_tells_is_not_known(tmp_path: Path, records: list[dict[str, object]], known: set[Field]) -> None:
    papers = [{"title": f"Owl {n}", "abstract": "It hoots."} | record for n, record in enumerate(records)]
    with closing(open_current(index_of(tmp_path, papers))) as opened:
        fields: tuple[Field, ...] = ("year", "author")
        assert {field for field in fields if opened.has_field(field)} == known
        assert opened.has_field("source")  # a record that names none has the file's name
