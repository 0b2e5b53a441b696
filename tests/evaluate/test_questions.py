"""Reading judged questions, and what is said about a line that is not one."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import QuestionError
from rag.evaluate import questions
from rag.evaluate.questions import Judged
from rag.paper import Paper
from rag.query.batch import BatchQuestion

GOOD = '{"id": "a", "question": "Do owls hoot?", "relevant": {"Owls": 2}}'


def write(folder: Path, *lines: str) -> Path:
    file = folder / "judged.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_questions_come_with_type_history_and_what_is_relevant(tmp_path: Path) -> None:
    turns = '[{"role": "user", "content": "Which birds hunt at night?"}]'
    file = write(
        tmp_path,
        GOOD,
        f'{{"id": 2, "type": "follow-up", "question": "And bats?", "history": {turns}, "relevant": {{"Bats": 0}}}}',
        '{"id": 3, "type": "none", "question": "Who won?", "relevant": {}}',
    )
    assert questions.read(file).judged == [
        Judged(BatchQuestion("Do owls hoot?", "a"), {"owls": 2}),
        Judged(BatchQuestion("And bats?", 2, ("Which birds hunt at night?",)), {}, "follow-up"),
        Judged(BatchQuestion("Who won?", 3), {}, "none"),
    ]


def test_a_title_is_judged_whatever_its_case_and_punctuation(tmp_path: Path) -> None:
    file = write(tmp_path, '{"id": 1, "question": "?", "relevant": {"OWLS – a Rêview": 1}}')
    found = questions.read(file)
    assert found.judged[0].relevant == {found.name(Paper("Owls: A Review", "They hoot.")): 1}


def test_evidence_is_compared_by_letters_and_digits(tmp_path: Path) -> None:
    evidence = '[{"title": "Owls", "sentence": "They hoot, at 3 a.m.!"}]'
    file = write(tmp_path, f'{{"id": 1, "question": "?", "relevant": {{"Owls": 1}}, "evidence": {evidence}}}', GOOD)
    assert [judged.evidence for judged in questions.read(file).judged] == [("they hoot at 3 a m",), ()]


@pytest.mark.parametrize(
    "evidence",
    ['"They hoot."', '["They hoot."]', '[{"title": "Owls"}]', '[{"sentence": 3}]', '[{"sentence": "…"}]', "7"],
)
def test_what_is_no_evidence_is_named(tmp_path: Path, evidence: str) -> None:
    line = f'{{"id": 1, "question": "?", "relevant": {{"Owls": 1}}, "evidence": {evidence}}}'
    with pytest.raises(QuestionError, match=r'^judged\.jsonl:2: "evidence" is a list of {"title"'):
        questions.read(write(tmp_path, GOOD, line))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Do owls hoot?", "judged.jsonl:2 is not JSON"),
        ("[]", "judged.jsonl:2 is not a question"),
        ('{"id": 1, "question": "?"}', 'judged.jsonl:2 is not a judged question. Each line is {"id"'),
        ('{"id": 1, "question": "?", "relevant": ["Owls"]}', "judged.jsonl:2 is not a judged question"),
        ('{"id": 1, "question": "?", "type": 1, "relevant": {}}', "judged.jsonl:2 is not a judged question"),
        ('{"id": 1, "question": "?", "relevant": {"Owls": "good"}}', "judged.jsonl:2: a grade is a whole number"),
        ('{"id": 1, "question": "?", "relevant": {"Owls": true}}', "not True"),
        ('{"id": 1, "question": "?", "relevant": {"Owls": 11}}', "up to 10, not 11"),
    ],
)
def test_a_line_that_is_not_judged_is_named(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(QuestionError) as fault:
        questions.read(write(tmp_path, GOOD, line))
    assert said in str(fault.value)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("lines", [(), ('{"id": 1, "question": "?", "relevant": {}}',)])
def test_a_file_in_which_nothing_is_relevant_measures_nothing(tmp_path: Path, lines: tuple[str, ...]) -> None:
    with pytest.raises(QuestionError, match=r"judged\.jsonl holds no question with a relevant title\."):
        questions.read(write(tmp_path, *lines))


def test_of_feedback_the_last_word_counts_and_bad_answers_are_left_out(tmp_path: Path) -> None:
    good = '{"id": "x", "type": "feedback", "good": true, "question": "Do owls hoot?", "relevant": {"Owls": 1}}'
    bad = '{"id": "x", "type": "feedback", "good": false, "question": "Do owls hoot?", "cited": ["Owls"]}'
    other = good.replace('"x"', '"y"')
    assert [one.asked.id for one in questions.read(write(tmp_path, bad, good, good)).judged] == ["x"]
    assert [one.asked.id for one in questions.read(write(tmp_path, GOOD, GOOD, other)).judged] == ["a", "a", "y"]
    found = questions.read(write(tmp_path, good, other, bad))
    assert [one.asked.id for one in found.judged] == ["y"]
    assert found.notice == "1 question was judged bad and says not what would be right: not measured."
    assert questions.read(write(tmp_path, good)).notice == ""


def test_a_file_in_which_all_is_bad_says_so(tmp_path: Path) -> None:
    bad = '{"id": "x", "type": "feedback", "good": false, "question": "Do owls hoot?", "cited": ["Owls"]}'
    with pytest.raises(QuestionError, match="2 questions were judged bad and say not what would be right"):
        questions.read(write(tmp_path, bad, bad.replace('"x"', '"y"')))
