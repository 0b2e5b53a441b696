"""Cross-encoders read two texts together: slower than vectors, more accurate. They rank papers and judge sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.errors import ModelError
from rag.language.passages import title_and_text
from rag.models.loading import load_model
from rag.paper import Paper
from rag.text import replace_surrogates

if TYPE_CHECKING:
    import numpy as np
    from sentence_transformers import CrossEncoder

_BATCH = 16  # pairs per forward pass
_HEADS = ("ForSequenceClassification", "ForCausalLM")  # architectures trained to score a pair of texts
_ENTAILMENT = "entailment"  # the label, in any case; the others are "contradiction" and "neutral", or "not_entailment"


class Reranker:
    """A sentence-transformers cross-encoder with one score for a question and a paper."""

    def __init__(self, model: CrossEncoder) -> None:
        self._model = model

    def score(self, question: str, papers: Sequence[Paper]) -> np.ndarray:
        """How well each paper's title and abstract answer `question`: logits of shape (papers,), unbounded."""
        question = replace_surrogates(question)
        return _logits(self._model, [(question, title_and_text(paper.title, paper.abstract)) for paper in papers])


class Entailment:
    """A sentence-transformers cross-encoder for natural language inference, whose output `label` is entailment."""

    def __init__(self, model: CrossEncoder, label: int) -> None:
        self._model, self._label = model, label

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        """How probable it is that the first text of each pair entails the second: shape (pairs,), 0 to 1."""
        import numpy as np

        if not pairs:
            return np.zeros(0)
        logits = _logits(
            self._model, [(replace_surrogates(first), replace_surrogates(second)) for first, second in pairs]
        )
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: np.ndarray = powers[:, self._label] / powers.sum(axis=1)
        return shares


def load(name: str) -> Reranker:
    """The cross-encoder `name`: a folder or a Hugging Face name.

    Raises ModelError if it is not available, or does not give a single score for a pair of texts.
    """
    model = _load(name, "Reranker", "Set rerank to a sentence-transformers cross-encoder, or leave it empty.")
    if not _is_trained(model) or model.num_labels != 1:
        raise ModelError(
            f"'{name}' is not a cross-encoder with a single score. Set rerank to one that is, or leave it empty."
        )
    return Reranker(model)


def load_entailment(name: str) -> Entailment:
    """The cross-encoder `name` for natural language inference: a folder or a Hugging Face name.

    Raises ModelError if it is not available, or none of its labels is "entailment".
    """
    model = _load(name, "Judge", "Set verify to a cross-encoder for natural language inference, or to auto.")
    labels = (model.config.id2label if model.config and _is_trained(model) and model.num_labels > 1 else None) or {}
    for number, label in labels.items():
        if str(label).strip().lower() == _ENTAILMENT:
            return Entailment(model, int(number))
    raise ModelError(
        f"'{name}' is not a cross-encoder with the label “{_ENTAILMENT}”. Set verify to one that is, or to auto."
    )


def _load(name: str, role: str, advice: str) -> CrossEncoder:
    missing = f"{role} '{name}' is neither a local folder nor available from Hugging Face. {advice}"
    return load_model(name, _open, missing)


def _is_trained(model: CrossEncoder) -> bool:
    """Whether the model has a head for pairs of texts; else sentence-transformers adds one with random weights."""
    architectures = (model.config.architectures if model.config else None) or ()
    return any(architecture.endswith(_HEADS) for architecture in architectures)


def _logits(model: CrossEncoder, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
    """The outputs of `model`, unbounded: shape (pairs,) for a single output, else (pairs, outputs)."""
    from torch.nn import Identity

    # Without the sigmoid that many cross-encoders end in: it makes all high scores nearly equal.
    outputs: np.ndarray = model.predict(
        list(pairs), batch_size=_BATCH, activation_fn=Identity(), show_progress_bar=False
    )
    return outputs


def _open(name: str, local: bool) -> CrossEncoder:
    from sentence_transformers import CrossEncoder

    model: CrossEncoder = CrossEncoder(name, local_files_only=local)
    return model
