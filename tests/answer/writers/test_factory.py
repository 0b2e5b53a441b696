"""The style that fits a model, and the writer of each style."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answer.types import Style
from rag.answer.writers.factory import create_writer, writer_style
from rag.answer.writers.quotes import QuoteWriter
from rag.answer.writers.sentences import SentenceWriter
from rag.answer.writers.synthesis import SynthesisWriter
from rag.answer.writers.task import Checks
from rag.errors import SettingsError
from rag.llm.model import Model

STYLES: list[Style] = ["quotes", "sentences", "synthesis"]


@pytest.mark.parametrize(
    ("parameters", "style"),
    [
        (0, "quotes"),
        (135_000_000, "quotes"),
        (999_999_999, "quotes"),
        (1_000_000_000, "sentences"),
        (2_999_999_999, "sentences"),
        (3_000_000_000, "synthesis"),
        (70_000_000_000, "synthesis"),
        (None, "synthesis"),
    ],
)
def test_auto_chooses_the_style_by_the_size_of_the_model(parameters: int | None, style: Style) -> None:
    assert writer_style("auto", parameters) == style


@pytest.mark.parametrize("parameters", [0, None, 70_000_000_000])
@pytest.mark.parametrize("style", STYLES)
def test_a_style_that_is_set_is_used_whatever_the_model(style: Style, parameters: int | None) -> None:
    assert writer_style(style, parameters) == style


@pytest.mark.parametrize(("style", "kind"), [*zip(STYLES, [QuoteWriter, SentenceWriter, SynthesisWriter], strict=True)])
def test_each_style_has_its_writer(model: Model, checks: Checks, style: Style, kind: type) -> None:
    writer = create_writer(model, style, checks, None)
    assert isinstance(writer, kind)
    assert writer.style == style


@pytest.mark.parametrize(("prompt", "style"), [("rephrase", "sentences"), ("synthesis", "synthesis")])
def test_a_prompt_that_cannot_be_used_fails_before_the_model_is_called(
    model: Model, checks: Checks, tmp_path: Path, prompt: str, style: Style
) -> None:
    (tmp_path / f"{prompt}.md").write_text("## user\nHello")
    with pytest.raises(SettingsError, match=rf"{prompt}\.md"):
        create_writer(model, style, checks, tmp_path)
