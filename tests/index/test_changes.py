"""A preview lists exactly what a rebuild would add, change and remove, and changes nothing."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.chat.rebuild import carry_out, rebuild
from rag.errors import SourceError, StoreError
from rag.index import generations
from rag.index.changes import Planned, between, extended, followed, rebuilt, reduced
from rag.index.contents import Contents, Removal
from rag.index.held import held
from rag.paper import Paper
from rag.progress import silent
from tests.loading import loaded_by

FIRST = "Pruning Bayesian Networks by Posterior Variance"


def compare(index_dir: Path, paths: list[Path]) -> Planned:
    return rebuilt(index_dir, paths, {}, silent)


def write(folder: Path, papers_file: Path, change: Callable[[list[dict[str, object]]], object]) -> Path:
    """A copy of the papers with a `change` to their records."""
    records = [json.loads(line) for line in papers_file.read_text().splitlines()]
    change(records)
    file = folder / "mine.jsonl"
    file.write_text("\n".join(map(json.dumps, records)))
    return file


def state(folder: Path) -> set[tuple[Path, bytes]]:
    return {(path, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}


def test_a_renamed_file_changes_no_paper(index_dir: Path, papers_file: Path, tmp_path: Path) -> None:
    assert str(compare(index_dir, [papers_file])) == "0 added, 0 changed, 0 removed, 14 unchanged, 0 skipped"
    renamed = shutil.copy(papers_file, tmp_path / "renamed.jsonl")
    assert compare(index_dir, [Path(renamed)]).changes.same == 14


def test_papers_are_added_removed_and_changed(index_dir: Path, papers_file: Path, tmp_path: Path) -> None:
    def change(records: list[dict[str, object]]) -> None:
        records.append({"title": "Sourdough", "abstract": "We bake bread."})
        records[2:5] = []
        records[0]["title"] = f"{records[0]['title']}!"  # still the same paper
        records[1]["year"] = 1999

    removed = [json.loads(line)["title"] for line in papers_file.read_text().splitlines()[2:5]]
    file = write(tmp_path, papers_file, change)
    file.write_text(file.read_text() + "\nnonsense")
    before = state(index_dir)
    found = compare(index_dir, [file])
    assert str(found) == "1 added, 2 changed, 3 removed, 9 unchanged, 1 skipped"
    assert [paper.title for paper in found.changes.added] == ["Sourdough"]
    assert found.changes.changed[0].title.endswith("!")
    assert found.changes.changed[1].year == 1999
    assert [paper.title for paper in found.changes.removed] == removed
    assert [str(skipped) for skipped in found.skipped] == ["mine.jsonl:13: not JSON: “nonsense”"]
    assert state(index_dir) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [("abstract", "Other."), ("authors", ["A. Nother"]), ("year", 1999), ("ids", ["doi:1"]), ("url", "https://x.org"),
     ("digest", True)],
)  # fmt: skip
def test_any_field_but_the_source_is_a_change(
    index_dir: Path, papers_file: Path, tmp_path: Path, field: str, value: object
) -> None:
    file = write(tmp_path, papers_file, lambda records: records[0].update({field: value}))
    found = compare(index_dir, [file])
    assert (len(found.changes.changed), found.changes.same) == (1, 13)


def test_records_of_one_paper_are_merged_as_a_rebuild_merges_them(
    index_dir: Path, papers_file: Path, tmp_path: Path
) -> None:
    records = map(json.loads, papers_file.read_text().splitlines())
    abstract = next(record["abstract"] for record in records if record["title"] == FIRST)
    shorter = {"title": FIRST.upper(), "abstract": abstract[:90], "ids": ["doi:10.5555/1"]}
    (tmp_path / "more.jsonl").write_text(json.dumps(shorter))
    found = compare(index_dir, [papers_file, tmp_path / "more.jsonl"])
    assert (found.changes.added, len(found.changes.changed), found.changes.same) == ((), 1, 13)
    assert "doi:10.5555/1" in found.changes.changed[0].ids


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: shutil.rmtree(folder),
        lambda folder: (generations.current(folder) / "papers.db").unlink(),
        lambda folder: (generations.current(folder) / "papers.db").write_bytes(b"x" * 9000),
        lambda folder: (generations.current(folder) / "papers.db").write_bytes(b""),
    ],
)
def test_without_a_readable_index_all_papers_are_added(
    index_copy: Path, papers_file: Path, damage: Callable[[Path], object]
) -> None:
    damage(index_copy)
    planned = compare(index_copy, [papers_file])
    found = planned.changes
    assert (len(found.added), found.changed, found.removed, found.same) == (14, (), (), 0)
    assert planned.unknown == index_copy.exists(), "what is removed is not known"


def test_while_it_is_not_known_which_generation_is_current_nothing_is_planned(
    index_copy: Path, papers_file: Path
) -> None:
    (index_copy / "CURRENT").write_text("nonsense")
    with pytest.raises(StoreError, match="CURRENT is unreadable"):
        compare(index_copy, [papers_file])


def test_damaged_vectors_do_not_matter(index_copy: Path, papers_file: Path) -> None:
    shutil.rmtree(next(index_copy.glob("g*/chroma")))
    assert compare(index_copy, [papers_file]).changes.same == 14


def test_files_that_a_rebuild_refuses_are_refused_with_the_same_message(index_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(SourceError) as previewed:
        compare(index_dir, [tmp_path / "empty.txt"])
    with pytest.raises(SourceError) as rebuilt:
        rebuild([tmp_path / "empty.txt"], tmp_path / "index", "bundled", silent)
    assert str(previewed.value) == str(rebuilt.value)


def test_no_model_is_loaded(index_dir: Path, papers_file: Path) -> None:
    loaded = loaded_by(
        "from pathlib import Path; from rag.index.changes import rebuilt; from rag.progress import silent\n"
        f"found = rebuilt(Path({str(index_dir)!r}), [Path({str(papers_file)!r})], {{}}, silent)\n"
        "assert found.changes.same == 14"
    )
    assert loaded & {"torch", "chromadb", "onnxruntime", "sentence_transformers"} == set()


A, B, C = (Paper(name, f"{name} says something.", ids=(f"doi:10.5555/{name.lower()}",)) for name in "ABC")


def test_papers_are_matched_by_text_then_identifier_then_title() -> None:
    renamed = Paper("A, revised", "Other words.", ids=A.ids)
    corrected = Paper("B", "B says something else.")
    found = between(Contents([A, B, C]), [renamed, corrected, C])
    assert (found.added, found.changed, found.removed, found.same) == ((), (renamed, corrected), (), 1)


def test_each_paper_is_matched_once() -> None:
    twin = Paper("A", "Another text.")
    found = between(Contents([A, twin]), [twin])
    assert (found.removed, found.same) == ((A,), 1)


def test_without_an_index_before_all_is_new() -> None:
    assert between(None, [A, B]).added == (A, B)


def test_files_are_added_to_what_the_index_holds(index_dir: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.jsonl"
    more.write_text(json.dumps({"title": "Sourdough", "abstract": "We bake bread."}))
    found = extended(index_dir, [more], {}, silent)
    assert str(found.changes) == "1 added, 0 changed, 0 removed, 14 unchanged"
    before = held(index_dir)
    assert before is not None
    assert found.contents.paths == [*before.paths, more]


def test_a_file_that_the_index_was_built_from_is_read_again(index_copy: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text("".join(json.dumps({"title": name, "abstract": f"We study {name}."}) + "\n" for name in "PQR"))
    rebuild([file], index_copy, "bundled", silent)
    file.write_text(json.dumps({"title": "P", "abstract": "We study P at length."}))
    assert str(extended(index_copy, [file], {}, silent).changes) == "0 added, 1 changed, 2 removed, 0 unchanged"
    assert str(followed(index_copy, [file], {}, silent).changes) == "0 added, 1 changed, 2 removed, 0 unchanged"


def test_columns_that_are_named_for_one_table_leave_the_others_as_they_are(tmp_path: Path) -> None:
    index_dir, (kelp, other, german) = tmp_path / "index", (tmp_path / f"{name}.csv" for name in ("a", "b", "c"))
    kelp.write_text("Title,Abstract\nKelp,Kelp grows.\n")
    other.write_text("Title,Abstract\nCrabs,Crabs walk.\n")
    german.write_text("Titel;Inhalt\nTang;Tang ist braun.\n")
    columns = {"title": "Titel", "abstract": "Inhalt"}
    rebuild([kelp], index_dir, "bundled", silent)
    carry_out(extended(index_dir, [german], columns, silent), index_dir, "bundled", silent)
    assert str(extended(index_dir, [other], {}, silent).changes) == "1 added, 0 changed, 0 removed, 2 unchanged"
    assert not rebuilt(index_dir, [kelp, german], generations.read_with(index_dir), silent).changes
    for plan in (extended, followed):
        with pytest.raises(SourceError, match="No table among these files has the columns “Titel”, “Inhalt”"):
            plan(index_dir, [kelp], columns, silent)


def test_a_file_that_is_gone_is_told_with_the_way_out(tmp_path: Path) -> None:
    index_dir, kelp, crabs = tmp_path / "index", tmp_path / "kelp.csv", tmp_path / "crabs.csv"
    kelp.write_text("Title,Abstract\nKelp,Kelp grows.\n")
    crabs.write_text("Title,Abstract\nCrabs,Crabs walk.\n")
    rebuild([kelp, crabs], index_dir, "bundled", silent)
    crabs.unlink()
    told = f"The index was built from {crabs}, which is not there any more. Put it back, or take its papers out. "
    for plan in (extended, followed):
        with pytest.raises(SourceError, match=re.escape(f"{told}Run: rag rebuild {kelp} --index {index_dir}")):
            plan(index_dir, [kelp], {}, silent)
    assert str(rebuilt(index_dir, [kelp], {}, silent).changes) == "0 added, 0 changed, 1 removed, 1 unchanged"


def test_a_removed_paper_stays_removed_until_its_file_is_added(index_copy: Path, papers_file: Path) -> None:
    planned = reduced(index_copy, [FIRST.lower()])
    assert [paper.title for paper in planned.changes.removed] == [FIRST]
    carry_out(planned, index_copy, "bundled", silent)
    assert compare(index_copy, [papers_file]).changes.same == 13
    copy = index_copy / "copy.jsonl"
    shutil.copy(papers_file, copy)
    again = extended(index_copy, [copy], {}, silent)
    assert [paper.title for paper in again.changes.added] == [FIRST]
    assert again.contents.removed == []
    again = extended(index_copy, [papers_file], {}, silent)
    assert [paper.title for paper in again.changes.added] == [FIRST], "though the index was built from this file"
    assert again.contents.removed == []
    assert not followed(index_copy, [papers_file], {}, silent).changes, "a file that is watched is not added again"
    assert followed(index_copy, [copy], {}, silent).changes.added, "but it is when it begins to be watched"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["Nothing of the kind"], "No paper has the title or identifier “Nothing of the kind”. Look it up: rag papers"),
        (["doi:10.5555/none"], "No paper has the title or identifier “doi:10.5555/none”"),
        (["?"], "No paper has the title"),
    ],
)
def test_a_name_of_no_paper_is_refused(index_dir: Path, names: list[str], message: str) -> None:
    with pytest.raises(StoreError, match=re.escape(message)):
        reduced(index_dir, names)


def test_nothing_is_removed_without_an_index_and_never_everything(tmp_path: Path, index_dir: Path) -> None:
    with pytest.raises(StoreError, match=r"no index .* rag rebuild"):
        reduced(tmp_path, ["A"])
    contents = held(index_dir)
    assert contents is not None
    with pytest.raises(StoreError, match="at least one paper"):
        reduced(index_dir, [paper.title for paper in contents.papers])


@pytest.mark.parametrize(
    ("removal", "paper", "expected"),
    [
        (Removal("A", ("doi:10.5555/a",)), A, True),
        (Removal("A", ("doi:10.5555/other",)), A, False),
        (Removal("a!", ()), A, True),
        (Removal("a!", ("doi:10.5555/a",)), Paper("A", "Without identifier."), True),
        (Removal("B", ()), A, False),
    ],
)
def test_a_removed_paper_is_known_by_its_identifiers_or_else_its_title(
    removal: Removal, paper: Paper, expected: bool
) -> None:
    assert removal.matches(paper) is expected


def test_most_papers_are_lost_if_fewer_than_half_stay(index_dir: Path, papers_file: Path, tmp_path: Path) -> None:
    half = write(tmp_path, papers_file, lambda records: records.__delitem__(slice(0, 7)))
    assert not compare(index_dir, [half]).loses_most
    fewer = write(tmp_path, papers_file, lambda records: records.__delitem__(slice(0, 8)))
    assert compare(index_dir, [fewer]).loses_most


def test_papers_whose_titles_have_no_word_are_not_taken_for_each_other() -> None:
    stars, waves = Paper("★★★", "Stars are far away."), Paper("~~~", "Waves are near.")
    found = between(Contents([stars]), [waves])
    assert (found.added, found.changed, found.removed) == ((waves,), (), (stars,))
