"""Adding files to a collection and taking them out: what it embeds, and that it loses nothing if it fails."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pytest

from rag.chat.edits import Edits, apply, preview
from rag.errors import SourceError, StoppedError
from rag.index import embedder, generations, uploads
from rag.index.held import held
from rag.models.encoding import Embedding
from rag.paper import Paper
from rag.progress import silent
from rag.web import adding
from tests.conftest import typical_curve

TWO = (
    "@article{b, title={Sourdough}, abstract={We bake sourdough bread for 20 hours.}}\n"
    "@article{r, title={Gnomes}, abstract={Gnomes garden at night and rest by day.}}\n"
)


def stage(index_dir: Path, text: str = TWO, name: str = "two.bib") -> Path:
    return uploads.stage(index_dir, name, io.BytesIO(text.encode()))


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The titles of the papers that are embedded."""
    titles: list[str] = []
    of_papers = embedder.of_papers

    def counted(papers: Sequence[Paper], model: Embedding) -> object:
        titles.extend(paper.title for paper in papers)
        return of_papers(papers, model)

    monkeypatch.setattr(embedder, "of_papers", counted)
    return titles


def test_when_two_papers_are_added_two_are_embedded_and_nothing_is_made_anew(
    index_copy: Path, embedded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.plan.MAX_DRIFT", 0.2)
    monkeypatch.setattr("rag.index.build.MAX_DRIFT", 0.2)  # two of fourteen are a small change
    reports: list[tuple[str, int, int]] = []
    report = apply(index_copy, "bundled", Edits((stage(index_copy),)), lambda *given: reports.append(given))
    assert sorted(embedded) == ["Gnomes", "Sourdough"]
    assert report.papers == 16
    stages = {stage: total for stage, _, total in reports}
    assert stages["embedding"] == 2, "progress counts what is embedded, not what is there"
    assert stages["vocabulary"] < 20
    assert "calibrating" not in stages


def test_adding_reads_no_file_again_and_so_works_when_those_are_gone(
    index_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.chat.rebuild.calibrate", typical_curve)
    monkeypatch.setattr("rag.chat.edits.sources", lambda _: ([Path("/gone/papers.jsonl")], {}))
    found = preview(index_copy, Edits((stage(index_copy),))).planned
    assert found
    assert (len(found.changes.added), found.changes.same) == (2, 14)
    with pytest.raises(SourceError, match="No such file"):
        preview(index_copy, Edits(reread=True))


def test_a_change_that_is_stopped_changes_nothing_and_its_files_still_wait(index_copy: Path) -> None:
    before, file = generations.current(index_copy), stage(index_copy)

    def stop(stage: str, done: int, total: int) -> None:
        if stage == "embedding":
            raise StoppedError("Stopped.")

    with pytest.raises(StoppedError):
        apply(index_copy, "bundled", Edits((file,)), stop)
    assert generations.current(index_copy) == before
    assert uploads.files(index_copy) == []
    assert file.read_text() == TWO


def test_files_without_papers_stop_no_others_and_are_not_kept(
    index_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.chat.rebuild.calibrate", typical_curve)
    empty, good = stage(index_copy, "", "empty.ris"), stage(index_copy)
    shown = preview(index_copy, Edits((empty, good)))
    assert [file.fault for file, _ in shown.files] == ["empty file", ""]
    assert preview(index_copy, Edits((empty,))).planned is None
    with pytest.raises(SourceError, match="None of these files holds a paper"):
        apply(index_copy, "bundled", Edits((empty,)), silent)
    apply(index_copy, "bundled", Edits((empty, good)), silent)
    assert [file.name for file in uploads.files(index_copy)] == ["two.bib"]
    contents = held(index_copy)
    assert contents
    assert [path.name for path in contents.paths] == ["papers.jsonl", "added"]
    assert {paper.source for paper in contents.papers if paper.title in ("Gnomes", "Sourdough")} == {"two.bib"}


def test_the_papers_that_came_with_rag_can_be_left_out(
    index_copy: Path, papers_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.chat.edits.shipped", lambda _: papers_file)
    found = preview(index_copy, Edits((stage(index_copy),), unshipped=True)).planned
    assert found
    assert (len(found.changes.added), len(found.changes.removed)) == (2, 14)
    assert found.loses_most


def test_papers_that_are_in_no_file_any_more_are_counted_before_they_are_lost(
    index_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.chat.rebuild.calibrate", typical_curve)
    apply(index_copy, "bundled", Edits((stage(index_copy),)), silent)
    apply(index_copy, "bundled", Edits((stage(index_copy, BREAD, "rye.bib"),)), silent)
    apply(index_copy, "bundled", Edits(removed=("two.bib",)), silent)
    generations.roll_back(index_copy)  # which brings back the papers, and not their file
    found = preview(index_copy, Edits(removed=("rye.bib",)))
    assert found.planned
    assert (len(found.planned.changes.removed), found.fileless) == (3, 2)
    assert "2 papers are in no file any more." in adding.plan(found, ())
    assert preview(index_copy, Edits((stage(index_copy),))).fileless == 0


BREAD = "@article{y, title={Rye}, abstract={We bake rye bread for 30 hours.}}\n"
HELD = (
    "@article{v, title={Vitamin D and falls}, author={Ada Owl}, year={2020}, doi={10.5555/vitd.1},"
    " abstract={Vitamin D reduced falls by a third among 500 older adults who lived at home for two years.}}\n"
)
LATER = HELD.replace("Vitamin D reduced falls by a third", "After retraction, vitamin D did not reduce falls")


@pytest.mark.parametrize("again", [False, True])
def test_a_record_that_differs_from_its_paper_and_is_not_taken_is_told(
    index_copy: Path, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    monkeypatch.setattr("rag.chat.rebuild.calibrate", typical_curve)
    longer = HELD.replace("two years.", "two years. Fewer fell in winter, and in summer too, and none of them broke.")
    apply(index_copy, "bundled", Edits((stage(index_copy, longer, "d1.bib"),)), silent)
    if again:
        apply(index_copy, "bundled", Edits((stage(index_copy, LATER, "d2.bib"),)), silent)
    edits = Edits((stage(index_copy, LATER, "d2.bib"),), reread=again)
    said = "1 differs from the paper already here and was not taken: “Vitamin D and falls”. "
    assert said in adding.plan(preview(index_copy, edits), ["a"])
    _, told = str(apply(index_copy, "bundled", edits, silent)).splitlines()
    assert told == f"{said}To take it, replace the record in d1.bib and run: rag rebuild"
    for same in (longer, HELD):  # which repeat it
        assert "differs" not in adding.plan(preview(index_copy, Edits((stage(index_copy, same, "d3.bib"),))), ["a"])


def test_a_longer_abstract_of_a_paper_is_taken(index_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.chat.rebuild.calibrate", typical_curve)
    apply(index_copy, "bundled", Edits((stage(index_copy, HELD, "d1.bib"),)), silent)
    report = str(apply(index_copy, "bundled", Edits((stage(index_copy, LATER, "d2.bib"),)), silent))
    assert "0 added, 1 changed" in report
    assert "differs" not in report
