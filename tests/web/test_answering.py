"""Questions of programs: answered as those of the pages are, in the same queue and limits, and kept nowhere."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from typing import Any, TypeVar

import pytest

from rag import settings
from rag.answer.types import Answer, Found, Statement, Working, Written
from rag.chat.conversation import Conversation
from rag.chat.library import Library
from rag.errors import ClosingError, IndexingError, ModelError, NoIndexError, QuestionError
from rag.index import generations
from rag.index.store import Store
from rag.llm.choices import Choice
from rag.query.understanding import Query, understand
from rag.web.answering import Answering
from rag.web.conversations import Conversations
from rag.web.identity import Visitor
from rag.web.jobs import Jobs
from rag.web.places import MAX_CONCURRENT, MAX_WAITING_OF_OWNER, Asking, FullError
from rag.web.trouble import for_reader
from rag.web.turns import Choices
from tests.conftest import WHICH

from .samples import PAPER, state

T = TypeVar("T")
ADA, BOB = Visitor("ada", "reader"), Visitor("bob", "curator")
NOBODY = Visitor("a key", "curator", is_known=False)
QUOTES = (Found((PAPER,), 9), state())
ANSWER = Answer(WHICH, (state(),))
SINCE = f"{WHICH} since 2023"


@pytest.fixture(scope="module")
def library(index_dir: Path) -> Library:
    opened = Library(settings.load(index_dir=index_dir, llm="none"))
    opened.retriever()
    return opened


def run(library: Library, folder: Path, do: Callable[[Answering, Jobs], Awaitable[T]]) -> T:
    """The result of what is to `do`, after which no question is left."""

    async def run_it() -> T:
        jobs = Jobs(library, Conversations(folder))
        result = await asyncio.wait_for(do(Answering(library, jobs), jobs), 60)
        assert len(jobs.places) == 0
        assert jobs.places.searching.is_idle
        assert jobs.places.writing.is_idle
        return result

    return asyncio.run(run_it())


class Model:
    """What a conversation asks instead: quotes at once, then a model that writes when it may."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *written: Any) -> None:
        self.go, self.asked, self.closed = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.given: list[tuple[object, ...]] = []
        self._written = written
        monkeypatch.setattr(Conversation, "ask", lambda _, *given: self._ask(*given))

    async def _ask(self, *given: object) -> AsyncGenerator[Any]:
        self.given.append(given)
        try:
            for event in (*QUOTES, Working("reading")):
                yield event
            self.asked.set()
            await self.go.wait()
            for event in self._written:
                yield event
            yield ANSWER
        finally:
            self.closed.set()


def test_an_answer_comes_as_events_and_is_kept_nowhere(library: Library, tmp_path: Path) -> None:
    async def ask(answering: Answering, jobs: Jobs) -> None:
        events = [event async for event in answering.events(ADA, WHICH)]
        assert isinstance(events[0], Found)
        assert isinstance(events[1], Statement)
        assert isinstance(events[-1], Answer)
        assert [event for event in events if isinstance(event, Statement)] == list(events[-1].statements)

    run(library, tmp_path, ask)
    assert not list(tmp_path.iterdir())


def test_the_last_answer_of_a_history_is_what_a_question_refers_to(library: Library, tmp_path: Path) -> None:
    async def ask(answering: Answering, jobs: Jobs) -> list[str]:
        titles = [found.paper.title for found in (await answering.search(ADA, WHICH, 2))[1].papers]
        history = [{"role": "user", "content": WHICH}, {"role": "assistant", "content": "; ".join(titles)}]
        malformed = {"role": "user", "content": "owls year:soon"}  # it was refused, and is in the history all the same
        for before in (history, [malformed, *history]):
            question = "how fast is the second one?"
            answer = [event async for event in answering.events(ADA, question, before)][-1]  # type: ignore[arg-type]
            assert isinstance(answer, Answer)
            assert {citation.paper.title for citation in answer.citations} == {titles[1]}
            found = await answering.search(ADA, question, 1, before)  # type: ignore[arg-type]
            assert found[1].papers[0].paper.title == titles[1]
        return titles

    assert len(run(library, tmp_path, ask)) == 2


def test_choices_are_given_on(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask(answering: Answering, jobs: Jobs) -> list[tuple[object, ...]]:
        model = Model(monkeypatch)
        model.go.set()
        choices = Choices(("since 2023",), 3, "", "quotes", ("0123456789ab",))
        for one in (Choices(), choices):
            assert [event async for event in answering.events(ADA, SINCE, choices=one)][-1] == ANSWER
        return model.given

    given = run(library, tmp_path, ask)
    assert given == [
        (SINCE, (), None, None, None, None),
        (SINCE, ("since 2023",), 3, None, "quotes", ("0123456789ab",)),
    ]


def test_what_cannot_be_asked_raises_before_the_first_event(library: Library, tmp_path: Path) -> None:
    async def ask(answering: Answering, jobs: Jobs) -> None:
        for question, choices in ((" ", Choices()), ("x" * 2_001, Choices()), ("owls year:soon", Choices())):
            with pytest.raises(QuestionError):
                await anext(answering.events(ADA, question, choices=choices))
            with pytest.raises(QuestionError):
                await answering.search(ADA, question, 3)
        with pytest.raises(QuestionError, match="not available now"):
            await anext(answering.events(ADA, WHICH, choices=Choices(llm="openai-like:http://127.0.0.1:9/v1#x")))

    run(library, tmp_path, ask)


@pytest.mark.parametrize(
    ("question", "without", "ignored"),
    [
        (f"{WHICH} Since 2023", "since 2023", "Since 2023"),
        (f"{WHICH} author:Lovelace", "AUTHOR:lovelace", "author:Lovelace"),
        ("what did Ada Lovelace write?", "author:Ada Lovelace", "author:Ada Lovelace"),  # as a model writes it
    ],
)
def test_a_filter_is_left_out_however_it_is_written(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, question: str, without: str, ignored: str
) -> None:
    async def ask(answering: Answering, jobs: Jobs) -> list[tuple[object, ...]]:
        model = Model(monkeypatch)
        model.go.set()
        await _last(answering.events(ADA, question, choices=Choices((without,))))
        await answering.search(ADA, question, 3, without=[without])
        return model.given

    ((_, found, *_),) = run(library, tmp_path, ask)
    assert found == (ignored,)


@pytest.mark.parametrize(
    ("question", "without", "there"),
    [
        (SINCE, "nonsense", "which has “since 2023”"),
        (SINCE, "since 2024", "which has “since 2023”"),
        (WHICH, "author:bengio", "which has none"),
        (WHICH, "1 selected paper", "which has none"),
    ],
)
def test_what_is_no_filter_of_the_question_is_refused(
    library: Library, tmp_path: Path, question: str, without: str, there: str
) -> None:
    async def ask(answering: Answering, jobs: Jobs) -> None:
        for call in (
            answering.events(ADA, question, choices=Choices((without,))).__anext__,
            lambda: answering.search(ADA, question, 3, without=[without]),
        ):
            with pytest.raises(QuestionError, match=f"“{without}” is no filter of this question, {there}"):
                await call()

    run(library, tmp_path, ask)


def test_a_selection_of_papers_is_not_lifted_as_a_filter_is(library: Library, tmp_path: Path) -> None:
    async def ask(answering: Answering, jobs: Jobs) -> None:
        chosen = [library.retriever().store.paper(1)]
        hashes, title = tuple(one.identity_hash for one in chosen), chosen[0].title
        with pytest.raises(QuestionError, match="is no filter of this question"):
            await _last(answering.events(ADA, WHICH, choices=Choices((title,), papers=hashes)))
        with pytest.raises(QuestionError, match="is no filter of this question"):
            await answering.search(ADA, WHICH, 3, without=(title,), papers=hashes)
        assert (await answering.search(ADA, WHICH, 3, papers=hashes))[0].searched == 1

    run(library, tmp_path, ask)


def test_without_an_index_nobody_waits_for_one(tmp_path: Path) -> None:
    async def ask(answering: Answering, jobs: Jobs) -> None:
        with pytest.raises(NoIndexError):
            await anext(answering.events(ADA, WHICH))
        with pytest.raises(NoIndexError):
            await answering.search(ADA, WHICH, 3)

    run(Library(settings.load(index_dir=tmp_path / "none", llm="none")), tmp_path, ask)


def test_while_the_first_index_is_built_nobody_is_told_to_build_one(tmp_path: Path) -> None:
    async def ask(answering: Answering, jobs: Jobs) -> None:
        calls: list[Callable[[], Awaitable[object]]] = [
            answering.events(ADA, WHICH).__anext__,
            lambda: answering.search(ADA, WHICH, 3),
            lambda: answering.look_up(ADA, lambda store: store),
        ]
        for call in calls:
            with pytest.raises(IndexingError, match="are being indexed") as raised:
                await call()
            assert for_reader(raised.value) == str(raised.value)

    with generations.locked(tmp_path):
        run(Library(settings.load(index_dir=tmp_path, llm="none")), tmp_path, ask)


async def _last(events: AsyncGenerator[Any]) -> Any:
    return [event async for event in events][-1]


def test_whoever_waits_is_told_when_all_ends(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[str] = []

    async def ask(answering: Answering, jobs: Jobs) -> None:
        jobs.places.observe = lambda asked: ended.append(asked.outcome)
        model = Model(monkeypatch)
        events = answering.events(ADA, WHICH)
        await anext(events)
        await model.asked.wait()
        async with AsyncExitStack() as held:
            for _ in range(MAX_CONCURRENT):
                await held.enter_async_context(jobs.places.searching.place(lambda ahead: None))
            search = asyncio.create_task(answering.search(BOB, WHICH, 3))
            while not len(jobs.places.searching):
                await asyncio.sleep(0)
            answering.end()
            with pytest.raises(ClosingError, match="is being stopped"):
                await search
        with pytest.raises(ClosingError, match="is being stopped"):
            await _last(events)
        assert model.closed.is_set()

    run(library, tmp_path, ask)
    assert ended == ["stopped", "stopped"]


def test_questions_of_pages_and_programs_are_counted_together(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask(answering: Answering, jobs: Jobs) -> None:
        model = Model(monkeypatch)
        for n in range(MAX_WAITING_OF_OWNER - 1):
            await jobs.ask("ada", f"conversation-{n}", WHICH, Choices())
        mine = answering.events(ADA, WHICH)
        await anext(mine)
        for refused in (answering.events(ADA, WHICH).__anext__, lambda: answering.search(ADA, WHICH, 1)):
            with pytest.raises(FullError, match="10 questions of yours"):
                await refused()
        with pytest.raises(FullError):
            await jobs.ask("ada", "one-more", WHICH, Choices())
        assert (await answering.search(BOB, WHICH, 1))[1].papers
        model.go.set()
        assert [event async for event in mine][-1] == ANSWER
        for n in range(MAX_WAITING_OF_OWNER - 1):
            assert [turns async for turns in jobs.watch("ada", f"conversation-{n}")][-1][-1].answer

    run(library, tmp_path, ask)


def test_programs_without_a_cookie_count_as_one(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask(answering: Answering, jobs: Jobs) -> None:
        monkeypatch.setattr("rag.web.places.MAX_WAITING_OF_OWNER", 1)
        Model(monkeypatch)
        first = answering.events(NOBODY, WHICH)
        await anext(first)
        with pytest.raises(FullError):
            await anext(answering.events(Visitor("another key", "curator", is_known=False), WHICH))
        await first.aclose()

    run(library, tmp_path, ask)


def test_whoever_leaves_stops_the_model_and_frees_the_place(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask(answering: Answering, jobs: Jobs) -> None:
        model = Model(monkeypatch)
        events = answering.events(ADA, WHICH)
        await anext(events)
        await model.asked.wait()
        await events.aclose()
        assert model.closed.is_set()

    run(library, tmp_path, ask)


def test_whoever_waits_in_the_queue_and_leaves_is_not_waited_for(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask(answering: Answering, jobs: Jobs) -> None:
        model = Model(monkeypatch)
        events = [answering.events(ADA, WHICH) for _ in range(MAX_CONCURRENT + 2)]
        for one in events:
            await anext(one)
        while len(jobs.places.writing) < 2:
            await asyncio.sleep(0)
        for left in (events.pop(), events.pop(0)):
            await left.aclose()
        model.go.set()
        for one in events:
            assert [event async for event in one][-1] == ANSWER

    run(library, tmp_path, ask)


def test_whoever_reads_slowly_holds_no_place(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And of a model that tells of each word, what is read late is only how far it is now."""

    async def ask(answering: Answering, jobs: Jobs) -> None:
        model = Model(monkeypatch, *(Working("thinking", seconds=n) for n in range(1_000)), Written(state()))
        model.go.set()
        slow = answering.events(ADA, WHICH)
        assert await anext(slow) == QUOTES[0]
        await model.closed.wait()
        assert jobs.places.writing.is_idle
        rest = [event async for event in slow]
        assert rest == [QUOTES[1], Working("thinking", seconds=999), Written(state()), ANSWER]

    run(library, tmp_path, ask)


def test_a_reader_is_told_nothing_of_the_server(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = "The model at http://10.0.0.5:8000 failed. Run: rag models"
    failed = Answer(WHICH, (state(),), notice=fault, model_fault=fault)

    async def answer(*given: object) -> AsyncGenerator[Any]:
        for event in (*QUOTES, failed):
            yield event

    async def ask(answering: Answering, jobs: Jobs) -> list[str]:
        events = [[event async for event in answering.events(who, WHICH)][-1] for who in (ADA, BOB)]
        return [event.notice for event in events if isinstance(event, Answer)]

    monkeypatch.setattr(Conversation, "ask", answer)
    reader, curator = run(library, tmp_path, ask)
    assert curator == failed.notice
    assert "10.0.0.5" not in reader
    assert "papers are quoted" in reader


def test_how_each_question_ended_is_observed(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[Asking] = []

    async def fail(*given: object) -> AsyncGenerator[Any]:
        yield QUOTES[0]
        raise ModelError("It failed.")

    async def ask(answering: Answering, jobs: Jobs) -> None:
        jobs.places.observe = ended.append
        assert [event async for event in answering.events(ADA, WHICH)]
        assert [event async for event in answering.events(ADA, "who won the 2022 world cup?")]
        await answering.search(ADA, WHICH, 3)
        Model(monkeypatch)
        left = answering.events(ADA, WHICH)
        await anext(left)
        await left.aclose()
        monkeypatch.setattr(Conversation, "ask", fail)
        with pytest.raises(ModelError):
            assert [event async for event in answering.events(ADA, WHICH)]
        monkeypatch.setattr("rag.web.places.MAX_WAITING", 0)
        with pytest.raises(FullError):
            await answering.search(ADA, WHICH, 3)

    run(library, tmp_path, ask)
    assert [asked.outcome for asked in ended] == [
        *("answered", "refused", "searched", "stopped", "failed", "turned away")
    ]
    assert all(asked.found_after is not None for asked in ended[:5])


class Held:
    """Understanding, which goes on once it may `go`, and counts how many questions are understood at a time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go, self.now, self.most = threading.Event(), 0, 0
        self._counting = threading.Lock()
        for module in ("rag.web.answering", "rag.chat.conversation"):
            monkeypatch.setattr(f"{module}.understand", self)

    def __call__(self, *given: Any, **named: Any) -> Query:
        with self._counting:
            self.now += 1
            self.most = max(self.most, self.now)
        assert self.go.wait(60)
        with self._counting:
            self.now -= 1
        return understand(*given, **named)


@pytest.mark.parametrize("asks", [True, False])
def test_whoever_leaves_amid_a_search_holds_the_place_until_it_has_ended(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asks: bool
) -> None:
    async def first(answering: Answering) -> None:
        async with aclosing(answering.events(ADA, WHICH)) as events:
            await anext(events)

    async def ask(answering: Answering, jobs: Jobs) -> None:
        held = Held(monkeypatch)
        left = [
            asyncio.create_task(first(answering) if asks else _searched(answering, ADA)) for _ in range(MAX_CONCURRENT)
        ]
        while held.now < MAX_CONCURRENT:
            await asyncio.sleep(0.01)
        for _ in range(3):  # as a server does that ends many at a time
            for one in left:
                one.cancel()
            await asyncio.sleep(0)
        waiting = asyncio.create_task(_searched(answering, BOB))
        while not (len(jobs.places.searching) or waiting.done() or held.now > MAX_CONCURRENT):
            await asyncio.sleep(0.01)
        assert len(jobs.places) == MAX_CONCURRENT + 1
        held.go.set()
        await waiting
        await asyncio.wait(left)
        assert held.most == MAX_CONCURRENT

    run(library, tmp_path, ask)


async def _searched(answering: Answering, visitor: Visitor) -> None:
    assert (await answering.search(visitor, WHICH, 1))[1].papers


def test_whoever_names_an_unknown_model_takes_a_place(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = threading.Event()
    found = library.choices()

    def look() -> list[Choice]:
        assert may_end.wait(60)
        return found

    async def ask(answering: Answering, jobs: Jobs) -> None:
        unknown = Choices(llm="ollama:x")
        asked = [
            asyncio.ensure_future(anext(answering.events(ADA, WHICH, choices=unknown)))
            for _ in range(MAX_WAITING_OF_OWNER)
        ]
        while len(jobs.places) < MAX_WAITING_OF_OWNER:
            await asyncio.sleep(0)
        with pytest.raises(FullError):
            await anext(answering.events(ADA, WHICH, choices=unknown))
        with pytest.raises(FullError):
            await jobs.ask("ada", "one-more", WHICH, unknown)
        assert (await answering.search(BOB, WHICH, 1))[1].papers
        may_end.set()
        for one in asked:
            with pytest.raises(QuestionError, match="not available now"):
                await one
        with pytest.raises(QuestionError, match="not available now"):
            await jobs.ask("ada", "one-more", WHICH, unknown)
        assert jobs.conversations.of("ada") == []

    monkeypatch.setattr(library, "choices", look)
    run(library, tmp_path, ask)


def test_what_is_looked_up_takes_a_place_and_is_no_question(library: Library, tmp_path: Path) -> None:
    ended: list[Asking] = []
    may_end = threading.Event()

    def look(store: Store) -> int:
        assert may_end.wait(60)
        return store.paper_count

    async def ask(answering: Answering, jobs: Jobs) -> None:
        jobs.places.observe = ended.append
        looking = [asyncio.create_task(answering.look_up(ADA, look)) for _ in range(MAX_WAITING_OF_OWNER)]
        while len(jobs.places.searching) < MAX_WAITING_OF_OWNER - MAX_CONCURRENT:
            await asyncio.sleep(0.01)
        with pytest.raises(FullError):
            await answering.look_up(ADA, look)
        may_end.set()
        assert await asyncio.gather(*looking) == [14] * MAX_WAITING_OF_OWNER

    run(library, tmp_path, ask)
    assert ended == []
