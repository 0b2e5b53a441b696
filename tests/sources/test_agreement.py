"""When two records are the same paper."""

from __future__ import annotations

import pytest

from rag.paper import Paper
from rag.sources.agreement import same_paper

OWLS = "We listen to forty owls for two winters. They hear voles under half a metre of snow."
OWLS_PUBLISHED = "We listen to forty owls for two winters. They hear voles under half a metre of snow, and mice."
TIDES = "Harbours keep tide ledgers by hand. We read ninety of them and find the same errors in each."
TITLE = "Hearing of Owls under Snow in Winter"
ZOO = "In 2018 the zoo had 100 visitors and 30 lions. It was a fine year with many guests from everywhere."
ZOO_AFTER = "In 2019 the zoo had 300 visitors and 10 lions. It was a fine year with many guests from everywhere."
CENSUS = "We count 3 owls, 5 kites, 9 voles and 12 mice along the river in spring, by boat and by foot, as every year."
CURE = "Drug X shortens flu by a day in adults. Trial of 400."
NO_CURE = "Drug X does not shorten flu in adults. Trial of 900."
RACE = "We beat 12 models on 4 sets of 7,000 questions by 3.1 points, after 0.05 s of thought at most."
RACE_REPRINTED = "We beat 12 models on 4 sets of 7 000 questions by 3·1 points, after .05 s of thought at most."


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (Paper(TITLE, OWLS, ids=("doi:10.5555/a",)), Paper(TITLE, TIDES, ids=("doi:10.5555/a",)), "same DOI"),
        (Paper("A", OWLS, ids=("arxiv:1",)), Paper("B", OWLS_PUBLISHED, ids=("pmid:2", "arxiv:1")), "same arXiv id"),
        (Paper(TITLE, OWLS), Paper("hearing of OWLS, under snow in winter.", OWLS), "same title and abstract"),
        (Paper(TITLE, OWLS, year=2020), Paper(TITLE, OWLS_PUBLISHED, year=2021), "same title and abstract"),
        (Paper(TITLE, OWLS), Paper(TITLE, OWLS[:60]), "same title and abstract"),
        (Paper(TITLE, OWLS, ("Ada Reed",)), Paper(TITLE, TIDES, ("A. Reed", "B. Oak")), "same title and authors"),
        (
            Paper(TITLE, OWLS, ids=("doi:10.1101/2020.01.02",)),
            Paper(TITLE, OWLS, ids=("doi:10.5555/journal",)),
            "same title and abstract",
        ),
        (Paper(TITLE, OWLS, year=2001), Paper(TITLE, OWLS, year=2015), "same title and abstract"),
        (
            Paper(TITLE, OWLS, year=2019, ids=("arxiv:1",)),
            Paper(TITLE, OWLS_PUBLISHED, year=2024, ids=("arxiv:1", "doi:10.5555/a")),
            "same arXiv id",
        ),
        (
            Paper("Hearing of Owls under Snow", OWLS, ids=("arxiv:1",)),
            Paper("Hearing of Owls in Winter under Snow", f"{OWLS[:60]} {TIDES}", ids=("arxiv:1",)),
            "same arXiv id",
        ),
        (
            Paper("梟の聴覚に関する研究", "雪の下の音を聞く梟を二冬にわたり観察した。"),
            Paper("梟の聴覚に関する研究", "雪の下の音を聞く梟を二冬にわたり観察した。結果を述べる。"),
            "same title and abstract",
        ),
        (
            Paper(TITLE, RACE, ("Ada Reed",), 2020, ("arxiv:1",)),
            Paper(TITLE, RACE.replace("3.1", "3.3"), ("A. Reed",), 2020, ("doi:10.5555/a",)),
            "same title and abstract",
        ),
        (
            Paper(TITLE, RACE, ("Ada Reed",), 2020, ("arxiv:1",)),
            Paper(TITLE, RACE_REPRINTED, ("A. Reed",), 2021, ("doi:10.5555/a",)),
            "same title and abstract",
        ),
        (Paper(TITLE, CENSUS, year=2020), Paper(TITLE, CENSUS[:60], year=2021), "same title and abstract"),
        (
            Paper(TITLE, "We did not hear owls. They can’t be heard here in winter."),
            Paper(
                TITLE, "We did not hear owls. They cannot be heard here in winter, or by day, but they do not sleep."
            ),
            "same title and abstract",
        ),
        (
            Paper(TITLE, OWLS, ("Wei Li", "Ada B. Reed")),
            Paper(TITLE, OWLS, ("Li Wei", "Reed, A.")),
            "same title and abstract",
        ),
    ],
    ids="""doi arxiv title preprint cut-off authors preprint-DOI years late-article new-title unspaced corrected
    reprinted numbers
    negations names""".split(),
)
def test_records_of_one_paper(first: Paper, second: Paper, reason: str) -> None:
    assert same_paper(first, second) == same_paper(second, first) == reason


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Paper("ガラスの研究", OWLS), Paper("カラスの研究", OWLS)),
        (Paper("दिन", OWLS), Paper("दान", OWLS)),
        (Paper("C", OWLS), Paper("C++", OWLS)),
        (Paper("The case p < q", OWLS), Paper("The case p > q", OWLS)),
        (Paper("Йод", OWLS), Paper("Иод", OWLS)),
        (Paper("Editorial", OWLS), Paper("Editorial.", TIDES)),
        (Paper("Editorial", OWLS, ("Ada Reed",)), Paper("Editorial", TIDES, ("Ada Reed",))),
        (Paper(TITLE, OWLS, ("Ada Reed",), 2019), Paper(TITLE, TIDES, ("Ada Reed",), 2021)),
        (Paper(TITLE, OWLS, ("Ada Reed",)), Paper(TITLE, OWLS, ("Bo Oak",))),
        (Paper(TITLE, OWLS, ids=("doi:10.5555/a",)), Paper(TITLE, OWLS, ids=("doi:10.5555/b",))),
        (Paper(TITLE, OWLS, ids=("arxiv:1",)), Paper(TITLE, OWLS, ids=("arxiv:2",))),
        (Paper(TITLE, OWLS), Paper(TITLE, TIDES)),
        (Paper("Owls at Sea", OWLS, ids=("doi:10.5555/book",)), Paper("Ledgers", TIDES, ids=("doi:10.5555/book",))),
        (Paper("Owls", OWLS, ids=("beir:1",)), Paper("Owls", TIDES, ids=("beir:1",))),
        (
            Paper("Birds of Prey: Owls", OWLS, ("Ada Reed",), ids=("doi:10.5555/book",)),
            Paper("Birds of Prey: Kites", TIDES, ("Ada Reed",), ids=("doi:10.5555/book",)),
        ),
        (
            Paper("Owls under Snow", OWLS, ("Ada Reed",), ids=("doi:10.5555/a",)),
            Paper("Owls under the Snow", OWLS, ("Bo Oak",), ids=("doi:10.5555/a",)),
        ),
        (
            Paper("Owls. Part I", OWLS, ids=("doi:10.5555/a",)),
            Paper("Owls. Part II", f"{OWLS[:60]} {TIDES}", ids=("doi:10.5555/a",)),
        ),
        (Paper("Erratum: Owls", TIDES, ids=("doi:10.5555/a",)), Paper("Owls", OWLS, ids=("doi:10.5555/a",))),
        (
            Paper("Editorial", OWLS, ("Ada Reed",), ids=("doi:10.5555/a",)),
            Paper("Editorial", TIDES, ("Bo Oak",), ids=("doi:10.5555/a",)),
        ),
        (
            Paper(TITLE, OWLS, ids=("pmid:1", "doi:10.5555/a")),
            Paper(TITLE, TIDES, ids=("pmid:2", "doi:10.5555/a")),
        ),
        (Paper(TITLE, OWLS, year=2001), Paper(TITLE, OWLS[:40] + TIDES[:40], year=2015)),
        (Paper(TITLE, "We count owls.", year=2001), Paper(TITLE, "We count owls.", year=2015)),
        (
            Paper("Preface", "This chapter introduces the book."),
            Paper("Preface", "This chapter introduces the book well."),
        ),
        (Paper("はじめに", "本書は梟について述べる。"), Paper("はじめに", "本書は潮について述べる。")),
        (
            Paper("Annual Report of the Zoo", ZOO, ("Ada Reed",), 2018),
            Paper("Annual Report of the Zoo", ZOO_AFTER, ("Ada Reed",), 2019),
        ),
        (Paper("Annual Report of the Zoo", ZOO), Paper("Annual Report of the Zoo", ZOO_AFTER)),
        (Paper(TITLE, CENSUS, year=2020), Paper(TITLE, CENSUS.replace("12", "14"), year=2021)),
        (Paper("Drug X in Flu", CURE, ("Ada Reed",), 2015), Paper("Drug X in Flu", NO_CURE, ("Ada Reed",), 2015)),
        (Paper(TITLE, f"Snow has an effect. {OWLS}"), Paper(TITLE, f"Snow has no effect. {OWLS}")),
        (Paper(TITLE, "Owls are heard under snow."), Paper(TITLE, "Owls aren't heard under snow.")),
        (Paper("Editorial", OWLS, ("Edi One",), 2012), Paper("Editorial", OWLS, ("Edi Two",), 2012)),
        (Paper("Editorial", OWLS, ("Ada Reed",), 2012), Paper("Editorial", OWLS, ("Bo Reed",), 2012)),
    ],
    ids=lambda paper: f"{paper.title} {paper.year or ''}",
)
def test_different_papers(first: Paper, second: Paper) -> None:
    assert same_paper(first, second) == same_paper(second, first) == ""
