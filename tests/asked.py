"""The table of questions in docs/questions.md, and what comes of them: `python -m tests.asked` writes it anew.

It needs the index of the papers that ship with rag, which `make chat` builds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from rag import settings
from rag.answer.types import Answer
from rag.chat.conversation import Conversation
from rag.chat.library import Library
from rag.text import count
from tests.chat.asking import ask

PAGE = Path(__file__).parent.parent / "docs" / "questions.md"
FOLLOWS = "↳ "  # before a question that continues the conversation of the row above
MAX_TITLES, MAX_QUOTE_WORDS = 2, 24
ROW = re.compile(r"^\| (?P<question>.+?) \| (?P<outcome>.*) \|$", re.MULTILINE)
HEADING = "You ask"


def rows(page: str) -> Iterator[re.Match[str]]:
    """The rows of the tables in `page`."""
    return (row for row in ROW.finditer(page) if row["question"] != HEADING)


def outcomes(page: str, library: Library) -> list[str]:
    """What comes of the question in each row of `page`."""
    found, conversation = [], Conversation(library)
    for row in rows(page):
        question = row["question"]
        if not question.startswith(FOLLOWS):
            conversation = Conversation(library)
        found.append(outcome(ask(conversation, question.removeprefix(FOLLOWS))))
    return found


def outcome(answer: Answer) -> str:
    """`answer` in a line: its headline, what it quotes or lists, and how much more."""
    parts = ["*Refused.*"] if answer.refused else []
    parts += [text for text in (answer.headline, answer.notice) if text]
    titles = list(dict.fromkeys(citation.paper.title for citation in answer.citations))
    if answer.refused:
        parts += [f"Nearest: {paper.title}." for paper in answer.nearest[:1]]
    elif answer.listed:
        parts.append(_titles([listed.paper.title for listed in answer.listed]))
    elif answer.lists_papers and titles:
        may_match = f", {len(answer.related)} may match" if answer.related else ""
        verb = "matches" if len(titles) == 1 else "match"
        parts.append(f"{count(len(titles), 'paper')} {verb}{may_match}: {_titles(titles)}")
    elif titles:
        parts.append(f"{_quote(answer.statements[0].text)} ({_titles(titles)})")
    return " ".join(parts).replace("|", "\\|")


def _titles(titles: list[str]) -> str:
    shown = [title.partition(":")[0] for title in titles[:MAX_TITLES]]
    return "; ".join(shown) + (f"; {len(titles) - MAX_TITLES} more" if len(titles) > MAX_TITLES else "")


def _quote(text: str) -> str:
    words = text.split()
    return f"“{' '.join(words[:MAX_QUOTE_WORDS])}{' …' if len(words) > MAX_QUOTE_WORDS else ''}”"


def main() -> None:
    """Writes the outcomes into PAGE."""
    page = PAGE.read_text(encoding="utf-8")
    made = iter(outcomes(page, Library(settings.load(llm="none"))))

    def renewed(row: re.Match[str]) -> str:
        return row[0] if row["question"] == HEADING else f"| {row['question']} | {next(made)} |"

    PAGE.write_text(ROW.sub(renewed, page), encoding="utf-8")


if __name__ == "__main__":
    main()
