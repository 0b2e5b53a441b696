"""Papers and answers that the tests of exports and of the terminal share."""

from __future__ import annotations

from dataclasses import replace

from rag.answer.types import Answer, Citation, Effort, Statement
from rag.paper import Paper


def cite(n: int, paper: Paper, quote: str | None = None) -> Citation:
    """A citation of `quote` in the abstract of `paper`, or of the whole abstract."""
    quote = paper.abstract if quote is None else quote
    start = paper.abstract.index(quote)
    return Citation(n, paper, start, start + len(quote))


def quoted(*citations: Citation) -> Statement:
    return Statement(citations[0].quote, citations, "quote")


OWLS = Paper(
    "OwlNet: Hearing $x_1$",
    "Owls hunt by ear. OwlNet finds voles 3 times faster.",
    ("Ada Example", "Ben Sample"),
    2024,
    url="https://example.org/owls",
)
BATS = Paper("On Bats", "Bats hear echoes of moths.", digest=True, url="javascript:alert(1)")
FOXES = Paper("Foxes", "Foxes listen too.", year=2023)

EAR, FASTER = cite(1, OWLS, "Owls hunt by ear."), cite(1, OWLS, "OwlNet finds voles 3 times faster.")
ECHO, LISTEN = cite(2, BATS), cite(3, FOXES)
WRITTEN = Statement("It is 3 times faster.", (FASTER,), "reworded")
ANSWER = Answer(
    "Who hears?",
    (quoted(EAR), WRITTEN, Statement("Both hear.", (EAR, ECHO), "judged", judge="owl:7b"), quoted(ECHO)),
    related=(LISTEN,),
    searched=9,
    probability=0.93456,
)
REFUSAL = Answer("Who sings?", nearest=(OWLS, BATS), searched=2)
EFFORT = Effort("owl:7b", 34, 7, 5, 1, 5_600, 520, 14.2, 5.1, 0.0021)
THEMED = Answer(
    "Who hears?",
    (quoted(EAR), quoted(ECHO)),
    written=(
        Statement("Two hear.", (EAR, ECHO), "judged", judge="owl:7b"),
        replace(WRITTEN, theme="Speed"),
        replace(quoted(FASTER), theme="Speed"),
        Statement("Bats use echoes.", (ECHO,), "reworded", theme="Echoes"),
    ),
    searched=9,
    intent="papers",
    effort=EFFORT,
)
