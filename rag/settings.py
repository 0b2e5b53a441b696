"""Every setting in one frozen model: command line, then RAG_* environment, then rag.toml, then defaults."""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_data_path
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from rag.errors import SettingsError

PACKAGE = Path(__file__).parent
CLONE = PACKAGE.parent if (PACKAGE.parent / "pyproject.toml").is_file() else None


def shipped(name: str) -> Path:
    """The folder `name` ("prompts" or "papers") that came with this installation: of the clone, or of the wheel."""
    return CLONE / name if CLONE else PACKAGE / "_shipped" / name


class Settings(BaseSettings):
    """What a user can choose. Each field is `RAG_<NAME>` in the environment and `name = ...` in rag.toml."""

    model_config = SettingsConfigDict(env_prefix="RAG_", toml_file="rag.toml", extra="forbid", frozen=True)

    index_dir: Path = Field(
        default=CLONE / "index" if CLONE else user_data_path("rag") / "index",
        description="Folder that holds the index.",
    )
    llm: str = Field(
        default="bundled",
        description="Who writes: bundled, none, gguf:PATH, ollama:MODEL, openai-like:URL#MODEL, openai:MODEL, "
        "anthropic:MODEL or gemini:MODEL.",
    )
    writer: Literal["auto", "quotes", "sentences", "synthesis"] = Field(
        default="auto",
        description="Whether the LLM writes nothing, a sentence at a time, or from all evidence; auto: by its size.",
    )
    entailment: bool = Field(
        default=False,
        description="Whether the LLM is asked about each sentence of a synthesis if its evidence states it.",
    )
    prompts_dir: Path | None = Field(default=None, description="Folder of prompts that stand in for those of prompts/.")
    llm_timeout: float = Field(default=60.0, gt=0, description="Seconds that the LLM may be silent.")
    embedding: str = Field(
        default="bundled",
        description="Sentence-transformers model: bundled, a folder, or a Hugging Face name.",
    )
    rerank: str = Field(
        default="",
        description="Cross-encoder that reads the best papers again: a folder or a Hugging Face name; none if empty.",
    )
    min_probability: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Probability of an answer below which a question is refused.",
    )
    host: str = Field(default="127.0.0.1", description="Address the chat listens on.")
    port: int = Field(default=7860, ge=1, le=65535, description="Port the chat listens on.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load(**overrides: Any) -> Settings:
    """The settings in force; `overrides` that are None count as not given.

    Raises SettingsError, in one line, for an unknown name or a value out of range.
    """
    _refuse_unknown_environment()
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as fault:
        raise SettingsError(_explain(fault, "rag.toml")) from fault
    except ValueError as fault:  # rag.toml is not TOML
        raise SettingsError(f"rag.toml cannot be read: {fault}. Correct it, or move it away.") from fault


def overridden(settings: Settings, file: Path) -> Settings:
    """`settings` with those that the TOML `file` gives in place of theirs.

    Raises SettingsError, in one line, where the file cannot be read or holds what `load` would refuse.
    """
    try:
        return Settings(**settings.model_dump() | tomllib.loads(file.read_text(encoding="utf-8-sig")))
    except ValidationError as fault:
        raise SettingsError(_explain(fault, str(file))) from fault
    except (OSError, ValueError) as fault:  # not there, not text, or not TOML
        reason = fault.strerror if isinstance(fault, OSError) else fault
        raise SettingsError(f"{file} cannot be read: {reason}. Give a file like rag.toml.") from fault


def _refuse_unknown_environment() -> None:
    """pydantic-settings passes over unknown variables; a misspelt RAG_LMM must not be a silent default."""
    known = {f"RAG_{name}".upper() for name in Settings.model_fields}
    for name in sorted(os.environ):
        if name.upper().startswith("RAG_") and name.upper() not in known:
            raise SettingsError(f"Unknown setting {name} in the environment.{_hint(name.upper(), known)}")


def _explain(fault: ValidationError, file: str) -> str:
    first = fault.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"Unknown setting '{name}' in {file}.{_hint(name, set(Settings.model_fields))}"
    return f"Setting '{name}' cannot be {first['input']!r}: {first['msg']}."


def _hint(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean {close[0]}?" if close else f" Known: {', '.join(sorted(known))}."
