"""What an agent does with a collection, by the client that agents use."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.mcp.protocol import UNTRUSTED, described
from rag.mcp.tools import MAX_TOP
from tests.conftest import WHICH

from .agents import Agent, over_stdio, text_of

BIBTEX = """@article{pond, title = {Herons Wait at the Pond}, year = {2024}, doi = {10.1000/heron},
  abstract = {Herons stand still for hours. We count their catches by the hour of the day.}}"""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "stderr"


@pytest.fixture(scope="module")
def agent(unopened_index: Path, tmp_path_factory: pytest.TempPathFactory, log: Path) -> Iterator[Agent]:
    index_dir = shutil.copytree(unopened_index, tmp_path_factory.mktemp("agent") / "index")
    with over_stdio("--index", index_dir, "--llm", "none", log=log) as agent:
        yield agent


def test_it_is_told_of_five_tools_and_what_they_do(agent: Agent) -> None:
    tools = {tool.name: tool for tool in agent.tools()}
    assert [*tools.values()] == described()
    assert [*tools] == ["search", "ask", "get_paper", "list_topics", "add_papers"]
    for name, tool in tools.items():
        assert UNTRUSTED in (tool.description or "")
        assert all(one["description"] for one in tool.inputSchema["properties"].values())
        assert tool.annotations
        assert tool.annotations.readOnlyHint == (name != "add_papers")
        assert not tool.annotations.destructiveHint


def test_it_searches(agent: Agent) -> None:
    found = agent.json("search", question=WHICH, top=2)
    titles = {one["title"].partition(":")[0] for one in found["results"]}
    assert titles == {"SwiftDepth", "Early Exit for Diffusion-Based Depth Estimation"}
    assert agent.json("search", question=f"{WHICH} since 2024")["filters"] == ["since 2024"]


def test_it_asks_and_quotes(agent: Agent) -> None:
    answer = agent.json("ask", question=WHICH)
    abstracts = {one["title"]: agent.json("get_paper", paper=one["paper"])["abstract"] for one in answer["citations"]}
    assert all(one["quote"] in abstracts[one["title"]] for one in answer["citations"])
    assert len({one["n"] for one in agent.json("ask", question=WHICH, limit=1)["citations"]}) == 1
    assert agent.json("ask", question="who won the 2022 world cup?")["refused"]


def test_results_say_that_they_are_data(agent: Agent) -> None:
    first = agent.call("search", question=WHICH).content[0]
    assert getattr(first, "text", "") == UNTRUSTED


def test_it_learns_what_there_is(agent: Agent) -> None:
    topics = agent.json("list_topics")
    assert topics["papers"] == sum(one["papers"] for one in topics["topics"]) > 10
    assert topics["sources"][0]["name"] == "papers.jsonl"


def test_it_adds_papers_and_finds_them_at_once(agent: Agent) -> None:
    before = agent.json("list_topics")["papers"]
    added = agent.json("add_papers", name="ponds.bib", content=BIBTEX)
    assert (added["added"], added["titles"], added["papers"]) == (1, ["Herons Wait at the Pond"], before + 1)
    assert (
        agent.json("search", question="when do herons catch fish?", top=1)["results"][0]["title"] == added["titles"][0]
    )
    assert agent.json("get_paper", paper="https://doi.org/10.1000/HERON")["title"] == added["titles"][0]
    assert agent.json("add_papers", name="again.bib", content=BIBTEX)["known"] == 1
    assert agent.progress(
        "add_papers", name="more.bib", content=BIBTEX.replace("Herons", "Storks").replace("her", "st")
    )
    assert {one["name"] for one in agent.json("list_topics")["sources"]} == {"papers.jsonl", "ponds.bib", "more.bib"}


def test_papers_of_one_title_are_told_apart_by_their_ids(agent: Agent) -> None:
    twin = BIBTEX.replace("Herons Wait at the Pond", "Two of a Kind")
    other = twin.replace("1000/heron", "1000/other").replace("Herons stand still", "Egrets run about")
    twins = twin.replace("1000/heron", "1000/one") + other.replace("pond", "other")
    assert agent.json("add_papers", name="twins.bib", content=twins)["added"] == 2
    told = agent.fault("get_paper", paper="Two of a Kind")
    ids = told.rpartition(": ")[2].rstrip(".").split(" or ")
    assert [agent.json("get_paper", paper=id)["title"] for id in ids] == ["Two of a Kind"] * 2


@pytest.mark.parametrize(
    ("tool", "arguments", "fault"),
    [
        ("search", {}, "question: Field required"),
        ("search", {"question": ""}, "at least 1 character"),
        ("search", {"question": " \t "}, "A question must have"),
        ("search", {"question": "?!"}, "is no question"),
        ("ask", {"question": "x" * 2_001}, "at most 2000 characters"),
        ("ask", {"question": WHICH, "limit": 0}, "greater than or equal to 1"),
        ("ask", {"question": "owls year:soon"}, "year:soon"),
        ("search", {"question": WHICH, "top": MAX_TOP + 1}, f"less than or equal to {MAX_TOP}"),
        ("search", {"question": WHICH, "top": "many"}, "top: Input should be a valid integer"),
        ("search", {"question": WHICH, "x" * 10_000: 1}, "Extra inputs are not permitted"),
        ("list_topics", {"question": WHICH}, "Extra inputs are not permitted"),
        ("get_paper", {"paper": "Nothing Was Ever Called This"}, "Find it by the tool search"),
        ("get_paper", {"paper": "doi:10.9999/none"}, "Find it by the tool search"),
        ("get_paper", {"paper": "0123456789ab"}, "Find it by the tool search"),
        ("add_papers", {"name": "x.bib", "content": "hello"}, "Nothing was added: in no format that rag reads"),
        ("add_papers", {"name": "x.bib", "content": "x" * 200_001}, "at most 200000 characters"),
        ("add_papers", {"name": "../../x.bib", "content": BIBTEX}, "it is not a valid file name"),
        ("add_papers", {"name": "x.pdf", "content": BIBTEX}, "The text of a PDF is not read"),
        ("add_papers", {"name": "x.zip", "content": BIBTEX}, "the text is not that of an archive"),
        ("add_papers", {"name": "x.ZIP ", "content": BIBTEX}, "the text is not that of an archive"),
        ("remove_papers", {}, "There is no tool 'remove_papers'. There are search, ask,"),
        ("", {}, "There is no tool ''"),
    ],
)
def test_it_is_told_in_one_line_what_is_wrong(
    agent: Agent, tool: str, arguments: dict[str, object], fault: str
) -> None:
    told = agent.fault(tool, **arguments)
    assert fault in told
    assert len(told) < 1_000


def test_many_calls_at_once_are_answered(agent: Agent) -> None:
    calls = [agent.begin(tool, question=WHICH) for tool in ("ask", "search") * 10]
    results = [call.result(60) for call in calls]
    assert not any(result.isError for result in results)
    assert len({text_of(result) for result in results}) == 2


def test_nothing_was_logged(agent: Agent, log: Path) -> None:
    assert log.read_text(encoding="utf-8") == ""
