"""Whether a question is in another language than English, the one that abstracts and embeddings are made for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from rag.language.tokens import STOP_WORDS, stem, tokenize

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LANGUAGES = {
    "ar": "Arabic",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "es": "Spanish",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
MIN_LANGUAGE_PROBABILITY = 0.95  # a few words of English are taken for another language with less
MIN_FOREIGN_WORDS = 3  # words written with spaces: two are often names
MIN_UNKNOWN_SHARE = 0.4  # of the words of a foreign question that neither the collection nor English has


def foreign_language(question: str, doc_freq: Callable[[str], int]) -> str:
    """The language of `question` in English, "" if it is English or not certain.

    `doc_freq` is the number of papers that have a stem. Only where many words are unknown is the language looked for,
    which takes a second the first time.
    """
    words = list(tokenize(question))
    is_latin = all(ord(letter) < 0x250 for letter in question if letter.isalpha())
    unknown = [word for word in words if word not in STOP_WORDS and not doc_freq(stem(word))]
    if is_latin and (len(words) < MIN_FOREIGN_WORDS or len(unknown) < MIN_UNKNOWN_SHARE * len(words)):
        return ""
    # Terms are alike in many languages: "Wie funktioniert ein Variational Autoencoder?"
    language, probability = max(map(_identifier().classify, (question, " ".join(unknown))), key=lambda found: found[1])
    return LANGUAGES.get(language, "") if probability >= MIN_LANGUAGE_PROBABILITY else ""


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(["en", *LANGUAGES])
    return identifier
