"""How text is divided into tokens and terms, and which spellings give the same terms."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from string import ascii_lowercase

import pytest

from rag.language.tokens import (
    HYPHEN,
    MAX_WORD_LENGTH,
    PARENTHESES,
    content_stems,
    content_terms,
    content_word_offsets,
    content_words,
    scan,
    stem,
    stems,
    tokenize,
)


@pytest.mark.parametrize(
    ("joints", "tokens"),
    [
        ((), ["S", "-", "Owl", "’", "s", "f", "(", "x", ")", "=", "1,000.5", "%"]),
        ((HYPHEN,), ["S-Owl", "’", "s", "f", "(", "x", ")", "=", "1,000.5", "%"]),
        ((PARENTHESES,), ["S", "-", "Owl", "’", "s", "f(x)", "=", "1,000.5", "%"]),
    ],
)
def test_joints_say_what_makes_a_compound(joints: tuple[str, ...], tokens: list[str]) -> None:
    assert [token.text for token in scan("S-Owl’s f(x) = 1,000.5%", *joints)] == tokens


def test_tokens_are_words_numbers_or_marks() -> None:
    kinds = [(token.text, token.kind) for token in scan("3D owls, 0.5 or 7.")]
    assert kinds == [
        ("3D", "word"),
        ("owls", "word"),
        (",", "mark"),
        ("0.5", "number"),
        ("or", "word"),
        ("7", "number"),
        (".", "mark"),
    ]
    assert [token.text for token in scan("0.5", decimals=False)] == ["0", ".", "5"]


@pytest.mark.parametrize("text", ["", " \n", "Owls’ ears – naïve ones – hear  1,000.5 γ-rays (x_1)!", "🦉\ud800\x00"])
def test_tokens_are_all_of_the_text_except_white_space(text: str) -> None:
    tokens = list(scan(text, HYPHEN, PARENTHESES))
    assert "".join(token.text for token in tokens) == "".join(text.split())
    assert all(text[token.start : token.end] == token.text for token in tokens)


def matches(query: str, text: str) -> bool:
    """Whether `text` contains every term of `query`."""
    return stems(query) <= stems(text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("3-D", "3D"),
        ("3D", "3-D"),
        ("3d", "3‑D"),
        ("SE(3)", "SE(3)-equivariant"),
        ("se(3)", r"$\mathrm{SE}(3)$"),
        ("SE3", "SE(3)"),
        ("E(n)", "E(n)-equivariant"),
        ("MoD", "γ-MoD"),
        ("γ-MoD", r"$\gamma$-MoD"),
        (r"$\gamma$-MoD", "γ-MoD"),
        ("gamma-MoD", "Γ-MoD"),
        ("β-VAE", "beta-VAE"),
        ("beta-VAE", r"\beta-VAE"),
        ("λ", r"$\lambda$"),
        ("multitask", "multi-task"),
        ("multi-task", "multi–task multitask"),
        ("task", "multi-task"),
        ("pretrained", "pre-trained"),
        ("naive", "naïve"),
        ("naïve", "NAIVE"),
        ("Schölkopf", "Schölkopf"),
        ("1,000", "1000 images"),
        ("1000", "1,000"),
        ("0.5", "0.5."),
        ("v2", "v2, again"),
        ("L2", "$L_2$"),
        ("robust", r"\textbf{Robust}"),
        ("SE(3)", "𝐒𝐄(𝟑)"),
        ("denoise", "denoising"),
        ("study", "studies"),
        ("proposing", "proposes"),
        ("k-means", "kmeans k means"),
        ("3-D", "3-dimensional 3D"),
    ],
)
def test_spellings_of_the_same_word_match(query: str, text: str) -> None:
    assert matches(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [("faster", "slower"), ("deep", "depth"), ("model", "mode"), ("owl", "howl"), ("0.5", "5"), ("100", "1,000")],
)
def test_different_words_do_not_match(query: str, text: str) -> None:
    assert not matches(query, text)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("propose proposes proposed proposing", "propos"),
        ("relate related relational relating", "relat"),
        ("ponies", "poni"),
        ("caresses caress", "caress"),
        ("electricity electrical electric", "electr"),
        ("equivariant equivariance", "equivari"),
        ("cnns cnn", "cnn"),
        ("深度", "深度"),
        ("3d", "3d"),
        ("", ""),
    ],
)
def test_inflections_have_the_stem_of_porter(words: str, expected: str) -> None:
    assert {stem(word) for word in words.split(" ")} == {expected}


def test_threads_can_stem_at_once() -> None:
    endings = ("s", "ing", "ed", "ational")
    words = [f"{a}a{b}{ending}" for a in ascii_lowercase for b in ascii_lowercase for ending in endings]
    with ThreadPoolExecutor(8) as threads:
        at_once = list(threads.map(stem.__wrapped__, words))
    assert at_once == [stem(word) for word in words]


@pytest.mark.parametrize("text", ["", " \n", "?!", "\x00", "* ( ) ^", "🦉", "\ud800", "{}$\\"])
def test_text_without_letters_and_digits_has_no_terms(text: str) -> None:
    assert list(tokenize(text)) == []


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("multi-task", ["multi", "task", "multitask"]),
        ("state-of-the-art", ["state", "of", "the", "art"]),
        ("E(n)-equivariant", ["equivariant", "en", "nequivariant"]),
        ("1,000 at 0.5%", ["1000", "at", "0.5"]),
        ("the owl's", ["the", "owl", "s"]),
    ],
)
def test_a_compound_gives_its_parts_and_short_ones_joined(text: str, terms: list[str]) -> None:
    assert list(tokenize(text)) == terms


def test_very_long_words_and_numbers_are_cut() -> None:
    assert [len(word) for text in ("y" * 2_000, "1." * 999 + "1") for word in tokenize(text)] == [MAX_WORD_LENGTH] * 2


def test_content_words_exclude_stop_words() -> None:
    assert content_words("The owls do hear it, as voles.") == {"owls", "hear", "voles"}
    assert content_stems("The owls do hear it, as voles.") == {"owl", "hear", "vole"}


def test_the_terms_of_a_question_are_distinct_content_words_and_not_too_many() -> None:
    assert content_terms("Which owls hear the owls of x and 3?") == ["owls", "hear", "3"]
    assert len(content_terms(" ".join(f"owl{n}" for n in range(1_000)))) < 100


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which papers speed up diffusion depth?", ["speed", "diffusion", "depth"]),
        ("What is γ-MoD, and is MOD naïve?", ["gamma", "mod", "gammamod", "naive"]),
        ("Please tell me about the studies that you have.", []),
        ("Is 3 more than 1,000 in R?", ["3", "1000"]),
        ("depth of depths and the DEPTH of 3-D", ["depth", "depths", "3d"]),
        ("multi-task state-of-the-art", ["multi", "task", "multitask", "state", "art"]),
        ("?!", []),
        ("", []),
    ],
)
def test_content_terms_are_normalized_and_compounds_split(question: str, expected: list[str]) -> None:
    assert content_terms(question) == expected


def test_the_parts_of_a_compound_are_content_words_of_their_own() -> None:
    text = "The barn-owl hears 0.5 x"
    assert [text[start:end] for start, end in content_word_offsets(text)] == ["barn", "owl", "hears", "0", "5"]
