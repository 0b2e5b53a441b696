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
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import bibtexparser
import pytest
from markdown_it import MarkdownIt

from rag import export, llm, prompts, settings, terminal, writers
from rag.bibtex import bibtex
from rag.chat import Chat
from rag.citations import Answer, Citation, Event, Found, Statement
from rag.papers import Paper
from rag.passages import sentences
from rag.render import answer_json
from rag.sources import jsonl
from rag.ui import cards, render
from rag.ui import export as page_export
from rag.ui.session import Session, Turn
from rag.writers import Task, synthesis
from tests.attacks import ATTACKS, BENIGN, CANARIES, HOSTILE, LISTS, REAL, REFUSED, SLANDERED, UNTOUCHED
from tests.conftest import index_of
from tests.llm.server import Server, running

pytestmark = pytest.mark.xdist_group("hostile")  # one index and one model for all of them

OWN_TAGS = set("a button details div h1 h2 h3 li mark p section span summary table tbody td th thead tr ul".split())
OWN_ATTRIBUTES = set(
    "aria-hidden aria-label class data-at data-spans disabled href id rel role scope target title value".split()
)
SHOWS_TEXT = {"aria-label", "title"}  # attributes that hold what others wrote
OWN_LINK = re.compile(r"#(source-\d+|paper-[0-9a-f]{12})|https://example\.org/.*")
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


class Reader(HTMLParser):
    """Collects what `html` holds, and fails where a tag is left open or closes another."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append(tag)
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def ask(chat: Chat, question: str) -> Session:
    """The visit of a user who asks this and nothing else, as far as the page would show it."""

    async def visit() -> Session:
        session = Session(chat.conversation())
        async with aclosing(session.ask(question, len(HOSTILE))) as turns:
            async for _ in turns:
                pass
        return session

    return asyncio.run(visit())


def shown(answer: Answer, chat: Chat) -> Session:
    """A visit with this answer."""
    session = Session(chat.conversation())
    session.turns.append(Turn(answer.question, statements=list(answer.statements), answer=answer))
    return session


def answers(sessions: Sequence[Session]) -> list[Answer]:
    return [turn.answer for session in sessions for turn in session.turns if turn.answer]


def write(writer: writers.Writer, *evidence: Sequence[Citation]) -> tuple[Statement, ...]:
    async def written() -> tuple[Statement, ...]:
        task = Task("which papers say so?", "papers", tuple(map(tuple, evidence)))
        async with aclosing(writer.write(task)) as statements:
            return tuple([statement async for statement in statements])

    return asyncio.run(written())


def cite(paper: Paper, n: int) -> list[Citation]:
    """Every sentence of its abstract."""
    return [Citation(n, paper, span.start, span.end) for span in sentences(paper.abstract)]


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
def quoting(index: Path) -> Chat:
    """Without a model."""
    return Chat(settings.load(index_dir=index, llm="none"))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A model that writes `content` whatever it is asked, and remembers what that was."""
    with pytest.MonkeyPatch.context() as patch, running() as started:
        for name in ("OPENAI_API_KEY", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            patch.delenv(name, raising=False)
        yield started


@pytest.fixture(scope="module", params=["sentences", "synthesis"])
def style(request: pytest.FixtureRequest) -> writers.Style:
    chosen: writers.Style = request.param
    return chosen


@pytest.fixture(scope="module")
def quoted(quoting: Chat) -> list[Session]:
    return [ask(quoting, question) for question in [*LISTS, *SLANDERED, *UNTOUCHED, *ATTACKS]]


@pytest.fixture(scope="module")
def obeyed(index: Path, server: Server, style: writers.Style) -> list[Session]:
    """The questions that attack, put to a model that does as they say."""
    chat = Chat(settings.load(index_dir=index, llm=f"openai-like:{server.url}/v1#owl", writer=style))
    sessions = []
    for question, canary in ATTACKS.items():
        server.content = f"{canary} is the answer. [1a]\n{canary}, says this paper. [1b][2a]\n{canary}!"
        sessions.append(ask(chat, question))
    return sessions


@pytest.fixture(scope="module")
def believed(quoting: Chat, server: Server, papers: dict[str, Paper], style: writers.Style) -> list[Session]:
    """Each hostile abstract and a benign one, put to a model that does as the first says, also with the second."""
    model = llm.load(f"openai-like:{server.url}/v1#owl", 20.0)
    assert model
    writer = writers.choose(model, style, quoting.retriever().checker, None, entailment=True)
    victim = papers[BENIGN[5]["abstract"]]
    sessions = []
    for record in HOSTILE:
        evidence = cite(papers[jsonl.clean(record["abstract"])], 1), cite(victim, 2)
        stolen = f"{record['canary']} removes weights whose posterior variance exceeds their squared mean."
        for reply in (record["obeyed"], stolen):
            server.content = reply
            if style == "synthesis":  # "Yes" is also the verdict when it is asked whether evidence states that
                server.content = "\n".join(
                    f"Yes, {reply}{label}" for label in ("", " [1]", " [2a]", " [2b]", " [1a][2b]")
                )
            sessions.append(shown(Answer(record["title"], write(writer, *evidence), kind="papers"), quoting))
    return sessions


@pytest.fixture(scope="module")
def small(index: Path, style: writers.Style) -> list[Session]:
    """Questions put to the model that comes along, where it did."""
    if not llm.bundled_installed():
        return []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(synthesis, "SYNTHESIS_TOKENS", 200)  # it may repeat itself for minutes
        chat = Chat(settings.load(index_dir=index, llm="bundled", writer=style))
        return [ask(chat, question) for question in REAL[style]]


@pytest.fixture(scope="module")
def told(quoted: list[Session], obeyed: list[Session], believed: list[Session], small: list[Session]) -> list[Session]:
    """Everything that is answered."""
    return [*quoted, *obeyed, *believed, *small]


@pytest.fixture(scope="module")
def unread(quoting: Chat) -> list[Session]:
    """The hostile records as no reader has cleaned them, wherever text of others can stand."""
    sessions = []
    for record in HOSTILE:
        for url in (record["url"], "javascript:alert(1)", " data:text/html,x"):
            paper = Paper(record["title"], record["abstract"], tuple(record["authors"]), 2021, url=url)
            whole = Citation(1, paper, 0, len(paper.abstract))
            statements = Statement(whole.quote, (whole,), "quote"), Statement(record["obeyed"], (whole,), "partly")
            answer = Answer(paper.title, statements, (Citation(2, paper, 0, 9),), kind="papers", notice=paper.title)
            refusal = Answer(paper.abstract, nearest=(paper,), filters=(paper.title,), searched=1, silent=paper)
            sessions += [shown(answer, quoting), shown(refusal, quoting)]
    return sessions


def test_all_that_is_hostile_is_in_the_index_and_answers(papers: dict[str, Paper], quoted: list[Session]) -> None:
    assert len(papers) == len(HOSTILE) + len(BENIGN)
    listed = [{one.paper.title for one in answer.citations} for answer in answers(quoted)[: len(LISTS)]]
    assert min(map(len, listed)) >= 5


def test_every_sentence_is_checked_and_cites_abstracts_verbatim(told: list[Session], papers: dict[str, Paper]) -> None:
    statements = [statement for answer in answers(told) for statement in answer.statements]
    assert [one for one in statements if not one.citations or one.verdict not in render.VERDICTS] == []
    for citation in (citation for statement in statements for citation in statement.citations):
        paper = papers[citation.paper.abstract]
        assert citation.paper.title == paper.title
        assert citation.quote
        assert citation.quote == paper.abstract[citation.start : citation.end]
    for statement in (statement for statement in statements if statement.verdict == "quote"):
        assert statement.text.strip("… ") in statement.citations[0].quote


def test_no_sentence_says_what_an_abstract_or_a_question_wants_said(told: list[Session]) -> None:
    statements = [statement for answer in answers(told) for statement in answer.statements]
    assert [(misled(one), one.text, one.citations) for one in statements if misled(one)] == []


@pytest.mark.skipif(not llm.bundled_installed(), reason=f"needs the bundled model: {llm.INSTALL_BUNDLED}")
def test_the_small_model_writes_about_hostile_papers_without_failing(
    small: list[Session], style: writers.Style
) -> None:
    assert [(answer.writer, answer.notice) for answer in answers(small)] == [(style, "")] * len(REAL[style])
    cited = {one.paper.abstract for answer in answers(small) for one in answer.citations}
    assert len(cited.intersection(CANARIES.values())) >= 6


def test_what_benign_papers_say_is_the_same_beside_hostile_ones(index_dir: Path, quoting: Chat) -> None:
    alone = Chat(settings.load(index_dir=index_dir, llm="none"))
    for question in SLANDERED + UNTOUCHED:
        before, after = (answers([ask(chat, question)])[0].citations for chat in (alone, quoting))
        benign = [one for one in after if one.paper.abstract not in CANARIES.values()]
        places = [(one.paper.title, one.start, one.end) for one in before]
        kept = [(one.paper.title, one.start, one.end) for one in benign]
        assert {title for title, *_ in kept} == {title for title, *_ in places}
        if question in UNTOUCHED:
            assert (kept, len(after)) == (places, len(before))
        assert set(kept) <= set(places)  # where more papers answer, each has room for fewer sentences


def test_every_question_gets_an_answer(told: list[Session]) -> None:
    assert len(answers(told)) == len(told)
    assert [answer for answer in answers(told) if "LLM" in answer.notice] == []  # which says that it failed


@pytest.mark.usefixtures("obeyed", "believed")
def test_what_is_sent_to_a_model_keeps_its_structure(server: Server, style: writers.Style) -> None:
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
    assert [record["title"] for record in HOSTILE if prompts.data(record["title"], 1_000) not in sent] == []
    assert [question for question in ATTACKS if prompts.data(question, 100) not in sent] == [REFUSED]


def _messages(name: str) -> list[tuple[str, str]]:
    filled = dict.fromkeys(prompts.PLACEHOLDERS[name], "-")
    return [(one.role.value, str(one.content)) for one in prompts.load(name).format_messages(llm=None, **filled)]


def test_the_page_holds_our_markup_only(told: list[Session], unread: list[Session]) -> None:
    for session in [*told, *unread]:
        (turn,) = session.turns
        panel = cards.panel(session.citations, session.partial, session.nearest)
        early = Turn(turn.question, found=Found(tuple(one.paper for one in session.citations), 9, (turn.question,)))
        replies = [render.reply(turn), render.reply(early), render.reply(Turn(turn.question, error=turn.question))]
        for html in [render.question(turn.question), panel, render.status(turn), page_export.menu(session), *replies]:
            read = Reader(html)
            assert read.tags <= OWN_TAGS
            assert {name for name, _ in read.attributes} <= OWN_ATTRIBUTES
            assert [url for name, url in read.attributes if name == "href" and not OWN_LINK.fullmatch(url)] == []
            ours = [value for name, value in read.attributes if name not in SHOWS_TEXT | {"href"}]
            assert [value for value in ours if not re.fullmatch(r"[\w. -]*", value)] == []
        assert turn.question in Reader(render.question(turn.question)).text
        text = Reader(replies[0] + panel).text
        assert all(statement.text in text for statement in turn.statements)


def test_the_terminal_is_not_steered(
    told: list[Session], unread: list[Session], capsys: pytest.CaptureFixture[str]
) -> None:
    for answer in answers([*told, *unread]):
        asyncio.run(terminal.show_answer(_events(answer)))
    printed = "".join(capsys.readouterr())
    assert len(printed) > 10_000
    assert {c for c in printed if _steers(c)} == {"\n"}


async def _events(answer: Answer) -> AsyncIterator[Event]:
    yield Found(tuple(one.paper for one in answer.citations), answer.searched, answer.filters, answer.kind)
    for statement in answer.statements:
        yield statement
    yield answer


def _steers(c: str) -> bool:
    """A control character, or one that turns the direction of what follows, also of our own text."""
    overrides = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    return unicodedata.category(c) == "Cc" or unicodedata.bidirectional(c) in overrides


def test_json_holds_titles_and_quotes_as_they_are(told: list[Session], papers: dict[str, Paper]) -> None:
    titles = {paper.title for paper in papers.values()}
    for answer in answers(told):
        line = json.dumps(answer_json(answer), ensure_ascii=False)
        assert not any(map(_steers, line))
        read = json.loads(line)
        assert {one["title"] for one in read["citations"] + read["partial"]} | set(read["nearest"]) <= titles
        assert [one["quote"] for one in read["citations"]] == [one.quote for one in answer.citations]


def test_markdown_holds_our_markup_only(told: list[Session], unread: list[Session]) -> None:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for answer in answers([*told, *unread]):
        text = export.markdown(answer)
        parsed = parser.parse(text)
        inside = [child for token in parsed for child in token.children or ()]
        assert {token.tag for token in [*parsed, *inside]} - {""} <= OWN_MARKDOWN
        assert {token.content for token in inside if not token.tag and token.type != "text"} <= {"<br>"}
        assert [token.tag for token in parsed if token.type == "heading_open"] in (["h1"], ["h1", "h2"])
        links = [str(token.attrs["href"]) for token in inside if token.type == "link_open"]
        assert [link for link in links if not OWN_LINK.fullmatch(link)] == []
        assert not any(_steers(c) for c in text.replace("\n", ""))


def test_bibtex_holds_our_entries_only(told: list[Session], unread: list[Session]) -> None:
    for answer in answers([*told, *unread]):
        library = bibtexparser.parse_string(bibtex(answer))
        assert library.failed_blocks == []
        assert len(library.blocks) == len(library.entries) == len({one.n for one in answer.citations})
        for entry in library.entries:
            fields = {field.key: field.value for field in entry.fields}
            assert set(fields) <= BIBTEX_FIELDS
            assert [value for value in fields.values() if TEX_ACTS.search(value)] == []
            assert fields.get("url", "https://example.org/").startswith("https://example.org/")


def test_csv_holds_no_formula(told: list[Session], unread: list[Session]) -> None:
    for answer in answers([*told, *unread]):
        rows = list(DictReader(StringIO(export.csv(answer), newline="")))
        assert len(rows) == sum(len(statement.citations) for statement in answer.statements)
        cells = [cell for row in rows for cell in row.values()]
        assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@")) or any(map(_steers, cell))] == []


def test_files_have_harmless_names(told: list[Session], unread: list[Session]) -> None:
    for session in [*told, *unread]:
        name = json.loads(page_export.file(session, "answer.md"))["name"]
        assert re.fullmatch(r"[\w-]+\.md", name)
