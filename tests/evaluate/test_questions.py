"""Reading judged questions, and errors that name the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import QuestionError
from rag.evaluate import questions
from rag.evaluate.questions import JudgedQuestion
from rag.paper import Paper
from rag.query.batch import BatchQuestion

GOOD = '{"id": "a", "question": "Do owls hoot?", "relevant": {"Owls": 2}}'


def write(folder: Path, *lines: str) -> Path:
    file = folder / "judged.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_questions_have_their_type_history_and_relevant_papers(tmp_path: Path) -> None:
    turns = '[{"role": "user", "content": "Which birds hunt at night?"}]'
    file = write(
        tmp_path,
        GOOD,
        f'{{"id": 2, "type": "follow-up", "question": "And bats?", "history": {turns}, "relevant": {{"Bats": 0}}}}',
        '{"id": 3, "type": "none", "question": "Who won?", "relevant": {}}',
    )
    assert questions.read(file).questions == [
        JudgedQuestion(BatchQuestion("Do owls hoot?", "a"), {"owls": 2}),
        JudgedQuestion(BatchQuestion("And bats?", 2, ("Which birds hunt at night?",)), {}, "follow-up"),
        JudgedQuestion(BatchQuestion("Who won?", 3), {}, "none"),
    ]


def test_titles_are_matched_whatever_their_case_and_punctuation(tmp_path: Path) -> None:
    file = write(tmp_path, '{"id": 1, "question": "?", "relevant": {"OWLS – a Rêview": 1}}')
    found = questions.read(file)
    assert found.questions[0].relevant == {found.name_of(Paper("Owls: A Review", "They hoot.")): 1}


def test_evidence_is_compared_by_letters_and_digits(tmp_path: Path) -> None:
    evidence = '[{"title": "Owls", "sentence": "They hoot, at 3 a.m.!"}]'
    file = write(tmp_path, f'{{"id": 1, "question": "?", "relevant": {{"Owls": 1}}, "evidence": {evidence}}}', GOOD)
    assert [judged.evidence for judged in questions.read(file).questions] == [("they hoot at 3 a m",), ()]


@pytest.mark.parametrize(
    "evidence",
    ['"They hoot."', '["They hoot."]', '[{"title": "Owls"}]', '[{"sentence": 3}]', '[{"sentence": "…"}]', "7"],
)
def test_malformed_evidence_is_located(tmp_path: Path, evidence: str) -> None:
    line = f'{{"id": 1, "question": "?", "relevant": {{"Owls": 1}}, "evidence": {evidence}}}'
    with pytest.raises(QuestionError, match=r'^judged\.jsonl:2: "evidence" must be a list of {"title"'):
        questions.read(write(tmp_path, GOOD, line))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Do owls hoot?", "judged.jsonl:2 is not JSON"),
        ("[]", "judged.jsonl:2 is not a question"),
        ('{"id": 1, "question": "?"}', 'judged.jsonl:2 is not a judged question. Each line is {"id"'),
        ('{"id": 1, "question": "?", "relevant": ["Owls"]}', "judged.jsonl:2 is not a judged question"),
        ('{"id": 1, "question": "?", "type": 1, "relevant": {}}', "judged.jsonl:2 is not a judged question"),
        ('{"id": 1, "question": "?", "relevant": {"Owls": "good"}}', "judged.jsonl:2: a grade must be a whole number"),
        ('{"id": 1, "question": "?", "relevant": {"Owls": true}}', "not True"),
        ('{"id": 1, "question": "?", "relevant": {"Owls": 11}}', "up to 10, not 11"),
    ],
)
def test_a_line_that_is_not_a_judged_question_is_located(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(QuestionError) as fault:
        questions.read(write(tmp_path, GOOD, line))
    assert message in str(fault.value)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("lines", [(), ('{"id": 1, "question": "?", "relevant": {}}',)])
def test_a_file_without_relevant_papers_is_refused(tmp_path: Path, lines: tuple[str, ...]) -> None:
    with pytest.raises(QuestionError, match=r"No question in .*judged\.jsonl has a relevant paper"):
        questions.read(write(tmp_path, *lines))


def test_the_latest_rating_counts_and_bad_answers_are_left_out(tmp_path: Path) -> None:
    good = '{"id": "x", "type": "feedback", "good": true, "question": "Do owls hoot?", "relevant": {"Owls": 1}}'
    bad = '{"id": "x", "type": "feedback", "good": false, "question": "Do owls hoot?", "cited": ["Owls"]}'
    other = good.replace('"x"', '"y"')
    assert [judged.question.id for judged in questions.read(write(tmp_path, bad, good, good)).questions] == ["x"]
    assert [judged.question.id for judged in questions.read(write(tmp_path, GOOD, GOOD, other)).questions] == [
        "a",
        "a",
        "y",
    ]
    found = questions.read(write(tmp_path, good, other, bad))
    assert [judged.question.id for judged in found.questions] == ["y"]
    assert "1 question " in found.notice
    assert questions.read(write(tmp_path, good)).notice == ""


def test_a_file_of_bad_answers_only_says_so(tmp_path: Path) -> None:
    bad = '{"id": "x", "type": "feedback", "good": false, "question": "Do owls hoot?", "cited": ["Owls"]}'
    with pytest.raises(QuestionError, match="2 questions whose answer was rated bad"):
        questions.read(write(tmp_path, bad, bad.replace('"x"', '"y"')))
