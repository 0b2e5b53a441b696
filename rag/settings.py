"""All settings in one frozen model. Precedence: command line, RAG_* environment variables, rag.toml, defaults."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from rag.errors import SettingsError

_ORIGIN = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?/?")
_ADDRESS = re.compile(rf"{_ORIGIN.pattern.removesuffix('/?')}(/[A-Za-z0-9._~/-]*+)?")
_TOKEN = re.compile(r"[!-~]*+")
_SECRETS = ("password", "chroma_token")
_PACKAGE = Path(__file__).parent
_CLONE = _PACKAGE.parent if (_PACKAGE.parent / "pyproject.toml").is_file() else None


def shipped(name: str) -> Path:
    """The folder `name` ("prompts" or "papers") that comes with rag: in the clone, or in the installed wheel."""
    return _CLONE / name if _CLONE else _PACKAGE / "_shipped" / name


class Settings(BaseSettings):
    """What a user can choose: each field is `RAG_<NAME>` in the environment and `name = ...` in rag.toml."""

    model_config = SettingsConfigDict(env_prefix="RAG_", toml_file="rag.toml", extra="forbid", frozen=True)

    index_dir: Path = Field(
        default=_CLONE / "index" if _CLONE else user_data_path("rag") / "index",
        description="Folder of the index.",
    )
    llm: str = Field(
        default="auto",
        description="LLM that writes the answers: auto, a model of a running Ollama or LM Studio on this machine, else "
        "none; bundled, none, gguf:PATH, ollama:MODEL, lmstudio:MODEL, openai-like:URL#MODEL, openai:MODEL, "
        "anthropic:MODEL or gemini:MODEL.",
    )
    writer: Literal["auto", "quotes", "synthesis"] = Field(
        default="auto",
        description="Whether the LLM writes an answer above the quotes: quotes, not at all; synthesis, always; auto, "
        "if it is large enough.",
    )
    verify: str = Field(
        default="auto",
        min_length=1,
        description="What judges written sentences that no rule confirms or refutes: auto, the LLM itself unless it is "
        "small; rules, nothing; or an NLI cross-encoder as a folder or Hugging Face name.",
    )
    show_unverified: bool = Field(
        default=False,
        description="Whether written sentences that neither rules nor a judge could confirm are shown, marked, instead "
        "of replaced by a quote.",
    )
    prompts_dir: Path | None = Field(
        default=None, description="Folder of prompts that replace those of the same name in prompts/."
    )
    llm_timeout: float = Field(default=60.0, gt=0, description="Seconds to wait for the next part of the LLM's reply.")
    embedding: str = Field(
        default="bundled",
        description="Embedding model: bundled, or a sentence-transformers model as a folder or Hugging Face name.",
    )
    rerank: str = Field(
        default="",
        description="Cross-encoder that reranks the best papers: a folder or a Hugging Face name; empty for none.",
    )
    min_probability: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Questions whose answer is less probable than this are declined.",
    )
    contact: str = Field(
        default="",
        pattern=r"^([!-;=?-~]+@[!-;=?-~]+)?$",
        description="Your mail address, for the services that `rag fetch` asks; they serve those who give one better.",
    )
    chroma: str = Field(
        default="", description="Address of a Chroma server that searches the index, such as http://host:8000."
    )
    chroma_token: SecretStr | None = Field(default=None, description="Token that the Chroma server asks for.")
    chroma_tenant: str = Field(default="default_tenant", min_length=1, description="Tenant of the Chroma server.")
    chroma_database: str = Field(default="default_database", min_length=1, description="Database of that tenant.")
    chroma_ca: Path | None = Field(
        default=None, description="File of the certificates, in PEM, that vouch for the Chroma server."
    )
    host: str = Field(default="127.0.0.1", description="Address the chat listens on.")
    port: int = Field(default=7860, ge=1, le=65535, description="Port the chat listens on.")
    url: str = Field(
        default="",
        description="Address by which browsers open the chat if a reverse proxy is before it, without a path.",
    )
    password_file: Path | None = Field(
        default=None,
        description="File of those who may use the chat beyond this machine, each with a role and a password.",
    )
    password: SecretStr | None = Field(
        default=None, description="Password of the chat beyond this machine, for one person and in containers."
    )
    log: Literal["warnings", "text", "json"] = Field(
        default="warnings",
        description="What the chat writes to standard error: warnings, only what goes wrong; text, also a line for "
        "each question and each change of the collection; json, the same as lines of JSON.",
    )
    log_questions: bool = Field(
        default=False,
        description="Whether the lines for questions have their words, and those of errors their messages, which may "
        "quote them.",
    )

    @field_validator("index_dir", "prompts_dir", "chroma_ca", "password_file", mode="before")
    @classmethod
    def _is_named(cls, path: object) -> object:
        if path == "":  # which would be the current folder
            raise ValueError("give its path, or leave the setting out")
        return path

    @field_validator("url")
    @classmethod
    def _is_origin(cls, url: str) -> str:
        if url and not _ORIGIN.fullmatch(url):
            raise ValueError("give the scheme and the host without a path, such as https://papers.example.org")
        return url.rstrip("/")

    @field_validator("chroma")
    @classmethod
    def _is_address(cls, chroma: str) -> str:
        if chroma and not _ADDRESS.fullmatch(chroma):
            raise ValueError("give the scheme, the host and the port, such as http://localhost:8000")
        return chroma.rstrip("/")

    @field_validator("chroma_token")
    @classmethod
    def _is_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token and not _TOKEN.fullmatch(token.get_secret_value()):
            raise ValueError("it has a character that no token can have")
        return token

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
    """The settings in effect; `overrides` that are None are ignored.

    Raises SettingsError for an unknown name or an invalid value.
    """
    _check_environment()
    if Path("rag.toml").is_dir():  # as container engines make to mount a file that is not there; it would be ignored
        raise SettingsError("rag.toml is a folder, not a file. Remove it, or put the file in its place.")
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as fault:
        raise SettingsError(_explain(fault, "rag.toml")) from fault
    except ValueError as fault:  # rag.toml is not TOML
        raise SettingsError(f"rag.toml cannot be read: {fault}. Correct it or delete it.") from fault


def overridden(settings: Settings, file: Path) -> Settings:
    """`settings` updated with those in the TOML `file`.

    Raises SettingsError if the file cannot be read, and for an unknown name or an invalid value in it.
    """
    try:
        return Settings(**settings.model_dump() | tomllib.loads(file.read_text(encoding="utf-8-sig")))
    except ValidationError as fault:
        raise SettingsError(_explain(fault, str(file))) from fault
    except (OSError, ValueError) as fault:  # missing, not UTF-8, or not TOML
        reason = fault.strerror if isinstance(fault, OSError) else fault
        raise SettingsError(f"{file} cannot be read: {reason}. Give a file such as rag.toml.") from fault


def _check_environment() -> None:
    """Raises SettingsError for a misspelt RAG_* variable, which pydantic-settings would silently ignore."""
    known = {f"RAG_{name}".upper() for name in Settings.model_fields}
    for name in sorted(os.environ):
        if name.upper().startswith("RAG_") and name.upper() not in known:
            raise SettingsError(f"Unknown setting {name} in the environment.{_hint(name.upper(), known)}")


def _explain(fault: ValidationError, file: str) -> str:
    first = fault.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"Unknown setting '{name}' in {file}.{_hint(name, set(Settings.model_fields))}"
    reason = first["msg"].removeprefix("Value error, ")
    shown = "used" if name in _SECRETS else repr(first["input"])
    return f"Setting '{name}' cannot be {shown}: {reason}."


def _hint(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean {close[0]}?" if close else f" Known: {', '.join(sorted(known))}."
