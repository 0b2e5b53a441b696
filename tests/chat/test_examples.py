"""The examples that a collection begins with: one of each kind, all of them worth asking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from rag import settings
from rag.chat.candidates import EXAMPLE_KINDS, ExampleKind
from rag.chat.conversation import Conversation
from rag.chat.examples import examples
from rag.chat.library import Library
from rag.chat.trial import Trial
from tests.conftest import index_of

from .asking import ask
from .owls import OWLS


@pytest.fixture(scope="module")
def owls(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return library_of(tmp_path_factory.mktemp("owls"), OWLS)


def library_of(folder: Path, records: Sequence[Mapping[str, object]]) -> Library:
    return Library(settings.load(index_dir=index_of(folder, records), llm="none"))


def found_in(library: Library) -> dict[ExampleKind, str]:
    """The examples of `library` by kind."""
    trial = Trial(library.retriever(), library.router(), library.settings.min_probability)
    return {example.kind: example.question for example in examples(trial) if example}


def test_there_is_one_example_of_each_kind_made_from_the_papers(owls: Library) -> None:
    found = found_in(owls)
    assert found == {
        "papers": "Which papers study sound localization in barn owls?",
        "definition": "What is echolocation?",
        "comparison": "How do omnidirectional microphones and directional microphones differ?",
        "number": "How fast is OwlNet?",
        "count": "How many papers mention sound localization?",
        "newest": "What are the newest papers on sound localization?",
        "author": "Which papers are by Ada Finch?",
        "paper": "How does NestCam work?",
    }
    assert list(found) == [kind for kind in EXAMPLE_KINDS if kind in found]
    assert found == found_in(owls)


def test_each_example_is_answered_as_its_kind_promises(owls: Library) -> None:
    answers = {kind: ask(Conversation(owls), question) for kind, question in found_in(owls).items()}
    assert not any(answer.refused for answer in answers.values())
    assert answers["papers"].relevant_count >= 3
    assert "is a sense that" in answers["definition"].statements[0].text
    assert any("than omnidirectional microphones" in one.text for one in answers["comparison"].statements)
    assert "60 frames per second" in answers["number"].headline
    assert {one.paper.authors[0] for one in answers["author"].listed} == {"Ada Finch"}
    assert answers["paper"].statements[0].citations[0].paper.title.startswith("NestCam")


def test_how_a_method_works_is_an_example_only_where_an_abstract_says_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folders = [tmp_path_factory.mktemp(name) for name in ("vague", "clear")]
    vague = {
        "title": "WildPlume: Feathers in the Wild",
        "abstract": "Feathers are everywhere. We propose WildPlume, a new system for the study of feathers. "
        "WildPlume opens promising avenues.",
    }
    others = [record for record in OWLS if "NestCam" not in record["title"] and "OwlNet" not in record["title"]]
    assert found_in(library_of(folders[0], [vague, *others]))["paper"] != "How does WildPlume work?"
    clear = vague | {"abstract": f"{vague['abstract']} WildPlume is a system that sorts feathers by their barbs."}
    assert found_in(library_of(folders[1], [clear, *others]))["paper"] == "How does WildPlume work?"


def test_a_kind_without_a_good_question_is_left_out(tmp_path: Path) -> None:
    assert found_in(library_of(tmp_path, OWLS[:1])) == {
        "paper": "What is “Sound Localization in Barn Owls at Night” about?"
    }
