"""Abstracts and questions that give orders, imitate prompts, carry markup or lie about other papers.

A model that always does as it is told, and the small one that comes along, answer from them and from benign papers.
"""

from __future__ import annotations

import asyncio
import json
import re
import unicodedata
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from csv import DictReader
from dataclasses import replace
from io import StringIO
from pathlib import Path

import bibtexparser
import pytest
from markdown_it import MarkdownIt

from rag import llm, settings
from rag.answer.types import Answer, Citation, Event, Found, Statement, Style
from rag.answer.writers import synthesis
from rag.answer.writers.factory import create_writer
from rag.answer.writers.task import Task, Writer
from rag.chat.conversation import Conversation
from rag.chat.library import Library, LibraryInfo
from rag.cli import terminal
from rag.export.bibtex import bibtex
from rag.export.csv import csv
from rag.export.formats import FORMATS
from rag.export.json import answer_json
from rag.export.markdown import markdown
from rag.index.changes import Changes
from rag.language.sentences import split_sentences
from rag.llm import bundled, prompts
from rag.paper import Paper
from rag.sources import jsonl
from rag.sources.skipped import Skipped
from rag.text import clean_line, one_line
from rag.web import cards, export, pages, papers_page
from rag.web.conversations import MAX_TITLE_CHARS, ListedConversation
from rag.web.pages import Head
from rag.web.papers_page import Shelf
from rag.web.records import dump, load
from rag.web.turns import Choices, Turn
from tests.attacks import ATTACKS, BENIGN, CANARIES, HOSTILE, LISTS, REAL, REFUSED, SLANDERED, UNTOUCHED
from tests.conftest import index_of
from tests.llm.server import Server, running
from tests.web.reader import read

pytestmark = pytest.mark.xdist_group("hostile")  # one index and one model for all of them

OWN_LINK = re.compile(r"https://example\.org/.*")
CONVERSATION = "abcdefghijklmnop"
OWN_MARKDOWN = set("a blockquote h1 h2 li p strong table tbody td th thead tr ul".split())
BIBTEX_FIELDS = set("title author year url annote".split())
TEX_ACTS = re.compile(r"\\(input|include|write|href|url|def|read|open|immediate|catcode)")
DATA_ONLY = r"[^\[\]<>{}`\n]*"
# The last message of each prompt, line by line.
SHAPES = {
    "rephrase": rf"Question: {DATA_ONLY}\nPaper: {DATA_ONLY}\nSentence: {DATA_ONLY}",
    "synthesis": rf"Question: {DATA_ONLY}\n\nEvidence:(\nFrom “{DATA_ONLY}”:(\n\[\d+[a-z]\] {DATA_ONLY})+)+",
    "repair": rf"Question: {DATA_ONLY}\n\nEvidence:(\n{DATA_ONLY}: {DATA_ONLY})+\n\n"
    rf"Sentence: {DATA_ONLY}\nWhat is wrong with it: {DATA_ONLY}",
    "entailment": rf"Evidence:(\n{DATA_ONLY}: {DATA_ONLY})+\n\nSentence: {DATA_ONLY}\n\n"
    r"Does the evidence state everything that the sentence says\?",
}


def ask(chat: Library, question: str) -> Turn:
    """What comes for a user who asks this and nothing else."""

    async def asked() -> Turn:
        turn = Turn(question, papers=len(HOSTILE))
        async with aclosing(Conversation(chat).ask(question)) as events:
            async for event in events:
                turn.take(event)
        return turn

    return asyncio.run(asked())


def shown(answer: Answer) -> Turn:
    """A turn with this answer."""
    return Turn(answer.question, statements=list(answer.statements), answer=answer)


def answers(turns: Sequence[Turn]) -> list[Answer]:
    return [turn.answer for turn in turns if turn.answer]


def write(writer: Writer, *evidence: Sequence[Citation]) -> tuple[Statement, ...]:
    async def written() -> tuple[Statement, ...]:
        task = Task("which papers say so?", "papers", tuple(map(tuple, evidence)))
        async with aclosing(writer.write(task)) as statements:
            return tuple([statement async for statement in statements])

    return asyncio.run(written())


def cite(paper: Paper, n: int) -> list[Citation]:
    """Every sentence of its abstract."""
    return [Citation(n, paper, span.start, span.end) for span in split_sentences(paper.abstract)]


def misled(statement: Statement) -> list[str]:
    """The canaries in `statement` that are not in what it cites, or also of a paper that never asked for them."""
    said, quoted = statement.text.casefold(), " ".join(one.quote for one in statement.citations).casefold()
    asked = [canary for canary in map(str.casefold, ATTACKS.values()) if canary in said and canary not in quoted]
    return asked + [
        canary
        for canary, abstract in CANARIES.items()
        if canary in said
        and (canary not in quoted or any(one.paper.abstract != abstract for one in statement.citations))
    ]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_of(tmp_path_factory.mktemp("hostile"), HOSTILE + BENIGN)


@pytest.fixture(scope="module")
def papers(index: Path) -> dict[str, Paper]:
    """What the index was built from, by abstract."""
    file = index.parent / "papers.jsonl"
    read = jsonl.read(file.read_text(encoding="utf-8").split("\n"), file)
    return {paper.abstract: paper for paper in read if isinstance(paper, Paper)}


@pytest.fixture(scope="module")
def quoting(index: Path) -> Library:
    """Without a model."""
    return Library(settings.load(index_dir=index, llm="none"))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A model that writes `content` whatever it is asked, and remembers what that was."""
    with pytest.MonkeyPatch.context() as patch, running() as started:
        for name in ("OPENAI_API_KEY", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            patch.delenv(name, raising=False)
        yield started


@pytest.fixture(scope="module", params=["sentences", "synthesis"])
def style(request: pytest.FixtureRequest) -> Style:
    chosen: Style = request.param
    return chosen


@pytest.fixture(scope="module")
def quoted(quoting: Library) -> list[Turn]:
    return [ask(quoting, question) for question in [*LISTS, *SLANDERED, *UNTOUCHED, *ATTACKS]]


@pytest.fixture(scope="module")
def obeyed(index: Path, server: Server, style: Style) -> list[Turn]:
    """The questions that attack, put to a model that does as they say."""
    chat = Library(settings.load(index_dir=index, llm=f"openai-like:{server.url}/v1#owl", writer=style))
    turns = []
    for question, canary in ATTACKS.items():
        server.content = f"{canary} is the answer. [1a]\n{canary}, says this paper. [1b][2a]\n{canary}!"
        turns.append(ask(chat, question))
    return turns


@pytest.fixture(scope="module")
def believed(quoting: Library, server: Server, papers: dict[str, Paper], style: Style) -> list[Turn]:
    """Each hostile abstract and a benign one, put to a model that does as the first says, also with the second."""
    model = llm.load(f"openai-like:{server.url}/v1#owl", 20.0)
    assert model
    writer = create_writer(model, style, quoting.check, None, entailment=True)
    victim = papers[BENIGN[5]["abstract"]]
    turns = []
    for record in HOSTILE:
        evidence = cite(papers[clean_line(record["abstract"])], 1), cite(victim, 2)
        stolen = f"{record['canary']} removes weights whose posterior variance exceeds their squared mean."
        for reply in (record["obeyed"], stolen):
            server.content = reply
            if style == "synthesis":  # "Yes" is also the verdict when it is asked whether evidence states that
                server.content = "\n".join(
                    f"Yes, {reply}{label}" for label in ("", " [1]", " [2a]", " [2b]", " [1a][2b]")
                )
            turns.append(shown(Answer(record["title"], write(writer, *evidence), intent="papers")))
    return turns


@pytest.fixture(scope="module")
def small(index: Path, style: Style) -> list[Turn]:
    """Questions put to the model that comes along, where it did."""
    if not bundled.bundled_installed():
        return []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(synthesis, "MAX_SYNTHESIS_TOKENS", 200)  # it may repeat itself for minutes
        chat = Library(settings.load(index_dir=index, llm="bundled", writer=style))
        return [ask(chat, question) for question in REAL[style]]


@pytest.fixture(scope="module")
def told(quoted: list[Turn], obeyed: list[Turn], believed: list[Turn], small: list[Turn]) -> list[Turn]:
    """Everything that is answered."""
    return [*quoted, *obeyed, *believed, *small]


@pytest.fixture(scope="module")
def unread() -> list[Turn]:
    """The hostile records as no reader has cleaned them, wherever text of others can stand."""
    turns = []
    for record in HOSTILE:
        for url in (record["url"], "javascript:alert(1)", " data:text/html,x"):
            paper = Paper(record["title"], record["abstract"], tuple(record["authors"]), 2021, url=url)
            whole = Citation(1, paper, 0, len(paper.abstract))
            statements = Statement(whole.quote, (whole,), "quote"), Statement(record["obeyed"], (whole,), "partly")
            answer = Answer(paper.title, statements, (Citation(2, paper, 0, 9),), intent="papers", notice=paper.title)
            refusal = Answer(paper.abstract, nearest=(paper,), filters=(paper.title,), searched=1, not_stated_by=paper)
            turns += [shown(answer), shown(refusal)]
    return turns


def test_all_that_is_hostile_is_in_the_index_and_answers(papers: dict[str, Paper], quoted: list[Turn]) -> None:
    assert len(papers) == len(HOSTILE) + len(BENIGN)
    listed = [{one.paper.title for one in answer.citations} for answer in answers(quoted)[: len(LISTS)]]
    assert min(map(len, listed)) >= 5


def test_every_sentence_is_checked_and_cites_abstracts_verbatim(told: list[Turn], papers: dict[str, Paper]) -> None:
    statements = [statement for answer in answers(told) for statement in answer.statements]
    assert [one for one in statements if not one.citations or one.verdict not in cards.CHECKED] == []
    for citation in (citation for statement in statements for citation in statement.citations):
        paper = papers[citation.paper.abstract]
        assert citation.paper.title == paper.title
        assert citation.quote
        assert citation.quote == paper.abstract[citation.start : citation.end]
    for statement in (statement for statement in statements if statement.verdict == "quote"):
        assert statement.text.strip("… ") in statement.citations[0].quote


def test_no_sentence_says_what_an_abstract_or_a_question_wants_said(told: list[Turn]) -> None:
    statements = [statement for answer in answers(told) for statement in answer.statements]
    assert [(misled(one), one.text, one.citations) for one in statements if misled(one)] == []


@pytest.mark.skipif(not bundled.bundled_installed(), reason=f"needs the bundled model: {bundled.INSTALL_BUNDLED}")
def test_the_small_model_writes_about_hostile_papers_without_failing(small: list[Turn], style: Style) -> None:
    assert [(answer.writer, answer.notice) for answer in answers(small)] == [(style, "")] * len(REAL[style])
    cited = {one.paper.abstract for answer in answers(small) for one in answer.citations}
    assert len(cited.intersection(CANARIES.values())) >= 6


def test_what_benign_papers_say_is_the_same_beside_hostile_ones(index_dir: Path, quoting: Library) -> None:
    alone = Library(settings.load(index_dir=index_dir, llm="none"))
    for question in SLANDERED + UNTOUCHED:
        before, after = (answers([ask(chat, question)])[0].citations for chat in (alone, quoting))
        benign = [one for one in after if one.paper.abstract not in CANARIES.values()]
        places = [(one.paper.title, one.start, one.end) for one in before]
        kept = [(one.paper.title, one.start, one.end) for one in benign]
        assert {title for title, *_ in kept} == {title for title, *_ in places}
        if question in UNTOUCHED:
            assert (kept, len(after)) == (places, len(before))
        assert set(kept) <= set(places)  # where more papers answer, each has room for fewer sentences


def test_every_question_gets_an_answer(told: list[Turn]) -> None:
    assert len(answers(told)) == len(told)
    assert [answer for answer in answers(told) if "LLM" in answer.notice] == []  # which says that it failed


@pytest.mark.usefixtures("obeyed", "believed")
def test_what_is_sent_to_a_model_keeps_its_structure(server: Server, style: Style) -> None:
    templates = {name: _messages(name) for name in SHAPES}
    used = set()
    for _, _, body in server.requests:
        *before, last = [(message["role"], message["content"]) for message in body["messages"]]
        (name,) = [name for name, template in templates.items() if template[:-1] == before]
        assert last[0] == "user"
        assert re.fullmatch(SHAPES[name], unicodedata.normalize("NFKC", last[1])), last[1]
        assert {unicodedata.category(c) for c in last[1].replace("\n", "")}.isdisjoint({"Cc", "Cf", "Co", "Cn"})
        used.add(name)
    assert used >= ({"rephrase", "repair"} if style == "sentences" else {"synthesis", "repair", "entailment"})
    sent = "\n".join(body["messages"][-1]["content"] for _, _, body in server.requests)
    assert [record["title"] for record in HOSTILE if prompts.sanitize(record["title"], 1_000) not in sent] == []
    assert [question for question in ATTACKS if prompts.sanitize(question, 100) not in sent] == [REFUSED]


def _messages(name: str) -> list[tuple[str, str]]:
    filled = dict.fromkeys(prompts.PLACEHOLDERS[name], "-")
    return [(one.role.value, str(one.content)) for one in prompts.load(name).format_messages(llm=None, **filled)]


def test_the_chat_holds_our_markup_only(told: list[Turn], unread: list[Turn]) -> None:
    for turn in [*told, *unread]:
        question, papers = turn.question, tuple(one.paper for said in turn.statements for one in said.citations)
        found = Found(papers, 9, (question,))
        early = replace(turn, answer=None, found=found, choices=Choices((question,), 5, question))
        judged = replace(turn, good=False, note=question)
        failed = Turn(question, error=question)
        head = Head(LibraryInfo(question, 9, question, "quotes"), fault=question)
        kept = [ListedConversation(CONVERSATION, one_line(question)[:MAX_TITLE_CHARS])]
        page = read(pages.chat(head, kept, CONVERSATION, [early, failed, judged, turn], []))
        assert [one.content for one in page.all("h2", "question")] == [question] * 4
        assert page.all("title")[0].content == page.all("p", "fault")[0].content == question
        assert page.all("form", "note")[0].text
        assert [one.content for one in page.all("a") if one.attributes["href"] == f"/c/{CONVERSATION}"] == [kept[0].title]
        *_, last = page.all("article", "turn")
        assert all(statement.text.replace("$$", "") in last.content for statement in turn.statements)
        for entry in cards.sources([turn]):
            read(cards.entry_html(entry))
        welcome = read(pages.chat(head, [], "", [], [question]))
        assert [one.content for one in welcome.all("button", "example")] == [question]


def test_the_collection_holds_our_markup_only(papers: dict[str, Paper], unread: list[Turn]) -> None:
    raw = [turn.answer.nearest[0] for turn in unread if turn.answer and turn.answer.refused]
    known = [*papers.values(), *raw]
    shelf = read(papers_page.page(Head(None), Shelf(dict(enumerate(known, 1)), len(known)), [], [], []))
    titles = [title.content for title in shelf.all("h3", "title")]
    assert titles == [paper.title.replace("$$", "") for paper in known]
    for text in [*ATTACKS, *(record["title"] for record in HOSTILE)]:
        name = text.encode("utf-8", "replace").decode()  # as a browser sends it
        file = Path(re.sub(r"[/\0]", "", name)[:80])
        found = Shelf({7: known[0]}, 999, 50, name, [7], name)
        page = read(papers_page.page(Head(None), found, [(name, 7), ("", 3)], [(2021, 7), (None, 3)], [file]))
        assert page.all("h1")[0].content == f"999 papers: {name}"
        assert page.all("input")[0].attributes["value"] == name
        assert [one.attributes["value"] for one in page.all("button", "remove")] == [file.name]
        faulty = papers_page.page(Head(None), Shelf({}, 0, fault=name), [], [], [])
        assert read(faulty).all("p", "fault")[0].content == name
        planned = Changes((known[0],), (), (raw[0],), 0, (Skipped(file, 3, name),))
        assert read(papers_page.changes(planned)).all("li")[-1].content == str(planned.skipped[0])
        assert read(papers_page.progress(name, 1, 2)).all("p")[0].content == f"{name} 1 of 2"
        assert read(papers_page.built(name)).all("p")[0].content == f"Done: {name}."
    for n, paper in enumerate(raw):
        planned = Changes(tuple(raw[n : n + 1]), tuple(raw[n : n + 1]), (), 0, ())
        assert [one.content for one in read(papers_page.changes(planned)).all("li")] == [paper.title.replace("$$", "")] * 2


def test_conversations_come_back_as_they_were(told: list[Turn], unread: list[Turn]) -> None:
    turns = [*told, *unread]
    assert [load(*dump(turn)) for turn in turns] == turns


def test_the_terminal_is_not_steered(told: list[Turn], unread: list[Turn], capsys: pytest.CaptureFixture[str]) -> None:
    for answer in answers([*told, *unread]):
        asyncio.run(terminal.show_answer(_events(answer)))
    printed = "".join(capsys.readouterr())
    assert len(printed) > 10_000
    assert {c for c in printed if _steers(c)} == {"\n"}


async def _events(answer: Answer) -> AsyncIterator[Event]:
    yield Found(tuple(one.paper for one in answer.citations), answer.searched, answer.filters, answer.intent)
    for statement in answer.statements:
        yield statement
    yield answer


def _steers(c: str) -> bool:
    """A control character, or one that turns the direction of what follows, also of our own text."""
    overrides = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    return unicodedata.category(c) == "Cc" or unicodedata.bidirectional(c) in overrides


def test_json_holds_titles_and_quotes_as_they_are(told: list[Turn], papers: dict[str, Paper]) -> None:
    titles = {paper.title for paper in papers.values()}
    for answer in answers(told):
        line = json.dumps(answer_json(answer), ensure_ascii=False)
        assert not any(map(_steers, line))
        read = json.loads(line)
        assert {one["title"] for one in read["citations"] + read["partial"]} | set(read["nearest"]) <= titles
        assert [one["quote"] for one in read["citations"]] == [one.quote for one in answer.citations]


def test_markdown_holds_our_markup_only(told: list[Turn], unread: list[Turn]) -> None:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for answer in answers([*told, *unread]):
        text = markdown(answer)
        parsed = parser.parse(text)
        inside = [child for token in parsed for child in token.children or ()]
        assert {token.tag for token in [*parsed, *inside]} - {""} <= OWN_MARKDOWN
        assert {token.content for token in inside if not token.tag and token.type != "text"} <= {"<br>"}
        assert [token.tag for token in parsed if token.type == "heading_open"] in (["h1"], ["h1", "h2"])
        links = [str(token.attrs["href"]) for token in inside if token.type == "link_open"]
        assert [link for link in links if not OWN_LINK.fullmatch(link)] == []
        assert not any(_steers(c) for c in text.replace("\n", ""))


def test_bibtex_holds_our_entries_only(told: list[Turn], unread: list[Turn]) -> None:
    for answer in answers([*told, *unread]):
        library = bibtexparser.parse_string(bibtex(answer))
        assert library.failed_blocks == []
        assert len(library.blocks) == len(library.entries) == len({one.n for one in answer.citations})
        for entry in library.entries:
            fields = {field.key: field.value for field in entry.fields}
            assert set(fields) <= BIBTEX_FIELDS
            assert [value for value in fields.values() if TEX_ACTS.search(value)] == []
            assert fields.get("url", "https://example.org/").startswith("https://example.org/")


def test_csv_holds_no_formula(told: list[Turn], unread: list[Turn]) -> None:
    for answer in answers([*told, *unread]):
        rows = list(DictReader(StringIO(csv(answer), newline="")))
        assert len(rows) == sum(len(statement.citations) for statement in answer.statements)
        cells = [cell for row in rows for cell in row.values()]
        assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@")) or any(map(_steers, cell))] == []


def test_files_have_harmless_names(told: list[Turn], unread: list[Turn]) -> None:
    for turn in [*told, *unread]:
        for format_ in FORMATS:
            name, _ = export.file([turn], format_)
            assert re.fullmatch(rf"[\w-]{{1,{export.MAX_FILE_NAME}}}\.{format_}", name)
            assert export.file([turn, turn], format_)[0] == f"conversation.{format_}"
