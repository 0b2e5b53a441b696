"""Filters are parsed out of a question, keep their wording, and nothing else is taken for one."""

from __future__ import annotations

from datetime import date

import pytest

from rag.errors import QuestionError
from rag.index.filters import EARLIEST, LATEST, Filters
from rag.query.filters import parse_filters


def parse(question: str) -> tuple[str, tuple[int, int], list[str], list[str]]:
    """The text of `question` without filters, its period, and the texts of its author and source filters."""
    text, filters = parse_filters(question)
    return text, filters.period, [a.text for a in filters.authors], [s.text for s in filters.sources]


@pytest.mark.parametrize(
    ("question", "text", "first", "last"),
    [
        ("depth year:2023", "depth", 2023, 2023),
        ("which papers on depth year:2023?", "which papers on depth?", 2023, 2023),
        ("year:2023.. depth", "depth", 2023, LATEST),
        ("depth year:2023..?", "depth?", 2023, LATEST),
        ("Depth, Year:..2019, and owls.", "Depth, and owls.", EARLIEST, 2019),
        ("depth (year:2020..2022).", "depth.", 2020, 2022),
        ('depth year:"2020..2022"', "depth", 2020, 2022),
        ("depth year:2018..2021 year:2020..", "depth", 2020, 2021),
        ("depth year:2020.. before 2023", "depth", 2020, 2022),
        ("year:2020", "", 2020, 2020),
    ],
)
def test_explicit_filters_on_years_are_parsed(question: str, text: str, first: int, last: int) -> None:
    assert parse(question) == (text, (first, last), [], [])


@pytest.mark.parametrize(
    ("question", "text", "first", "last"),
    [
        ("which papers on depth since 2023?", "which papers on depth?", 2023, LATEST),
        ("Since 2023, which papers use owls?", "which papers use owls?", 2023, LATEST),
        ("which method since 2023 uses owls?", "which method uses owls?", 2023, LATEST),
        ("What is new (since 2022) on depth?", "What is new on depth?", 2022, LATEST),
        ("papers on depth after 2020", "papers on depth", 2021, LATEST),
        ("papers newer than 2020 on depth", "papers on depth", 2021, LATEST),
        ("papers on depth before 2019.", "papers on depth.", EARLIEST, 2018),
        ("what was known about owls prior to 1950?", "what was known about owls?", EARLIEST, 1949),
        ("papers on depth until 2021", "papers on depth", EARLIEST, 2021),
        ("papers between 2019 and 2021 on depth", "papers on depth", 2019, 2021),
        ("which papers from 2020 to 2022 use owls?", "which papers use owls?", 2020, 2022),
        ("papers from 2019–2021 on depth", "papers on depth", 2019, 2021),
        ("what was found in 2022?", "what was found?", 2022, 2022),
        ("In 2022, what was found?", "what was found?", 2022, 2022),
        ("papers published in 2021 on depth", "papers on depth", 2021, 2021),
        ("papers that were published since 2021 on depth", "papers on depth", 2021, LATEST),
        ("which papers are from 2021?", "which papers?", 2021, 2021),
        ("papers on depth since 2090", "papers on depth", 2090, LATEST),
        ("papers from 2090 on depth", "papers on depth", 2090, 2090),
        ("depth that was published after 2090", "depth", 2091, LATEST),
        ("papers from 2021 on depth", "papers on depth", 2021, 2021),
        ("papers from 2021 estimate what?", "papers estimate what?", 2021, 2021),
        ("papers from 2021 onwards on depth", "papers on depth", 2021, LATEST),
        ("papers on depth from 2021 on?", "papers on depth?", 2021, LATEST),
        ("papers since 2018 and before 2023 on depth", "papers on depth", 2018, 2022),
        ("papers on depth and since 2023", "papers on depth", 2023, LATEST),
        ("And since 2023?", "And?", 2023, LATEST),
    ],
)
def test_periods_in_plain_words_are_parsed(question: str, text: str, first: int, last: int) -> None:
    assert parse(question) == (text, (first, last), [], [])


@pytest.mark.parametrize(
    "question",
    [
        "Which papers study depth?",
        "Which networks win ImageNet 2012 and WMT 2014?",
        "What changed since ImageNet 2012?",
        "Which methods sample LSUN since it came out?",
        "Which papers of CVPR 2023 study depth?",
        "What happens in 2022 layers?",
        "How are 2048 tokens cut?",
        "What is learned in 1000 steps?",
        "What is learned in 2000 training steps?",
        "Does it diverge after 2000 iterations?",
        "Does it work before 1999 samples were seen?",
        "Is it trained from 1900 to 2000 tokens?",
        "Is it trained for from 2000 to 4000 steps?",
        "Which lie between 1900 and 2000 pixels?",
        "Which papers train on images from 2000 classes?",
        "Which papers from 2000 institutions agree?",
        "Which run in 1920x1080 or in 1920 x 1080?",
        "Does accuracy drop from 2012 Hz?",
        "Are they embedded in 2000-dimensional spaces?",
        "Is it faster in 2000.5 ms?",
        "Is it smaller in 2012's best network?",
        "What was popular in the 2010s or in 2010s style?",
        "Which papers are not from 2021?",
        "Which papers weren't published in 2021?",
        "Which came in 2019 or 2021?",
        "Which lie between 2021 and 2019?",
        f"How warm will it be in {date.today().year + 20}?",
        "What may be emitted until 2099?",
        "Which are built-in 2022?",
        "Was it written by Yoshua Bengio?",
        "Is an open-source:yes flag read by http://localhost/year:3?",
        "Which newyear:2020 parties are there?",
    ],
)
def test_a_question_without_filters_stays_as_it_is(question: str) -> None:
    assert parse_filters(question) == (question, Filters())


@pytest.mark.parametrize(
    ("question", "text", "authors", "sources"),
    [
        ("depth author:bengio", "depth", ["bengio"], []),
        ("depth by author:Bengio?", "depth?", ["bengio"], []),
        ('depth author:"Yoshua  Bengio"', "depth", ["yoshua bengio"], []),
        ("depth author:“Yoshua Bengio”?", "depth?", ["yoshua bengio"], []),
        ("author:bengio author:hinton, depth", "depth", ["bengio", "hinton"], []),
        ("author:Schölkopf author:Łukasz author:O'Neil", "", ["scholkopf", "lukasz", "o neil"], []),
        ("depth source:arXiv", "depth", [], ["arxiv"]),
        ('depth source:"my file.jsonl" source:arxiv', "depth", [], ["my file jsonl", "arxiv"]),
        ("depth (source:arxiv).", "depth.", [], ["arxiv"]),
    ],
)
def test_filters_on_authors_and_sources_are_parsed(
    question: str, text: str, authors: list[str], sources: list[str]
) -> None:
    assert parse(question) == (text, (EARLIEST, LATEST), authors, sources)


@pytest.mark.parametrize(
    ("question", "example"),
    [
        ("depth year:soon", "“year:soon” is not a valid filter. Write for example: year:2023, "),
        ("depth year:2023..2020", "“year:2023..2020” is not a valid filter"),
        ("depth year:", "“year:” is not a valid filter"),
        ("depth year: 2023", "“year:” is not a valid filter"),
        ("depth year:..", "“year:..” is not a valid filter"),
        ("depth year:23", "“year:23” is not a valid filter"),
        ("depth year:2020-2022?", "“year:2020-2022” is not a valid filter"),
        ("depth author:", 'Write for example: author:bengio or author:"yoshua bengio"'),
        ('depth author:"..."', "is not a valid filter"),
        ('depth author:"yoshua bengio', '“author:"yoshua” is not a valid filter'),
        ("depth source:?", 'Write for example: source:arxiv or source:"my file.jsonl"'),
        ("depth year:" + "x" * 5_000, "is not a valid filter"),
        ('depth year:"a\x1b[31m"', "is not a valid filter"),
    ],
)
def test_a_malformed_filter_is_refused_in_one_line_with_an_example(question: str, example: str) -> None:
    with pytest.raises(QuestionError) as caught:
        parse_filters(question)
    message = str(caught.value)
    assert example in message
    assert len(message) < 250
    assert message.isprintable()


def test_each_filter_keeps_its_wording() -> None:
    _, filters = parse_filters(
        'Depth that was published\n in 2021, year:2020.. by author:"Y.  Bengio" from source:arXiv?'
    )
    assert [(each.field, each.written) for each in filters] == [
        ("year", "year:2020.."),
        ("year", "published in 2021"),
        ("author", 'author:"Y. Bengio"'),
        ("source", "source:arXiv"),
    ]
    assert filters
    assert not Filters()


def test_a_period_is_named_without_the_verb_before_it() -> None:
    for question in ("papers which were published in 2024", "papers published in 2024"):
        assert [each.written for each in parse_filters(question)[1]] == ["published in 2024"]
    assert [each.written for each in parse_filters("which papers are from 2021?")[1]] == ["from 2021"]


@pytest.mark.parametrize(
    ("without", "text", "kept"),
    [
        ("since 2020", "papers since 2020 on depth", ["year:..2022", "author:bengio"]),
        ("year:..2022", "papers on depth", ["since 2020", "author:bengio"]),
        ("author:bengio", "papers on depth", ["year:..2022", "since 2020"]),
        ("something else", "papers on depth", ["year:..2022", "since 2020", "author:bengio"]),
    ],
)
def test_a_filter_can_be_ignored_by_its_wording(without: str, text: str, kept: list[str]) -> None:
    remaining, filters = parse_filters("papers since 2020 on depth year:..2022 author:bengio", {without})
    assert remaining == text
    assert [each.written for each in filters] == kept
