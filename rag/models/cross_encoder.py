"""Scores papers with a cross-encoder, which reads question and paper together: slower than vectors, more accurate."""

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

_BATCH = 16  # papers per forward pass
_HEADS = ("ForSequenceClassification", "ForCausalLM")  # architectures trained to score a pair of texts


class Reranker:
    """A sentence-transformers cross-encoder with one score for a question and a paper."""

    def __init__(self, model: CrossEncoder) -> None:
        self._model = model

    def score(self, question: str, papers: Sequence[Paper]) -> np.ndarray:
        """How well each paper's title and abstract answer `question`: logits of shape (papers,), unbounded."""
        from torch.nn import Identity

        question = replace_surrogates(question)
        pairs = [(question, title_and_text(paper.title, paper.abstract)) for paper in papers]
        # Without the sigmoid that many cross-encoders end in: it makes all high scores nearly equal.
        scores: np.ndarray = self._model.predict(
            pairs, batch_size=_BATCH, activation_fn=Identity(), show_progress_bar=False
        )
        return scores


def load(name: str) -> Reranker:
    """The cross-encoder `name`: a folder or a Hugging Face name.

    Raises ModelError if it is not available, or does not give a single score for a pair of texts.
    """
    missing = (
        f"Reranker '{name}' is neither a local folder nor available from Hugging Face. "
        "Set rerank to a sentence-transformers cross-encoder, or leave it empty."
    )
    model = load_model(name, _open, missing)
    architectures = (model.config.architectures if model.config else None) or ()
    trained = any(architecture.endswith(_HEADS) for architecture in architectures)  # else its head is random
    if not trained or model.num_labels != 1:
        raise ModelError(
            f"'{name}' is not a cross-encoder with a single score. Set rerank to one that is, or leave it empty."
        )
    return Reranker(model)


def _open(name: str, local: bool) -> CrossEncoder:
    from sentence_transformers import CrossEncoder

    model: CrossEncoder = CrossEncoder(name, local_files_only=local)
    return model
