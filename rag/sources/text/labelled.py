"""Plain text in which labels such as "Title:" and "Abstract:" say what follows them, in any order and case.

A label may also stand alone above its text, and a title may have none above a labelled abstract. Records are separated
by blank lines, by rules, or only by the repetition of their first label; which of these is found out from the head of
the file. The mails of arXiv, whose abstracts stand between lines of two backslashes, are read too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.paper import Paper
from rag.sources.record import Record
from rag.sources.skipped import Skipped
from rag.sources.text import wording
from rag.sources.text.draft import Draft, Layout, Stray
from rag.sources.text.labelled_drafts import ARXIV_RULE, drafts
from rag.sources.text.labelled_record import record_of, without_markdown
from rag.sources.text.labels import label_of
from rag.sources.text_file import TextFile
from rag.text import clean_line

_BOLD = re.compile(r"\W{0,12}(?:\*\*|__)\w")
_TEMPLATE = frozenset("{}<>")  # in the titles of templates and code
_MIN_LABELLED = 0.5  # of the text of a file belongs to labels


def matches(head: str) -> bool:
    """Whether there are records with a labelled abstract in `head`, and most of the text belongs to labels."""
    if "bstract" not in head and "BSTRACT" not in head and ARXIV_RULE not in head:
        return False
    lines = _numbered(head)
    layout = _layout(lines)
    records = [item for item in drafts(lines, layout) if isinstance(item, Draft) and item.fields]
    complete = list(filter(_is_complete, records))
    labelled = sum(record.characters for record in records)
    likely = sum(_is_likely(record_of(draft.line, draft.fields), layout) for draft in complete)
    most = layout.titled or 3 * len(complete) >= 2 * sum(record.has("title", "abstract") for record in records)
    return 2 * likely > len(complete) and most and labelled >= _MIN_LABELLED * len("".join(head.split()))


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """A `Paper` for each title with an abstract in `file`; a `Skipped` for either alone, and for unlabelled prose."""
    layout = _layout(_numbered(file.head))
    for item in drafts(file.lines(), layout):
        if isinstance(item, Stray):
            yield Skipped(file.path, item.line, f"text without a label: {item.text[:80]}")
        elif item.has("title", "abstract"):
            fields = without_markdown(item.fields) if layout.markdown else item.fields
            yield record_of(item.line, fields).finished(file)


def _numbered(head: str) -> list[tuple[int, str]]:
    return list(enumerate(head.split("\n"), 1))


def _layout(lines: list[tuple[int, str]]) -> Layout:
    """The layout that sets off records most strictly, of those in which about as many as in any are complete.

    That a looser one has a few more may mean that it takes the abstract of the next record for one that has none.
    """
    labels = [label for _, line in lines if (label := label_of(line))]
    first = next((label.named.lower() for label in labels), "")
    lower = next((label.named.islower() for label in labels if label.field in ("title", "abstract")), False)
    titled = any(label.field == "title" for label in labels)
    markdown = any(_BOLD.match(line) and label_of(line) for _, line in lines)
    layouts = [
        Layout(*breaks, first, lower, titled, markdown) for breaks in ((True, True), (False, True), (False, False))
    ]
    complete = [sum(map(_is_complete, drafts(lines, layout))) for layout in layouts]
    return next(layout for layout, number in zip(layouts, complete, strict=True) if 2 * number >= max(complete))


def _is_likely(record: Record, layout: Layout) -> bool:
    """Whether `record` is that of a paper, and not a template or code; without a label, its texts have to look so."""
    if not layout.titled and not wording.is_abstract(clean_line(record.abstract)):
        return False
    title = record.title
    is_code = not _TEMPLATE.isdisjoint(title) or title.endswith(",") or wording.is_assignment(title)
    return bool(title) and not is_code


def _is_complete(item: Draft | Stray) -> bool:
    if isinstance(item, Stray):
        return False
    words = " ".join(item.fields.get("abstract", ())).split()
    return item.has("title") and len(words) >= wording.SENTENCE_WORDS
