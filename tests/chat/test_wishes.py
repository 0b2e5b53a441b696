"""What a message wants other than an answer is granted from the collection's data, and remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import settings
from rag.answer.types import Answer
from rag.chat.conversation import Conversation
from rag.chat.library import Library
from rag.chat.rebuild import build_index
from rag.paper import Paper
from rag.progress import silent
from tests.answer.owl import Owl
from tests.chat.asking import ask
from tests.chat.conftest import WRITTEN
from tests.conftest import WHICH, index_of

SWIFT = "SwiftDepth: Single-Step Diffusion for Monocular Depth"


def titles(answer: Answer) -> list[str]:
    return [listed.paper.title for listed in answer.listed]


@pytest.mark.parametrize(
    ("message", "wish", "headline"),
    [
        ("hi", "greeting", "Hello!"),
        ("thx", "thanks", "You are welcome."),
        ("what can you do?", "help", "Ask in plain words"),
        ("what is this collection about?", "about", "14 papers"),
        ("?", "help", "Ask in plain words"),
    ],
)
def test_conversation_is_answered_in_a_sentence(library: Library, message: str, wish: str, headline: str) -> None:
    answer = ask(Conversation(library), message)
    assert (answer.wish, answer.refused, answer.statements, answer.listed) == (wish, False, (), ())
    assert answer.headline.startswith(headline)


def test_papers_are_counted_by_the_words_they_have(library: Library) -> None:
    for message in ("how many papers mention diffusion?", "number of papers on diffusion"):
        answer = ask(Conversation(library), message)
        assert answer.headline == "2 of 14 papers mention “diffusion”; 2 in the title."
        assert len(titles(answer)) == 2


def test_papers_are_listed_by_year_and_author(library: Library) -> None:
    by_year = ask(Conversation(library), "list all papers from 2024")
    assert (by_year.wish, by_year.filters) == ("list", ("from 2024",))
    assert SWIFT in titles(by_year)
    assert {listed.paper.year for listed in by_year.listed} == {2024}
    by_author = ask(Conversation(library), "papers by A. Example")
    assert (by_author.wish, by_author.searched) == ("list", len(by_author.listed))
    unknown = ask(Conversation(library), "papers by Geoffrey Hinton")
    assert (unknown.headline, unknown.listed) == ("No paper here has an author called “Geoffrey Hinton”.", ())


def test_the_newest_papers_come_first(library: Library) -> None:
    years = [listed.paper.year or 0 for listed in ask(Conversation(library), "what is the most recent paper?").listed]
    assert years == sorted(years, reverse=True)
    oldest = [listed.paper.year or 0 for listed in ask(Conversation(library), "what is the oldest paper?").listed]
    assert oldest == sorted(oldest)


@pytest.mark.parametrize(
    ("message", "order"),
    [
        ("depth estimation, newest first", "newest"),
        ("depth estimation, latest first", "newest"),
        ("depth estimation, most recent first", "newest"),
        ("depth estimation, oldest first", "oldest"),
        ("the first papers on depth estimation", "oldest"),
    ],
)
def test_what_comes_first_is_the_newest_or_the_oldest(library: Library, message: str, order: str) -> None:
    answer = ask(Conversation(library), message)
    assert answer.headline.startswith(f"The {order} papers that have “depth estimation”")
    years = [listed.paper.year or 0 for listed in answer.listed]
    assert years == sorted(years, reverse=order == "newest")
    assert len(years) == 2


def test_no_paper_is_from_a_year_to_come(library: Library) -> None:
    answer = ask(Conversation(library), "papers on diffusion since 2090")
    assert (answer.filters, answer.searched, answer.refused) == (("since 2090",), 0, True)


def test_a_count_is_of_the_papers_that_pass_the_filters(library: Library) -> None:
    conversation = Conversation(library)
    assert "14 papers" in ask(conversation, "how many papers are there?").headline
    ask(conversation, WHICH)
    for message in ("how many papers are there? year:2024", "what is this collection about? year:2024"):
        answer = ask(conversation, message)
        assert (answer.filters, answer.searched, len(answer.listed)) == (("year:2024",), 3, 3)
        assert answer.headline == "3 of 14 papers pass the filter."
    assert ask(conversation, "list all papers year:1990").headline == "No paper here matches “year:1990”."


@pytest.mark.parametrize("message", ["list all datasets", "list all methods since 2020"])
def test_all_of_something_else_is_no_list_of_papers(library: Library, message: str) -> None:
    assert ask(Conversation(library), message).wish is None


def test_papers_without_years_are_not_called_the_newest(tmp_path: Path) -> None:
    records = [{"title": f"Owl {n}", "abstract": f"Owls number {n} hear voles. They hunt."} for n in range(60)]
    library = Library(settings.load(index_dir=index_of(tmp_path, records), llm="none"))
    assert ask(Conversation(library), "list all papers").headline == "60 papers. The first 50:"


def test_names_joined_by_and_are_several_authors(library: Library) -> None:
    answer = ask(Conversation(library), "papers by A. Example and Sample")
    assert (answer.wish, answer.filters) == ("list", ('author:"a example"', "author:sample"))
    assert len(answer.listed) == 14
    unknown = ask(Conversation(library), "papers by Example and Geoffrey Hinton")
    assert unknown.headline == "No paper here has an author called “Geoffrey Hinton”."
    assert not ask(Conversation(library), "list all papers not by A. Example").filters


def test_as_many_of_the_newest_papers_are_listed_as_are_asked_for(library: Library) -> None:
    assert len(ask(Conversation(library), "show me the 3 newest papers").listed) == 3
    oldest = ask(Conversation(library), "the 2 oldest papers please").listed
    years = [listed.paper.year or 0 for listed in ask(Conversation(library), "list all papers").listed]
    assert [listed.paper.year for listed in oldest] == sorted(years)[:2]


def test_anything_by_an_unknown_author_is_no_topic(library: Library) -> None:
    answer = ask(Conversation(library), "anything by Max Welling in here?")
    assert (answer.headline, answer.listed) == ("No paper here has an author called “Max Welling”.", ())


def test_papers_are_counted_by_either_of_two_topics(library: Library) -> None:
    answer = ask(Conversation(library), "how many papers are about diffusion or galaxies?")
    assert answer.headline == "3 of 14 papers mention “diffusion” or “galaxies”; 3 in the title."


def test_a_record_says_what_it_lacks(tmp_path: Path) -> None:
    index = index_of(tmp_path, [{"title": "OwlNet: Ears", "abstract": "Owls hear voles. They hunt."}])
    library = Library(settings.load(index_dir=index, llm="none"))
    assert ask(Conversation(library), "who wrote OwlNet?").headline == "Its record has no authors."
    assert ask(Conversation(library), "when was OwlNet published?").headline == "Its record has no year."
    listed = ask(Conversation(library), "list all papers from 2023")
    assert (listed.headline, listed.listed) == ("It is not known which papers these are.", ())
    assert "was not applied" in listed.notice


def test_a_title_alone_shows_its_paper(library: Library) -> None:
    for message in (SWIFT, "swiftdepth: single-step difusion for monocular dept", "SwiftDepth"):
        answer = ask(Conversation(library), message)
        assert (answer.wish, titles(answer), answer.form) == ("paper", [SWIFT], "abstract")


def test_papers_of_the_last_answer_are_pointed_at(library: Library) -> None:
    conversation = Conversation(library)
    cited = list(dict.fromkeys(citation.paper.title for citation in ask(conversation, WHICH).citations))
    assert titles(ask(conversation, "only the titles")) == cited
    assert titles(ask(conversation, "bibtex of the second one")) == [cited[1]]
    assert ask(conversation, "the link to [1]").form == "link"
    similar = ask(conversation, "more like [2]")
    assert cited[1] not in titles(similar)
    assert len(titles(similar)) == 10


@pytest.mark.parametrize(
    "message",
    ["compare [1] and [2]", "Compare papers [1] and [2].", "please compare [1] to [2]", "how similar are [1] and [2]?"],
)
def test_papers_that_are_named_are_compared_with_each_other(library: Library, message: str) -> None:
    conversation = Conversation(library)
    cited = {citation.paper for citation in ask(conversation, WHICH).citations}
    answer = ask(conversation, message)
    assert (answer.wish, answer.intent) == (None, "comparison")
    assert {citation.paper for citation in answer.citations} == cited
    assert ask(conversation, "compare [1] to similar papers").wish == "similar"


@pytest.mark.parametrize(
    ("message", "written"),
    [
        ("bibtex of [9]", "[9]"),
        ("the link of [4]", "[4]"),
        ("tell me more about paper 7", "paper 7"),
        ("more like [8]", "[8]"),
        ("compare [1] and [9]", "[9]"),
        ("how much data does [5] need?", "[5]"),
        ("bibtex of the fifth one", "the fifth one"),
        ("shorter version of [6]", "[6]"),
    ],
)
def test_a_paper_that_is_not_there_is_not_replaced_by_others(library: Library, message: str, written: str) -> None:
    conversation = Conversation(library)
    ask(conversation, WHICH)
    answer = ask(conversation, message)
    assert (answer.refused, answer.listed, answer.filters) == (True, (), (written,))
    assert answer.notice == f"There is no “{written}”: the last answer cites 2 papers."
    assert ask(conversation, message, without=[written]).searched > 0


def test_of_papers_of_which_one_is_not_there_the_others_are_shown(library: Library) -> None:
    conversation = Conversation(library)
    ask(conversation, WHICH)
    answer = ask(conversation, "bibtex of [2] and [9]")
    assert (answer.wish, [listed.n for listed in answer.listed]) == ("bibtex", [2])
    assert answer.notice == "There is no “[9]”: the last answer cites 2 papers."


@pytest.mark.parametrize(
    ("message", "total"),
    [
        ("list all papers", 14),
        ("how many papers are there? year:2024", 3),
        ("how many papers mention diffusion?", 2),
        ("the newest papers", 1),
        ("papers similar to SwiftDepth", 1),
    ],
)
def test_no_more_papers_are_listed_than_are_wanted_but_all_are_counted(
    library: Library, message: str, total: int
) -> None:
    answer = ask(Conversation(library), message, max_papers=1)
    assert (len(answer.listed), answer.relevant_count) == (1, total)


@pytest.mark.parametrize("message", ["when was SwiftDepth published?", "What year is SwiftDepth from?"])
def test_the_year_of_a_paper_is_that_of_its_record(library: Library, message: str) -> None:
    answer = ask(Conversation(library), message)
    assert (answer.wish, titles(answer)) == ("paper", [SWIFT])


def test_a_paper_with_an_identifier_has_a_link(tmp_path: Path) -> None:
    record = {"title": "OwlNet: Ears", "abstract": "Owls hear voles. They hunt.", "ids": ["doi:10.5555/owls"]}
    library = Library(settings.load(index_dir=index_of(tmp_path, [record]), llm="none"))
    assert ask(Conversation(library), "link to OwlNet").headline == "1 paper:"


def test_the_last_answer_is_given_again_shorter_and_longer(library: Library) -> None:
    conversation = Conversation(library)
    first = ask(conversation, WHICH)
    shorter, longer = ask(conversation, "shorter please"), ask(conversation, "more details")
    assert len(shorter.statements) < len(first.statements) <= len(longer.statements)
    assert {citation.paper for citation in longer.citations} == {citation.paper for citation in first.citations}
    table = ask(conversation, "as a table")
    assert (table.intent, {bool(statement.aspect) for statement in table.statements}) == ("comparison", {True})


@pytest.mark.parametrize("message", ["as a table", "shorter please", "only the titles"])
def test_an_answer_without_papers_cannot_be_given_again(library: Library, message: str) -> None:
    conversation = Conversation(library)
    assert ask(conversation, "who won the world cup?").refused
    answer = ask(conversation, message)
    assert answer.headline == "The last answer cites no paper, so there is nothing to show in another form."


def test_rewriting_takes_a_model_and_says_so(library: Library) -> None:
    conversation = Conversation(library)
    ask(conversation, WHICH)
    answer = ask(conversation, "explain it in simpler words")
    assert (answer.wish, answer.statements) == ("rephrase", ())
    assert answer.headline.startswith("Without a language model")


def test_a_model_writes_the_last_answer_in_other_words(library: Library, owl: Owl) -> None:
    conversation = Conversation(library)
    cited = {citation.paper for citation in ask(conversation, WHICH).citations}
    answer = ask(conversation, "explain it in simpler words", llm=owl.spec)
    assert owl.asked == ["synthesis"], "the papers are those of the last answer"
    assert [one.text for one in answer.written] == [WRITTEN]
    assert {citation.paper for citation in answer.citations} == cited


def test_small_talk_asks_no_model(library: Library, owl: Owl) -> None:
    assert ask(Conversation(library), "thanks", llm=owl.spec).wish == "thanks"
    assert ask(Conversation(library), "how many papers mention diffusion?", llm=owl.spec).wish == "count"
    assert owl.server.paths == []


def test_small_talk_does_not_come_between_a_question_and_its_follow_up(library: Library) -> None:
    conversation = Conversation(library)
    cited = {citation.paper for citation in ask(conversation, WHICH).citations}
    ask(conversation, "thanks")
    assert {citation.paper for citation in ask(conversation, "why?").citations} <= cited


@pytest.mark.parametrize(
    "message",
    [
        "how many parameters does TinySpeech have?",
        "which link is there between owls and coral?",
        "hello, which papers speed up diffusion depth?",
        "what is the newest way to count coral?",
        "what does “Pruning Bayesian Networks by Posterior Variance” show?",
    ],
)
def test_a_question_that_only_sounds_like_a_wish_is_searched_for(library: Library, message: str) -> None:
    assert ask(Conversation(library), message).wish is None


def test_another_language_is_told_that_the_abstracts_are_english(library: Library) -> None:
    answer = ask(Conversation(library), "Wie viele Parameter braucht ein Diffusionsmodell für die Tiefenschätzung?")
    assert answer.notice.startswith("This question looks like German.")


@pytest.mark.parametrize("message", ["{}", "bibtex of {}"])
def test_a_filter_holds_for_a_paper_that_is_named(library: Library, message: str) -> None:
    within = ask(Conversation(library), f"{message.format(SWIFT)} since 2024")
    assert (titles(within), within.filters) == ([SWIFT], ("since 2024",))
    outside = ask(Conversation(library), f"{message.format(SWIFT)} before 2015")
    assert (titles(outside), outside.filters) == ([], ("before 2015",))
    assert SWIFT in outside.headline
    assert outside.headline.endswith("2024) is not within “before 2015”.")


def test_a_topic_that_is_also_the_title_of_an_older_paper_is_searched_for(tmp_path: Path) -> None:
    papers = [
        Paper("Owls", "Owls are birds of the night.", year=2001),
        Paper("How Owls Find Voles in Deep Snow", "Owls hear voles under deep snow and catch them.", year=2024),
        Paper("Moths", "Moths fly to the moon.", year=2024),
    ]
    build_index(papers, [], tmp_path, "bundled", silent)
    answer = ask(Conversation(Library(settings.load(index_dir=tmp_path, llm="none"))), "owls since 2023")
    assert {citation.paper.title for citation in answer.citations} == {papers[1].title}
    assert answer.filters == ("since 2023",)


@pytest.mark.parametrize(
    "question", ["what is SwiftDepth before 2015?", "compare SwiftDepth and TinySpeech before 2015"]
)
def test_a_notice_says_that_a_filter_leaves_out_the_paper_that_is_asked_about(library: Library, question: str) -> None:
    answer = ask(Conversation(library), question)
    assert (answer.refused, answer.filters) == (True, ("before 2015",))
    assert f"“{SWIFT}”" in answer.notice
    assert "not within “before 2015”" in answer.notice


def test_a_filter_holds_for_the_last_answer_in_another_form(library: Library) -> None:
    conversation = Conversation(library)
    years = {citation.paper.year for citation in ask(conversation, WHICH).citations}
    assert len(years) > 1
    table = ask(conversation, "as a table since 2024")
    assert {citation.paper.year for citation in table.citations} == {2024}
    assert "since 2024" in table.filters


def test_words_of_a_title_are_no_filter(tmp_path: Path) -> None:
    title = "Advances in the Hearing of Owls since 2020"
    index = index_of(tmp_path, [{"title": title, "abstract": "Owls hear voles. They hunt.", "year": 2019}])
    answer = ask(Conversation(Library(settings.load(index_dir=index, llm="none"))), f"bibtex of {title}")
    assert (titles(answer), answer.filters) == ([title], ())
