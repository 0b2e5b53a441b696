"""Another language is recognised, and English is never taken for one."""

from __future__ import annotations

import pytest

from rag.query.language import foreign_language

KNOWN = {"owl", "variat", "autoencod", "model", "depth", "voi"}


def doc_freq(stem: str) -> int:
    return int(stem in KNOWN)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Wie viele Daten braucht ein Diffusionsmodell?", "German"),
        ("Wie funktioniert ein Variational Autoencoder?", "German"),
        ("Quels sont les effets secondaires des inhibiteurs de PD-1 ?", "French"),
        ("什么是自监督学习？", "Chinese"),
        ("Какие методы используются для обучения без разметки?", "Russian"),
        ("which owls hear voles under snow?", ""),
        ("gut microbiome depression", ""),
        ("monoculer dpeth selfsupervised", ""),
        ("SE(3)", ""),
        ("Yann LeCun", ""),
        ("", ""),
    ],
)
def test_the_language_is_named_where_it_is_certain(question: str, language: str) -> None:
    assert foreign_language(question, doc_freq) == language
