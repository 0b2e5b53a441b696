"""What a curator sees of adding papers: what each file is, what would change, how far it is, how it ended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from rag.chat.edits import Preview
from rag.chat.rebuild import BuildReport
from rag.index.contents import Contents
from rag.index.incoming import Incoming, Outcome
from rag.paper import Paper
from rag.sources.skipped import Skipped
from rag.web import adding, templates
from rag.web.adding import MAX_NAMED, Adding
from rag.web.rebuilding import STOPPED, Change
from rag.web.trouble import Told
from tests import plans

from .payloads import PAYLOADS
from .reader import Reader, read, skeleton
from .samples import CURATOR, OTHER, PAPER, harmless, hostile


def papers(first: int, last: int) -> dict[int, Paper]:
    """Papers of these numbers."""
    return {n: Paper(f"Paper {n}", "It is so.") for n in range(first, last + 1)}


def plan(*changes: object, files: tuple[tuple[Incoming, Outcome], ...] = ()) -> Reader:
    """The page's part on a plan with these changes."""
    return read(adding.plan(Preview(plans.planned(*changes), files), [str(n) for n in range(len(files))]))  # type: ignore[arg-type]


def made(**given: object) -> str:
    """The HTML of a change with these fields."""
    change = Change("Adding 2 files")
    for name, value in given.items():
        setattr(change, name, value)
    return adding.change(adding.change_view(change, CURATOR))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_others_becomes_markup_in_a_rebuild(payload: str) -> None:
    def changes(text: str) -> str:
        name = text.replace("/", "")
        skipped = Skipped(Path(name), 3, text)
        paper = hostile(text)
        planned = plans.planned((paper,), (paper,), (paper,), 0, (skipped,))
        file = Incoming(Path(name), "BibTeX", text, (paper,), (skipped,)), Outcome(new=1)
        broken = Incoming(Path(name), "", "", (), (Skipped(Path(name), 0, text),)), Outcome()
        return adding.plan(Preview(planned, (file, broken)), ["a", "b"])

    assert skeleton(changes(payload)) == skeleton(changes(harmless(payload)))
    assert payload in read(made(stage=payload)).text
    assert payload in read(made(ended=1.0, fault=Told(payload, payload))).text
    shown = templates.fragment("work.html", "work", Adding((payload,)))
    assert skeleton(shown) == skeleton(templates.fragment("work.html", "work", Adding((harmless(payload),))))
    assert read(shown).all("button", "remove")[0].attributes["value"] == payload


def test_each_file_says_what_it_is_what_becomes_of_it_and_why_records_are_skipped() -> None:
    path = Path("x/my.bib")
    skipped = tuple(Skipped(path, n, f"no abstract: Title {n}") for n in range(1, 13))
    good = Incoming(path, "BibTeX", "it is read as cp1252", (PAPER,) * 200, skipped), Outcome(190, 2, 5, 3)
    bad = Incoming(Path("x/a.ris"), "", "", (), (Skipped(Path("x/a.ris"), 0, "empty file"),)), Outcome()
    shown = plan((PAPER,), (), (), 9, files=(good, bad))
    first, second = (one.text for one in shown.all("p", "file"))
    assert (first, second) == ("my.bib BibTeX, 212 records ✕", "a.ris not recognised ✕")
    assert "190 new, 2 changed, 5 already here, 3 repeated, 12 skipped" in shown.text
    assert "Note: it is read as cp1252" in shown.text
    assert "12 skipped: no abstract line 1: Title 1" in shown.text
    assert "and 7 more" in shown.text
    assert [one.text for one in shown.all("p", "fault")] == ["Cannot be added: empty file"]
    assert [one.attributes["value"] for one in shown.all("button", "unstage")] == ["0", "1"]


def test_nothing_can_be_added_if_no_file_has_a_paper() -> None:
    bad = Incoming(Path("a.ris"), "", "", (), (Skipped(Path("a.ris"), 0, "empty file"),)), Outcome()
    shown = read(adding.plan(Preview(None, (bad,)), ["t"]))
    assert "Nothing can be added." in shown.text
    assert [button.text for button in shown.all("button")] == ["✕", "Cancel"]


def test_changes_are_listed_by_kind_and_wait_for_a_yes() -> None:
    skipped = Skipped(Path("folder/a.jsonl"), 7, "no abstract: Bees")
    shown = plan((PAPER, OTHER), (Paper("Third", "It."),), (), 12, (skipped,))
    assert shown.all("p", "summary")[0].text == "This adds 2 papers, changes 1 paper; 12 papers stay unchanged."
    assert [group.text for group in shown.all("details")] == [
        "New: 2 A Title Other",
        "Changed: 1 Third",
        f"Skipped: 1 {skipped}",
    ]
    assert [button.text for button in shown.all("button")] == ["Rebuild now", "Cancel"]
    assert [one.text for one in plan((PAPER,), (), (), 1).all("button")] == ["Add 1 paper", "Cancel"]
    unchanged = plan((), (), (), 1)
    assert "Nothing changes: 1 paper stays unchanged." in unchanged.text
    assert [button.text for button in unchanged.all("button")] == ["Cancel"]


def test_a_file_that_changes_nothing_may_be_kept_but_that_is_not_the_main_thing() -> None:
    same = Incoming(Path("x/forty.bib"), "BibTeX", "", (PAPER,), ()), Outcome(same=1)
    planned = plans.planned((), (), (), 1)
    shown = read(adding.plan(Preview(planned, (same,)), ["t"], {"t": "mixed.zip"}))
    assert [button.text for button in shown.all("button")] == ["✕", "Keep the file anyway", "Cancel"]
    assert not shown.all("button", "main")
    assert shown.all("p", "file")[0].text.startswith("mixed.zip: forty.bib ")


def test_a_change_that_was_stopped_is_no_fault() -> None:
    shown = read(made(ended=1.0, fault=Told(STOPPED, STOPPED)))
    assert shown.text == STOPPED
    assert not shown.all("p", "fault")


def test_what_is_removed_is_said_loudly_and_the_loss_of_most_needs_a_yes() -> None:
    few, most = plan((), (), (PAPER,), 9), plan((PAPER,), (), (OTHER,) * 7, 2)
    assert few.all("p", "fault")[0].text == "1 paper will be gone from the collection."
    assert not few.all("input")
    assert most.all("p", "fault")[0].text == "7 papers will be gone from the collection."
    assert "Yes, remove 7 of 9 papers" in most.text
    assert "disabled" in most.all("button", "main")[0].attributes


def test_of_many_changes_a_few_are_named_and_the_rest_counted() -> None:
    exactly, more = (tuple(papers(1, n).values()) for n in (MAX_NAMED, MAX_NAMED + 1300))
    skipped = tuple(Skipped(Path("a.txt"), n, "no title") for n in range(1, MAX_NAMED + 31))
    new, removed, left_out = plan(more, (), exactly, 0, skipped).all("details")
    assert new.text.startswith("New: 1,320 Paper 1 Paper 2 ")
    assert new.text.endswith("Paper 20 and 1,300 more")
    assert removed.text.endswith("Paper 20")
    assert left_out.text.startswith(f"Skipped: 50 {skipped[0]}")
    assert str(skipped[19]) in left_out.text
    assert str(skipped[20]) not in left_out.text


def test_a_stage_has_a_bar_with_its_name_and_can_be_stopped() -> None:
    shown = read(made(stage="embedding", done=1200, total=2864))
    assert shown.all("p")[0].text == "Adding 2 files: embedding 1,200 of 2,864"
    assert shown.all("progress")[0].attributes == {"aria-label": "Adding 2 files", "max": "2864", "value": "1200"}
    assert [button.text for button in shown.all("button")] == ["Stop: nothing changes"]
    endless = read(made(stage="reading", stopping=True))
    assert endless.all("p")[0].text == "Adding 2 files: reading…"
    assert "value" not in endless.all("progress")[0].attributes
    assert "disabled" in endless.all("button")[0].attributes


def test_the_end_leads_to_the_new_papers() -> None:
    new = tuple(Paper(f"New {n}", "It is so.", source="my “own”.bib") for n in range(2))
    old = Paper("Old", "It was so.", source="old.bib")

    def links(*added: Paper) -> dict[str, list[str]]:
        planned = plans.planned(added, (), (), 1)
        report = BuildReport(True, replace(planned, contents=Contents([*new, old])), 1.0)
        shown = read(made(ended=1.0, result=report))
        assert shown.text.startswith("Done: 3 papers: ")
        return {one.text: parse_qs(urlsplit(one.attributes["href"]).query).get("q", []) for one in shown.all("a")}

    rest = {"Show the whole collection": [], "Ask about it": []}
    assert links(*new) == {"Show the 2 new papers": ['source:"my “own”.bib"']} | rest
    assert links(new[0]) == {"Show the papers of my “own”.bib": ['source:"my “own”.bib"']} | rest
    assert links() == rest


def test_uploaded_files_can_be_removed() -> None:
    shown = read(templates.fragment("work.html", "work", Adding(("bees.jsonl", 'a "b".txt'), ("t",))))
    assert [(one.attributes["value"], one.attributes["aria-label"]) for one in shown.all("button", "remove")] == [
        ("bees.jsonl", "Remove bees.jsonl"),
        ('a "b".txt', 'Remove a "b".txt'),
    ]
    assert "open" in shown.all("details")[0].attributes, "files wait"
    empty = read(templates.fragment("work.html", "work", Adding()))
    assert "Files added before" not in empty.text
    assert "open" not in empty.all("details")[0].attributes
    assert "accept" not in empty.all("input")[0].attributes, "which would hide files that are read"
