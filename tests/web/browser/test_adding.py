"""Adding papers on the page of the collection: files of all kinds, what they would change, and while it is done."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from rag import settings
from rag.chat.library import Library
from rag.index import embedder, generations, uploads
from tests.conftest import index_of, typical_curve

from .browsers import DESK, ask_and_wait
from .conftest import NewUser
from .sites import Site, serving
from .test_accessibility import AXE, PHONE, check

GNOMES = [
    {"title": f"A Paper on Gnomes {n}", "abstract": f"Gnomes garden at night. They rest {n} days."} for n in range(3)
]
NEW = {"title": "A Paper on Trolls", "abstract": "Trolls live under bridges. They turn to stone by day."}
TWO = """@article{a, title={Sourdough}, abstract={We bake sourdough bread for 20 hours.}}
@article{b, title={Kites}, abstract={Kites fly over the sea, and land again.}}
@article{c, title={No Abstract}}
"""
LATE = 120_000  # milliseconds for an index to be built
PATIENCE = 60  # seconds


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rebuilds skip the calibration."""
    monkeypatch.setattr("rag.chat.rebuild.calibrate", typical_curve)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Site]:
    """A chat over an index that may be changed, of three papers in a file of its own."""
    index = index_of(tmp_path, GNOMES)
    with serving(Library(settings.load(index_dir=index, llm="none"))) as served:
        yield served


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Papers are embedded once it is set."""
    may_go, of_papers = threading.Event(), embedder.of_papers

    def held(*given: object) -> object:
        assert may_go.wait(PATIENCE)
        return of_papers(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(embedder, "of_papers", held)
    yield may_go
    may_go.set()


def adding(page: Page, site: Site) -> Page:
    """The part of the page where papers are added."""
    page.goto(f"{site.url}papers#work")
    expect(page.locator("#files")).to_be_visible()
    return page


def choose(page: Page, **files: str | bytes) -> Locator:
    """Adds files of these names, in which _ stands for a dot; the plan."""
    given = [
        {
            "name": name.replace("_", "."),
            "mimeType": "text/plain",
            "buffer": text if isinstance(text, bytes) else text.encode(),
        }
        for name, text in files.items()
    ]
    page.set_input_files("#files", given)  # type: ignore[arg-type]
    expect(page.locator("#plan .summary")).to_be_visible()
    return page.locator("#plan")


def test_each_file_is_told_what_it_is_and_one_that_cannot_be_read_stops_no_other(blank: Page, own: Site) -> None:
    page = adding(blank, own)
    plan = choose(page, two_bib=TWO, empty_ris="", thesis_pdf=b"%PDF", noise_bib=b"\x00\x01\x02" * 99)
    expect(page.locator("#refused")).to_contain_text("thesis.pdf: The text of a PDF is not read. Export its reference")
    entries = plan.locator(".incoming > li")
    expect(entries).to_have_count(3)
    expect(entries.nth(0)).to_contain_text("BibTeX, 3 records")
    expect(entries.nth(0)).to_contain_text("2 new, 1 skipped")
    expect(entries.nth(0)).to_contain_text("1 skipped: no abstract")
    expect(entries.nth(1)).to_contain_text("Cannot be added: empty file")
    expect(entries.nth(2)).to_contain_text("Cannot be added: not text but binary data")
    expect(plan.locator(".summary")).to_have_text("This adds 2 papers; 3 papers stay unchanged.")
    plan.get_by_role("button", name="Leave out noise.bib").click()
    expect(entries).to_have_count(2)
    page.reload()
    expect(page.locator(".incoming > li")).to_have_count(2)  # what waits is still there
    page.get_by_role("button", name="Add 2 papers").click()
    change = page.locator("#change")
    expect(change).to_contain_text("Done: 5 papers: 2 added", timeout=LATE)
    expect(page.locator("header .facts")).to_contain_text("5 papers")
    change.get_by_role("link", name="Show the 2 new papers").click()
    expect(page.locator("article.source")).to_have_count(2)
    page.goto(own.url)
    ask_and_wait(page, "how long is sourdough bread baked?")
    expect(page.locator(".turn .reply")).to_contain_text("20 hours")


def test_a_dropped_file_is_tried_out_first_then_added_and_can_be_taken_out_again(blank: Page, own: Site) -> None:
    page = adding(blank, own)
    index_dir = own.library.settings.index_dir
    before = generations.current(index_dir)
    drop(page, "trolls.jsonl", json.dumps(NEW))
    plan = page.locator("#plan")
    expect(plan).to_contain_text("This adds 1 paper; 3 papers stay unchanged.")
    plan.get_by_text("New: 1").click()
    expect(plan).to_contain_text("A Paper on Trolls")
    assert generations.current(index_dir) == before  # nothing is done yet
    page.get_by_role("button", name="Add 1 paper").click()
    expect(page.locator("#change")).to_contain_text("4 papers", timeout=LATE)
    page.reload()
    page.get_by_role("button", name="Remove trolls.jsonl").click()
    expect(plan).to_contain_text("1 paper will be gone from the collection.")
    page.get_by_role("button", name="Remove trolls.jsonl").click()
    expect(plan).to_be_empty()
    assert [file.name for file in uploads.files(index_dir)] == ["trolls.jsonl"]
    page.get_by_role("button", name="Remove trolls.jsonl").click()
    page.get_by_role("button", name="Rebuild now").click()
    expect(page.locator("#change")).to_contain_text("3 papers: 0 added, 0 changed, 1 removed", timeout=LATE)
    assert uploads.files(index_dir) == []


def drop(page: Page, name: str, text: str) -> None:
    transfer = page.evaluate_handle(
        "([name, text]) => { const data = new DataTransfer(); data.items.add(new File([text], name)); return data; }",
        [name, text],
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})


def test_a_folder_is_searched_for_references_and_records_can_be_pasted(blank: Page, own: Site, tmp_path: Path) -> None:
    page = adding(blank, own)
    library = tmp_path / "library"
    (library / "storage").mkdir(parents=True)
    (library / "two.bib").write_text(TWO)
    (library / "storage" / "two.pdf").write_bytes(b"%PDF")
    (library / "storage" / ".hidden.bib").write_text(TWO)
    page.set_input_files("#folder", library)
    expect(page.locator("#plan .incoming > li")).to_have_count(1)
    expect(page.locator("#refused")).to_contain_text("1 other file in the folder was left out (pdf).")
    page.get_by_text("Paste records instead").click()
    page.get_by_label("Records to add").fill("TY  - JOUR\nTI  - Rye\nAB  - We bake rye bread.\nER  - \n")
    page.get_by_role("button", name="Add these records").click()
    expect(page.locator("#plan .incoming > li").nth(1)).to_contain_text("RIS, 1 record")
    expect(page.locator("#plan .summary")).to_contain_text("This adds 3 papers")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#plan")).to_be_empty()
    page.reload()
    expect(page.locator("#plan")).to_be_empty()


def test_a_change_is_shown_in_every_window_and_when_one_comes_back_and_can_be_stopped(
    blank: Page, own: Site, gate: threading.Event
) -> None:
    page = adding(blank, own)
    index_dir = own.library.settings.index_dir
    before = generations.current(index_dir)
    choose(page, two_bib=TWO)
    page.get_by_role("button", name="Add 2 papers").click()
    expect(page.locator("#change .stage")).to_contain_text("Adding 1 file: embedding 0 of 2")
    page.goto(own.url)
    page.goto(f"{own.url}papers")
    expect(page.locator("#change .stage")).to_contain_text("Adding 1 file: embedding 0 of 2")
    other = page.context.new_page()
    other.goto(f"{own.url}papers")
    expect(other.locator("#change .stage")).to_contain_text("embedding 0 of 2")
    other.get_by_role("button", name="Stop: nothing changes").click()
    gate.set()
    expect(page.locator("#change")).to_contain_text("Stopped: nothing has changed.", timeout=LATE)
    expect(other.locator("#change")).to_contain_text("Stopped: nothing has changed.")
    other.close()
    assert generations.current(index_dir) == before
    page.reload()
    expect(page.get_by_role("button", name="Add 2 papers")).to_be_visible()  # the file still waits


def test_when_a_change_ends_the_page_shows_the_collection_as_it_is_now(blank: Page, own: Site) -> None:
    page = adding(blank, own)
    page.get_by_text("Paste records instead").click()
    choose(page, two_bib=TWO)
    page.get_by_label("Records to add").fill("not sent yet")
    page.get_by_role("button", name="Add 2 papers").click()
    change = page.locator("#change")
    expect(change).to_contain_text("Done: 5 papers: 2 added", timeout=LATE)
    expect(page.locator("h1")).to_have_text("5 papers")
    expect(page.locator("#cards article")).to_have_count(5)
    expect(page.locator("#uploads li")).to_contain_text(["two.bib"])
    expect(page.get_by_label("Records to add")).to_have_value("not sent yet")
    page.locator("#cards .select input").last.check()
    expect(page.locator("#selecting .listed")).to_have_text("1 selected")
    page.get_by_role("button", name="Remove two.bib").click()
    expect(change).to_be_empty()  # what is begun now has not ended
    page.get_by_role("button", name="Rebuild now").click()
    expect(page.locator("h1")).to_have_text("3 papers", timeout=LATE)
    expect(page.locator("#uploads li")).to_have_count(0)
    expect(change).to_contain_text("2 removed")
    page.reload()
    expect(change).to_be_empty()  # it was seen


def test_what_waits_while_another_change_is_made_is_compared_again_when_that_ends(
    blank: Page, own: Site, gate: threading.Event
) -> None:
    page = adding(blank, own)
    choose(page, two_bib=TWO)
    page.get_by_role("button", name="Add 2 papers").click()
    expect(page.locator("#change .stage")).to_contain_text("embedding 0 of 2")
    plan = choose(page, trolls_jsonl=json.dumps(NEW))
    expect(plan).to_contain_text("Another change is running; add these when it has ended.")
    expect(page.get_by_role("button", name="Add 1 paper")).to_be_disabled()
    gate.set()
    expect(plan.locator(".summary")).to_have_text("This adds 1 paper; 5 papers stay unchanged.", timeout=LATE)
    expect(plan).not_to_contain_text("Another change is running")
    expect(page.locator("#change")).to_contain_text("Done: 5 papers")
    page.get_by_role("button", name="Add 1 paper").click()
    expect(page.locator("h1")).to_have_text("6 papers", timeout=LATE)


def test_the_files_of_an_archive_name_it_and_what_it_holds_besides_is_told(blank: Page, own: Site) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("library/two.bib", TWO)
        out.writestr("library/two.pdf", "%PDF")
        out.writestr("__MACOSX/._two.bib", "")
    page = adding(blank, own)
    plan = choose(page, mixed_zip=archive.getvalue())
    expect(plan.locator(".file strong")).to_have_text("mixed.zip: two.bib")
    expect(page.locator("#refused")).to_have_text("1 other file in mixed.zip was left out (pdf).")


def test_another_curator_of_the_same_chat_sees_the_change_but_not_the_files(
    blank: Page, own: Site, gate: threading.Event, new_user: NewUser
) -> None:
    page = adding(blank, own)
    choose(page, two_bib=TWO)
    other = new_user().new_page()
    other.goto(f"{own.url}papers#work")
    expect(other.locator("#files")).to_be_visible()
    expect(other.locator("#plan")).to_be_empty()
    page.get_by_role("button", name="Add 2 papers").click()
    expect(page.locator("#change .stage")).to_contain_text("embedding 0 of 2")
    other.reload()
    expect(other.locator("#change .stage")).to_contain_text("embedding 0 of 2")
    gate.set()
    expect(other.locator("#change")).to_contain_text("Done: 5 papers", timeout=LATE)


def test_the_loss_of_most_papers_needs_a_yes(blank: Page, own: Site, tmp_path: Path) -> None:
    page = adding(blank, own)
    (tmp_path / "papers.jsonl").write_text(json.dumps(GNOMES[0]))
    page.get_by_role("button", name="Read all files again").click()
    plan = page.locator("#plan")
    expect(plan).to_contain_text("2 papers will be gone from the collection.")
    expect(page.get_by_role("button", name="Rebuild now")).to_be_disabled()
    page.get_by_label("Yes, remove 2 of 3 papers").check()
    page.get_by_role("button", name="Rebuild now").click()
    expect(page.locator("#change")).to_contain_text("1 paper: 0 added, 0 changed, 2 removed", timeout=LATE)


@pytest.mark.skipif(not AXE.exists(), reason="no axe")
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_adding_is_for_everyone(blank: Page, own: Site, gate: threading.Event, size: ViewportSize) -> None:
    blank.set_viewport_size(size)
    page = adding(blank, own)
    page.get_by_text("Paste records instead").click()
    plan = choose(page, two_bib=TWO, empty_ris="", thesis_pdf=b"%PDF")
    plan.get_by_text("1 skipped: no abstract").click()
    check(page, AXE.read_text(encoding="utf-8"))
    page.locator("#rebuild").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#change .stage")).to_contain_text("embedding 0 of 2")
    check(page, AXE.read_text(encoding="utf-8"))
    gate.set()
    expect(page.locator("#change")).to_contain_text("Done", timeout=LATE)
    check(page, AXE.read_text(encoding="utf-8"))
