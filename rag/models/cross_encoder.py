"""A cross-encoder, which reads question and paper together: slower than comparing vectors, and more exact."""

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

BATCH = 16  # papers a pass
HEADS = ("ForSequenceClassification", "ForCausalLM")  # of models that were trained to judge a pair


class Reranker:
    """A sentence-transformers cross-encoder that gives one score for a question and a paper."""

    def __init__(self, model: CrossEncoder) -> None:
        self._model = model

    def read(self, question: str, papers: Sequence[Paper]) -> np.ndarray:
        """How well title and abstract of each paper answer `question`, in their order: logits, without bounds."""
        from torch.nn import Identity

        asked = replace_surrogates(question)
        pairs = [(asked, title_and_text(paper.title, paper.abstract)) for paper in papers]
        # Many cross-encoders end in a sigmoid, which presses all that is good together.
        read: np.ndarray = self._model.predict(
            pairs, batch_size=BATCH, activation_fn=Identity(), show_progress_bar=False
        )
        return read


def load(name: str) -> Reranker:
    """The cross-encoder `name`: a folder or a Hugging Face name.

    Raises ModelError where it cannot be had or does not give one score for a pair of texts.
    """
    missing = (
        f"Reranker '{name}' is neither a folder here nor to be had from Hugging Face. "
        "Set rerank to a sentence-transformers cross-encoder, or to nothing."
    )
    model = load_model(name, _open, missing)
    heads = model.config.architectures if model.config else None
    trained = any(head.endswith(HEADS) for head in heads or ())  # a model without a head would get a random one
    if not trained or model.num_labels != 1:
        raise ModelError(
            f"'{name}' is no cross-encoder that gives one score. Set rerank to one that does, or to nothing."
        )
    return Reranker(model)


def _open(name: str, local: bool) -> CrossEncoder:
    from sentence_transformers import CrossEncoder

    model: CrossEncoder = CrossEncoder(name, local_files_only=local)
    return model
