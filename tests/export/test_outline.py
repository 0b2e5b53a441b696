"""What a document holds of an answer: each quote once, and every paper that is cited by its number."""

from __future__ import annotations

from dataclasses import replace

from rag.answer.types import Answer, Listed
from rag.export.outline import Outline, document
from tests.export.samples import BATS, EAR, ECHO, FASTER, LISTEN, OWLS, WRITTEN, quoted


def outline(answer: Answer) -> Outline:
    (only,) = document(answer).answers
    return only


def texts(made: Outline) -> list[str]:
    """All quotes under papers, in order."""
    return [sentence.text for group in made.quotes for sentence in group.sentences]


def test_what_the_written_answer_quotes_is_not_quoted_again() -> None:
    made = outline(Answer("?", (quoted(EAR), quoted(FASTER)), written=(quoted(FASTER),)))
    assert [sentence.text for paragraph in made.written for sentence in paragraph.sentences] == [FASTER.quote]
    assert texts(made) == [EAR.quote]


def test_what_the_written_answer_cites_is_quoted_under_its_paper() -> None:
    made = outline(Answer("?", (quoted(EAR), quoted(ECHO)), written=(WRITTEN,)))
    assert [group.paper for group in made.quotes] == [OWLS, BATS]
    assert texts(made) == [EAR.quote, FASTER.quote, ECHO.quote]


def test_sentences_of_a_paper_are_together() -> None:
    made = outline(Answer("?", (quoted(EAR), quoted(ECHO), quoted(FASTER))))
    assert [len(group.sentences) for group in made.quotes] == [2, 1]


def test_a_sentence_of_several_papers_is_under_none() -> None:
    (group,) = outline(Answer("?", (quoted(EAR, ECHO),))).quotes
    assert (group.paper, group.sentences[0].numbers) == (None, (1, 2))


def test_a_table_holds_all_it_states_and_nothing_of_it_is_repeated() -> None:
    compared = (replace(quoted(EAR), aspect="Problem"), replace(quoted(ECHO), aspect="Result"))
    made = outline(Answer("?", (*compared, quoted(FASTER)), written=(quoted(EAR), WRITTEN)))
    assert made.comparison
    assert [[len(cell) for cell in cells] for _, cells in made.comparison.rows] == [[1, 0], [0, 1]]
    assert [sentence.text for paragraph in made.written for sentence in paragraph.sentences] == [WRITTEN.text]
    assert texts(made) == [FASTER.quote]


def test_references_are_the_papers_whose_numbers_are_printed() -> None:
    listing = Answer("?", (quoted(ECHO),), related=(LISTEN, EAR), intent="papers")
    assert [n for n, _ in document(listing).references] == [1, 2, 3]
    assert [n for n, _ in document(listing, with_may_match=False).references] == [2]
    assert document(Answer("?", wish="list", listed=(Listed(1, OWLS),))).references == ()
    assert [n for n, _ in document(Answer("?", (quoted(EAR),)), listing).references] == [1, 2, 3]


def test_a_paper_that_may_match_is_counted_where_papers_are_asked_for() -> None:
    listing = Answer("?", (quoted(ECHO),), related=(LISTEN,), searched=9, intent="papers")
    assert outline(listing).counted == "1 of 9 papers matches; 1 more paper may match"
    fact = outline(replace(listing, intent="fact"))
    assert (fact.counted, fact.may_match) == ("", ())


def test_a_document_tells_whether_it_quotes_digests() -> None:
    assert document(Answer("?", (quoted(ECHO),))).has_digests
    assert not document(Answer("?", (quoted(EAR),))).has_digests
    listed = Answer("?", wish="paper", listed=(Listed(1, BATS),))
    assert not document(listed).has_digests
    assert document(replace(listed, form="abstract")).has_digests
