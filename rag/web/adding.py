"""What a curator sees of adding papers: the files, what each is and would change, how far a change is, how it ended."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from rag.chat.rebuild import BuildReport
from rag.index.differing import told
from rag.index.incoming import Reason, reasons
from rag.index.uploads import ARCHIVE, INSTEAD, MAX_UPLOAD_BYTES
from rag.progress import about
from rag.sources import EXTENSIONS
from rag.text import count
from rag.web import templates
from rag.web.export import Link
from rag.web.mathml import rich
from rag.web.rebuilding import STOPPED

if TYPE_CHECKING:
    from rag.chat.edits import Preview
    from rag.index.changes import Planned
    from rag.index.incoming import Incoming, Outcome
    from rag.web.identity import Visitor
    from rag.web.rebuilding import Change

MAX_NAMED = 20  # papers of each kind of change; the rest are counted
MAX_LINKS = 3  # to the sources of new papers


@dataclass(frozen=True, slots=True)
class Adding:
    """What templates/work.html shows: the `uploads` that were added, and the `staged` files by their tokens.

    `change` is the one that is being made or has just ended, if any.
    """

    uploads: tuple[str, ...] = ()
    staged: tuple[str, ...] = ()
    change: ChangeView | None = None
    has_shipped: bool = False

    @property
    def staged_tokens(self) -> str:
        """The tokens as JSON, for static/rebuild.js."""
        return json.dumps(self.staged)

    @property
    def extensions(self) -> str:
        """Those of files that are taken from a folder, as JSON."""
        return json.dumps([*EXTENSIONS, ARCHIVE])

    @property
    def refused(self) -> str:
        """What to add instead of files with certain extensions, as JSON: these need not be sent to be refused."""
        return json.dumps(INSTEAD)

    @property
    def max_bytes(self) -> int:
        """How many bytes a file may have."""
        return MAX_UPLOAD_BYTES


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change of the collection: how far it is, and whether it may be stopped; or its `report`, or its `fault`.

    The fault of one that was `stopped` is no error.
    """

    title: str
    stage: str
    done: int
    total: int
    left: str
    ended: bool
    stopping: bool
    may_stop: bool
    report: str
    fault: str
    stopped: bool
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """What a rebuild would do to some papers: their `total`, and the first of them by title."""

    name: str
    total: int
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileView:
    """A file that is to be added, known by its `token`: what it is, what becomes of its papers, what is skipped."""

    token: str
    name: str
    kind: str
    outcome: str
    note: str
    fault: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class PlanView:
    """What edits would change: a `summary`, a `warning` of what is lost, and the label of the button that makes them.

    `must_agree` is what somebody has to agree to before, "" if nothing. There is no button without a label, and it is
    the main one if it changes any paper.
    """

    files: tuple[FileView, ...]
    summary: str
    warning: str
    must_agree: str
    groups: tuple[ChangeGroup, ...]
    label: str
    is_main: bool = True


def plan(preview: Preview, tokens: Sequence[str], archives: Mapping[str, str] | None = None) -> str:
    """What edits would change, and the buttons to make them or not; `tokens` are those of the files, in order.

    `archives` names those that files came in, by the tokens of these.
    """
    names = archives or {}
    files = tuple(_file(token, names.get(token, ""), *one) for token, one in zip(tokens, preview.files, strict=True))
    planned = preview.planned
    if planned is None:
        return templates.fragment("rebuild.html", "plan", PlanView(files, "Nothing can be added.", "", "", (), ""))
    changed = planned.changes
    groups = [
        _group("New", [rich(paper.title) for paper in changed.added]),
        _group("Changed", [rich(paper.title) for paper in changed.changed]),
        _group("Removed", [rich(paper.title) for paper in changed.removed]),
        _group("Skipped", [str(record) for record in planned.skipped]),
    ]
    shown = tuple(group for group in groups if group.total)
    label, is_main = _label(planned, len(files))
    view = PlanView(files, _summary(planned), _warning(preview), _agreement(planned), shown, label, is_main)
    return templates.fragment("rebuild.html", "plan", view)


def change_view(made: Change, visitor: Visitor) -> ChangeView:
    """How far a change is, or how it ended, as it is shown to `visitor`. Curators may stop it."""
    left = made.left.seconds
    return ChangeView(
        made.title,
        made.stage,
        made.done,
        made.total,
        "stopping…" if made.stopping else about(left) if left else "",
        made.ended is not None,
        made.stopping,
        visitor.is_curator,
        str(made.result),
        made.fault.to(visitor) if made.fault else "",
        made.fault is not None and made.fault.whole == STOPPED,
        tuple(_links(made.result.planned)) if isinstance(made.result, BuildReport) else (),
    )


def change(view: ChangeView) -> str:
    """A change as a part of a page."""
    return templates.fragment("rebuild.html", "change", view)


def _file(token: str, archive: str, file: Incoming, outcome: Outcome) -> FileView:
    records = len(file.papers) + len(file.skipped)
    kind = f"{file.format}, {count(records, 'record')}" if file.format else "not recognised"
    fault = file.fault
    parts = [
        (outcome.new, "new"),
        (outcome.changed, "changed"),
        (outcome.same, "already here"),
        (outcome.twice, "repeated"),
        (len(file.skipped), "skipped"),
    ]
    told = ", ".join(f"{number:,} {name}" for number, name in parts if number)
    told_reasons = () if fault and len(file.skipped) <= 1 else tuple(reasons(file.skipped))
    name = f"{archive}: {file.path.name}" if archive else file.path.name
    return FileView(token, name, kind, "" if fault else told, file.note, fault, told_reasons)


def _summary(planned: Planned) -> str:
    """What a rebuild would do, in a sentence."""
    changed = planned.changes
    does = [
        f"{verb} {count(len(papers), 'paper')}"
        for verb, papers in (("adds", changed.added), ("changes", changed.changed), ("removes", changed.removed))
        if papers
    ]
    stay = f"{count(changed.same, 'paper')} stay{'s' if changed.same == 1 else ''} unchanged"
    if not does:
        return f"Nothing changes: {stay}."
    listed = ", ".join(does)
    return f"This {listed}; {stay}." if changed.same else f"This {listed}."


def _warning(preview: Preview) -> str:
    """What is lost, and why, and what is not taken, a line each."""
    planned = preview.planned
    if planned is None:
        return ""
    if planned.unknown:
        return "The papers of the index cannot be read, so it is not known which of them this removes."
    lost = len(planned.changes.removed)
    gone = f"{count(lost, 'paper')} will be gone from the collection." if lost else ""
    are = "is" if preview.fileless == 1 else "are"
    reason = f"{count(preview.fileless, 'paper')} {are} in no file any more." if preview.fileless else ""
    return "\n".join(filter(None, [gone, reason, *told(planned.differing)]))


def _agreement(planned: Planned) -> str:
    if planned.unknown:
        return "Replace the index by these papers"
    if not planned.loses_most:
        return ""
    lost, kept = len(planned.changes.removed), len(planned.changes.changed) + planned.changes.same
    return f"Yes, remove {lost:,} of {lost + kept:,} papers"


def _label(planned: Planned, files: int) -> tuple[str, bool]:
    """What the button says, "" for none, and whether it is the main one."""
    changed = planned.changes
    if not (changed or planned.unknown):
        return "Keep the file anyway" if files == 1 else "Keep the files anyway" if files else "", False
    if changed.added and not (changed.changed or changed.removed):
        return f"Add {count(len(changed.added), 'paper')}", True
    return "Rebuild now", True


def _links(planned: Planned) -> list[Link]:
    """The way to the new papers by the files they came from."""
    new: dict[str, int] = {}
    for paper in planned.changes.added:
        new[paper.source] = new.get(paper.source, 0) + 1
    of_source = {name: sum(paper.source == name for paper in planned.contents.papers) for name in [*new][:MAX_LINKS]}
    return [
        Link(_of_source(name, new, total), "/papers?" + urlencode({"q": _source_filter(name)}))
        for name, total in of_source.items()
        if name and len(new) <= MAX_LINKS
    ]


def _of_source(name: str, new: Mapping[str, int], total: int) -> str:
    """What leads to the papers of the source `name`, so many of which are `new`."""
    if new[name] < total:
        return f"Show the papers of {name}"
    papers = "new paper" if new[name] == 1 else f"{new[name]:,} new papers"
    return f"Show the {papers}" if len(new) == 1 else f"Show the {papers} of {name}"


def _source_filter(source: str) -> str:
    """The filter for papers of `source`, which cannot hold a quotation mark."""
    name = source.replace('"', " ")
    return f'source:"{name}"'


def _group(name: str, items: Sequence[str]) -> ChangeGroup:
    more = [f"and {len(items) - MAX_NAMED:,} more"] if len(items) > MAX_NAMED else []
    return ChangeGroup(name, len(items), (*items[:MAX_NAMED], *more))
