"""The JSON that programs read: its keys are a contract."""

from __future__ import annotations

import json
from dataclasses import replace

from rag.answer.types import Answer, Listed
from rag.export.bibtex import bibtex
from rag.export.json import answer_json, hits_json, paper_json
from rag.language.sentences import Span
from rag.retrieval.hits import Hit, Hits, ScoredSentence
from tests.export.samples import ANSWER, BATS, EAR, ECHO, FASTER, LISTEN, OWLS, REFUSAL, THEMED, WRITTEN, quoted


def scored(start: int, end: int) -> ScoredSentence:
    return ScoredSentence(Span(start, end), 0.5, 0.5)


def test_an_answer_has_the_documented_keys_and_verbatim_quotes() -> None:
    answer = Answer(
        "Who hears?", (quoted(EAR), WRITTEN, quoted(ECHO)), related=(LISTEN,), searched=9, probability=0.93456
    )
    data = json.loads(json.dumps(answer_json(answer)))
    assert data == {
        "answer": "“Owls hunt by ear.” [1] It is 3 times faster. [1] “Bats hear echoes of moths.” [2]",
        "headline": "",
        "kind": "fact",
        "writer": "quotes",
        "refused": False,
        "matching": 2,
        "may_match": 0,
        "searched": 9,
        "probability": 0.935,
        "written": [],
        "statements": [
            {"text": "Owls hunt by ear.", "verdict": "quote", "citations": [{"n": 1, "start": 0, "end": 17}]},
            {"text": "It is 3 times faster.", "verdict": "reworded", "citations": [{"n": 1, "start": 18, "end": 52}]},
            {"text": "Bats hear echoes of moths.", "verdict": "quote", "citations": [{"n": 2, "start": 0, "end": 26}]},
        ],
        "citations": [
            {"n": 1, "paper": OWLS.identity_hash, "title": OWLS.title, "quote": "Owls hunt by ear.", "digest": False},
            {
                "n": 1,
                "paper": OWLS.identity_hash,
                "title": OWLS.title,
                "quote": "OwlNet finds voles 3 times faster.",
                "digest": False,
            },
            {
                "n": 2,
                "paper": BATS.identity_hash,
                "title": "On Bats",
                "quote": "Bats hear echoes of moths.",
                "digest": True,
            },
        ],
        "partial": [
            {
                "n": 3,
                "paper": LISTEN.paper.identity_hash,
                "title": "Foxes",
                "sentence": "Foxes listen too.",
                "digest": False,
            }
        ],
        "nearest": [],
        "papers": [],
    }
    assert list(data)[:3] == ["answer", "headline", "kind"]


def test_what_is_written_comes_before_the_quotes_with_its_themes_and_what_the_model_did() -> None:
    data = json.loads(json.dumps(answer_json(replace(THEMED, headline="2 hear."))))
    assert data["answer"] == (
        "2 hear. Two hear. [1] [2] It is 3 times faster. [1] “OwlNet finds voles 3 times faster.” [1] "
        "Bats use echoes. [2] “Owls hunt by ear.” [1] “Bats hear echoes of moths.” [2]"
    )
    assert [(one["text"], one["verdict"], one.get("theme")) for one in data["written"]] == [
        ("Two hear.", "judged", None),
        ("It is 3 times faster.", "reworded", "Speed"),
        ("OwlNet finds voles 3 times faster.", "quote", "Speed"),
        ("Bats use echoes.", "reworded", "Echoes"),
    ]
    assert data["written"][0]["citations"] == [{"n": 1, "start": 0, "end": 17}, {"n": 2, "start": 0, "end": 26}]
    assert (data["writer"], data["matching"], len(data["statements"])) == ("synthesis", 2, 2)
    assert [citation["quote"] for citation in data["citations"]] == [EAR.quote, ECHO.quote, FASTER.quote]
    assert data["effort"] == {
        "model": "owl:7b",
        "judged": 34,
        "drafted": 7,
        "verified": 5,
        "replaced": 1,
        "prompt_tokens": 5600,
        "reply_tokens": 520,
        "seconds": 14.2,
        "thinking_seconds": 5.1,
        "cost": 0.0021,
    }
    assert "effort" not in answer_json(ANSWER)


def test_a_refusal_has_the_same_keys_and_the_nearest_papers() -> None:
    data = answer_json(REFUSAL)
    assert set(data) == set(answer_json(ANSWER))
    assert (data["refused"], data["matching"], data["statements"], data["citations"]) == (True, 0, [], [])
    assert data["nearest"] == [OWLS.title, BATS.title]


def test_the_paper_that_does_not_state_it_is_named() -> None:
    data = answer_json(Answer("How old is OwlNet?", nearest=(OWLS,), searched=9, not_stated_by=OWLS))
    assert (data["silent"], data["refused"]) == (OWLS.title, True)


def test_statements_of_a_comparison_have_their_aspect() -> None:
    compared = Answer("?", (quoted(EAR), replace(quoted(FASTER), aspect="Result")))
    assert [statement.get("aspect") for statement in answer_json(compared)["statements"]] == [None, "Result"]


def test_a_judged_statement_names_its_judge_and_one_that_is_not_verified_says_so_in_the_text() -> None:
    judged = replace(WRITTEN, verdict="judged", judge="owl\x1b[31m:7b\n\u202e")
    data = answer_json(Answer("?", (quoted(EAR), WRITTEN, judged, replace(WRITTEN, verdict="unverified"))))
    assert [(one["verdict"], one.get("judge")) for one in data["statements"]] == [
        *(("quote", None), ("reworded", None), ("judged", "owl [31m:7b"), ("unverified", None))
    ]
    sentence = "It is 3 times faster. [1]"
    assert data["answer"] == f"“Owls hunt by ear.” [1] {sentence} {sentence} {sentence} (not verified)"


def test_a_paper_that_is_listed_has_its_record_and_the_text_has_what_is_asked_of_it() -> None:
    owls = replace(OWLS, authors=("Ada Eve", "Bo Li"), year=2024, ids=("doi:10.5555/owls",), url="")
    answer = Answer("who?", headline="All:", wish="paper", listed=(Listed(1, owls), Listed(2, BATS)), form="abstract")
    data = answer_json(answer)
    assert data["papers"][0] == {"n": 1} | paper_json(owls)
    assert (data["papers"][0]["ids"], data["papers"][0]["url"]) == (
        ["doi:10.5555/owls"],
        "https://doi.org/10.5555/owls",
    )
    assert data["answer"].startswith(f"All: [1] {owls.title} (Ada Eve, Bo Li, 2024) [2] On Bats")
    links = answer_json(replace(answer, wish="link", form="link"))
    assert f"{owls.title} (https://doi.org/10.5555/owls) [2] On Bats (No link is known.)" in links["answer"]


def test_bibtex_that_is_asked_for_is_in_the_text() -> None:
    answer = Answer("bibtex", headline="BibTeX of 1 paper:", wish="bibtex", listed=(Listed(1, OWLS),), form="bibtex")
    assert answer_json(answer)["answer"] == f"BibTeX of 1 paper:\n\n{bibtex([OWLS], abstracts=False)}"


def test_all_papers_that_are_counted_match_although_only_the_first_are_listed() -> None:
    answer = Answer("how many?", wish="count", headline="88 papers.", listed=(Listed(1, OWLS),), total=88, searched=489)
    assert answer_json(answer)["matching"] == 88
    assert answer_json(replace(answer, wish="similar", total=0))["matching"] == 1


def test_filters_and_notices_are_present_only_if_there_are_any() -> None:
    data = answer_json(Answer("?", filters=("since 2023", "author:owl"), notice="The LLM failed."))
    assert (data["filters"], data["notice"]) == (["since 2023", "author:owl"], "The LLM failed.")
    assert {"filters", "notice", "silent"}.isdisjoint(answer_json(ANSWER))


def test_hits_are_rounded_and_have_their_best_sentence() -> None:
    hits = (
        Hit(1, OWLS, 1.234567, 0.9, 0.98765, 0.8, (scored(0, 17), scored(18, 52))),
        Hit(2, BATS, -0.5, 0.4, 0.0, 0.1, (scored(0, 26),)),
    )
    assert hits_json(Hits(hits, 0.98765, ())) == {
        "probability": 0.9877,
        "results": [
            {
                "paper": OWLS.identity_hash,
                "title": OWLS.title,
                "score": 1.2346,
                "probability": 0.9877,
                "sentence": "Owls hunt by ear.",
                "digest": False,
            },
            {
                "paper": BATS.identity_hash,
                "title": "On Bats",
                "score": -0.5,
                "probability": 0.0,
                "sentence": BATS.abstract,
                "digest": True,
            },
        ],
    }
