"""What must hold for the rendering of any turn or answer, whatever the texts in it say."""

from __future__ import annotations

import asyncio
import json
import re
import unicodedata
from collections.abc import AsyncIterator, Iterable, Sequence
from csv import DictReader
from dataclasses import replace
from io import StringIO

import bibtexparser
from markdown_it import MarkdownIt

from rag.answer.types import Answer, Event, Found, Working, Written
from rag.chat.library import LibraryInfo
from rag.cli import terminal
from rag.errors import RagError
from rag.export.csv import csv
from rag.export.formats import EXPORTS
from rag.export.markdown import markdown
from rag.export.outline import document
from rag.export.plain_text import plain_text
from rag.export.readable import readable
from rag.text import one_line, replace_surrogates
from rag.web import cards, export, pages
from rag.web.conversations import ListedConversation
from rag.web.document import clipboard
from rag.web.mathml import words
from rag.web.records import dump, load
from rag.web.turns import Choices, Turn
from tests.web.reader import read
from tests.web.samples import CURATOR

LINK = re.compile(r"https://example\.org/.*")
RICH_TAGS = set("a blockquote em h2 h3 li p section strong table tbody td th thead tr ul".split())
MARKDOWN_TAGS = set("a blockquote h1 h2 li p strong table tbody td th thead tr ul".split())
RIS_LINE = re.compile(r"(TY|ID|AU|PY|TI|AB|N1|DO|UR|DB|AN|ER)  - .*")
CSL_FIELDS = set("id type title author issued URL abstract".split())
BIBTEX_FIELDS = set("title author year url abstract annote".split())
ACTIVE_TEX = re.compile(r"\\(input|include|write|href|url|def|read|open|immediate|catcode)")
OVERRIDES = set("LRE RLE LRO RLO PDF LRI RLI FSI PDI".split())


def steers(c: str) -> bool:
    """Whether `c` is a control character or changes the direction of the text after it, our own included."""
    return unicodedata.category(c) == "Cc" or unicodedata.bidirectional(c) in OVERRIDES


def check_chat_page(turn: Turn) -> None:
    """The chat page shows `turn` as text, in whatever state it is; `read` fails for markup that is not our own."""
    question, papers = turn.question, tuple(one.paper for said in turn.statements for one in said.citations)
    found = Found(papers, 9, (question,))
    working = Working("judging", 1, 2)
    running = replace(turn, answer=None, found=found, choices=Choices((question,), 5, question), working=working)
    rated = replace(turn, good=False, note=question)
    failed = Turn(question, error=question)
    head = pages.Head(LibraryInfo(question, 9, question, "quotes"), fault=RagError(question))
    listed = ListedConversation("abcdefghijklmnop", one_line(question)[:80])
    page = read(pages.chat(head, [listed], listed.id, [running, failed, rated, turn], None, CURATOR))
    assert [one.content for one in page.all("h2", "question")] == [question] * 4
    assert page.all("p", "fault")[0].content == question
    assert page.all("title")[0].content == words(listed.title)
    assert page.all("form", "note")[0].text
    assert [one.content for one in page.all("a") if one.attributes["href"] == f"/c/{listed.id}"] == [
        words(listed.title)
    ]
    *_, last = page.all("article", "turn")
    shown = [one for one in turn.written if not (turn.answer and turn.answer.refused)] + turn.statements
    content = one_line(last.content)  # a sentence that is shown once may be there with other white space
    assert all(one_line(statement.text.replace("$$", "")) in content for statement in shown)
    for entry in cards.sources([turn]):
        read(cards.entry_html(entry))


def check_terminal(answer: Answer) -> None:
    """Prints `answer`; the caller looks at what was printed."""
    asyncio.run(terminal.show_answer(_events(answer)))


async def _events(answer: Answer) -> AsyncIterator[Event]:
    yield Found(tuple(one.paper for one in answer.citations), answer.searched, answer.filters, answer.intent)
    for statement in answer.statements:
        yield statement
    yield Working("writing")
    for statement in answer.written:
        yield Written(statement)
    yield answer


def check_markdown(answer: Answer) -> None:
    """Only our own markup acts, only harmless links lead anywhere."""
    text = markdown(answer)
    parsed = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    inline = [child for token in parsed for child in token.children or ()]
    assert {token.tag for token in [*parsed, *inline]} - {""} <= MARKDOWN_TAGS
    assert {token.content for token in inline if not token.tag and token.type != "text"} <= {"<br>"}
    made = document(answer)
    (said,) = made.answers
    ours = [*(paragraph.heading for paragraph in said.written), said.written and said.quotes, said.may_match]
    headings = [token.tag for token in parsed if token.type == "heading_open"]
    assert headings == ["h1"] + ["h2"] * sum(map(bool, [*ours, made.references]))
    links = [str(token.attrs["href"]) for token in inline if token.type == "link_open"]
    assert [link for link in links if not LINK.fullmatch(link)] == []
    assert not any(map(steers, text.replace("\n", "")))


def check_plain_text(answer: Answer) -> None:
    """Nothing steers what shows it, and the answer is all there."""
    text = plain_text(answer)
    assert not any(map(steers, text.replace("\n", "")))
    assert readable(answer.question) in " ".join(text.split())


def check_clipboard(answer: Answer) -> None:
    """Rich text has only our markup, without classes, scripts and anything that is loaded; `read` fails for others."""
    page = read(clipboard(answer)["html"])
    assert {element.tag for element in page.elements} <= RICH_TAGS
    assert {name for element in page.elements for name in element.attributes} <= {"href", "border", "scope"}
    assert not any(map(steers, page.text))


def check_bibtex(answer: Answer) -> None:
    """One entry per cited paper, with our fields only and no active TeX."""
    library = bibtexparser.parse_string(EXPORTS["bib"].answers(answer))
    assert library.failed_blocks == []
    assert len(library.blocks) == len(library.entries) == len({one.n for one in answer.citations})
    for entry in library.entries:
        fields = {field.key: field.value for field in entry.fields}
        assert set(fields) <= BIBTEX_FIELDS
        assert [value for value in fields.values() if ACTIVE_TEX.search(value)] == []
        assert LINK.fullmatch(fields.get("url", "https://example.org/"))


def check_ris(answer: Answer) -> None:
    """One record per cited paper, in lines of our own tags that steer no terminal."""
    lines = EXPORTS["ris"].answers(answer).split("\r\n")[:-1]
    assert [line for line in lines if not RIS_LINE.fullmatch(line) or any(map(steers, line))] == []
    assert lines.count("TY  - GEN") == lines.count("ER  - ") == len({one.n for one in answer.citations})
    assert all(LINK.fullmatch(line[6:]) for line in lines if line.startswith("UR"))


def check_csl_json(answer: Answer) -> None:
    """One item per cited paper, with our fields only, and no text that steers a terminal."""
    text = EXPORTS["csl"].answers(answer)
    items = json.loads(text)
    assert len(items) == len({one.n for one in answer.citations})
    assert [item for item in items if not set(item) <= CSL_FIELDS] == []
    assert [item for item in items if not LINK.fullmatch(item.get("URL", "https://example.org/"))] == []
    assert not any(map(steers, text.replace("\n", "")))


def check_csv(answer: Answer) -> None:
    """One row per citation, and no cell is a formula or steers a terminal."""
    rows = list(DictReader(StringIO(csv(answer), newline="")))
    related = len(answer.related) if answer.lists_papers else 0
    assert len(rows) == related + sum(len(one.citations) for one in (*answer.statements, *answer.written))
    cells = [cell for row in rows for cell in row.values()]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@")) or any(map(steers, cell))] == []


def check_file_name(turn: Turn) -> None:
    """Whatever was asked, a file to save has a harmless name of moderate length."""
    for format_, entry in EXPORTS.items():
        name, _ = export.file([turn], format_)
        assert name.endswith(f".{entry.extension}")
        stem = name.removesuffix(f".{entry.extension}")
        assert 0 < len(stem) <= 60
        assert all(c == "-" or unicodedata.category(c)[0] in "LNM" for c in stem)


def answers(turns: Iterable[Turn]) -> list[Answer]:
    """The complete answers of `turns`."""
    return [turn.answer for turn in turns if turn.answer]


def check_kept(turns: Sequence[Turn]) -> None:
    """They are read back as they were. Half a surrogate pair, which no page sends, is kept as a question mark."""
    whole = [turn for turn in turns if turn.question == replace_surrogates(turn.question)]
    assert [load(*dump(turn)) for turn in whole] == whole
