"""Which judge the setting `verify` chooses for a model that writes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag import settings
from rag.errors import ModelError, SettingsError
from rag.llm.abilities import MIN_WRITING_PARAMETERS
from rag.llm.model import Model
from rag.verify.judges.choice import Judges
from rag.verify.judges.judge import LLMJudge
from rag.verify.judges.nli import NLIJudge
from tests.llm.conftest import load
from tests.llm.server import Server
from tests.models.test_cross_encoder import save


@pytest.fixture
def model(server: Server) -> Model:
    return load(f"openai-like:{server.url}/v1#owl")


def judges(verify: str = "auto", prompts_dir: Path | None = None) -> Judges:
    return Judges(settings.load(verify=verify, prompts_dir=prompts_dir))


@pytest.mark.parametrize("parameters", [None, MIN_WRITING_PARAMETERS, 70_000_000_000])
def test_a_model_judges_what_it_writes_unless_it_is_small(model: Model, parameters: int | None) -> None:
    found = judges().of(replace(model, parameters=parameters))
    assert isinstance(found, LLMJudge)
    assert found.name == model.name


def test_a_small_model_does_not_judge(model: Model) -> None:
    assert judges().of(replace(model, parameters=135_000_000)) is None


def test_with_rules_alone_there_is_no_judge(model: Model) -> None:
    assert judges("rules").of(model) is None


def test_a_cross_encoder_judges_for_every_model_and_is_loaded_once(model: Model, tmp_path: Path) -> None:
    labels = ["entailment", "neutral", "contradiction"]
    chosen = judges(str(save(tmp_path / "nli", "BertForSequenceClassification", 3, labels)))
    found = chosen.of(replace(model, parameters=1))
    assert isinstance(found, NLIJudge)
    assert chosen.of(model) is found


def test_a_judge_that_cannot_be_used_is_reported(model: Model, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"^Judge "):
        judges("./nothing").of(model)
    (tmp_path / "judge.md").write_text("## user\nHello")
    with pytest.raises(SettingsError, match=r"judge\.md"):
        judges(prompts_dir=tmp_path).of(model)
