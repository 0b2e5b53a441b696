"""What a question wants, decided by linear classifiers over its embedding, before anything is searched.

They are fitted to examples, `frames.txt` and `utterances.txt`, by `rag.query.route_training`. They see a question
twice: as it is, and as a frame, in which every word that belongs to no frame counts as a topic. Of the first alone, the
topic decides too often: "link prediction" would ask for a link.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, get_args

from rag.query.intent import Intent, Wish

if TYPE_CHECKING:
    import numpy as np

    from rag.models.encoding import Embedding

FRAMES, UTTERANCES, WEIGHTS = (Path(__file__).parent / name for name in ("frames.txt", "utterances.txt", "routes.npz"))
MIN_ROUTE_PROBABILITY = 0.5  # of anything but a search, which is the default
TOPIC = "X"  # stands for a topic in a frame

_LABEL = re.compile(r"\[(topics|search|" + "|".join(get_args(Wish) + get_args(Intent)) + r")\]")
_PIECE = re.compile(r"\[\d+\]|\w+(?:['’]\w+)*|[?!.,:]")
_YEAR = re.compile(r"(?:19|20)\d\d")
_CONTRACTED = re.compile(r"\b(what|who|where|how|that|there)s\b", re.IGNORECASE)  # "whats"
_LIMIT = re.compile(r"\b(\d{1,2})\s+(?=(?:newest|latest|most\s+recent|oldest|earliest)\b)", re.IGNORECASE)


class Example(NamedTuple):
    """Something that people type, and the label of its group: a `Wish`, an `Intent`, "search" or "topics"."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Route:
    """What a question wants: a `wish`, or None if it is to be searched for, and then the `intents`, likeliest first."""

    wish: Wish | None
    intents: tuple[Intent, ...]


class Router:
    """Decides what questions want. `embedding` is the bundled one, to which the classifiers were fitted."""

    def __init__(self, embedding: Embedding) -> None:
        import numpy as np

        self._embedding = embedding
        with np.load(WEIGHTS, allow_pickle=False) as weights:
            self._weights = dict(weights)

    def __call__(self, question: str) -> Route:
        """What `question` wants. By default it is searched for."""
        seen = features([question], self._embedding)[0]
        wishes, intents = self._probabilities("wish", seen), self._probabilities("intent", seen)
        wish = next((one for one in get_args(Wish) if wishes[one] >= MIN_ROUTE_PROBABILITY), None)
        return Route(wish, tuple(sorted(get_args(Intent), key=lambda intent: -intents[intent])))

    def _probabilities(self, name: str, seen: np.ndarray) -> dict[str, float]:
        """The probability of each label by the classifier `name`."""
        import numpy as np

        logits = self._weights[f"{name}_coefficients"] @ seen + self._weights[f"{name}_intercepts"]
        shares = np.exp(logits - logits.max())
        return dict(zip(self._weights[f"{name}_labels"].tolist(), (shares / shares.sum()).tolist(), strict=True))


def features(questions: Sequence[str], embedding: Embedding) -> np.ndarray:
    """What the classifier sees: float32 of (questions, 2 × dimensions)."""
    import numpy as np

    texts = [plain(question) for question in questions] + [frame(question) for question in questions]
    vectors = np.array([encoded.vector for encoded in embedding.encode_queries(texts)])
    return np.concatenate([vectors[: len(questions)], vectors[len(questions) :]], axis=1)


def plain(question: str) -> str:
    """`question` in lower case, with the same year and citation number in place of any."""
    return re.sub(r"\[\d+\]", "[2]", re.sub(r"\b(?:19|20)\d\d\b", "2020", _unified(question.lower())))


def frame(question: str) -> str:
    """`question` with TOPIC in place of all words in a row that occur in no frame: "how many papers use X?"."""
    words: list[str] = []
    for piece in _PIECE.findall(_unified(question)):
        word = _framed(piece)
        if word != TOPIC or words[-1:] != [TOPIC]:
            words.append(word)
    return re.sub(r" (?=[?!.,:])", "", " ".join(words))


def topic(question: str) -> str:
    """The piece of `question` from its first word that occurs in no frame to the last such word of that sentence.

    "" if every word occurs in a frame. Quotation marks are left out: messages quote it again.
    """
    for sentence in re.split(r"[?!]|[.:;]\s", _unified(question)):
        if pieces := [piece for piece in _PIECE.finditer(sentence) if _framed(piece[0]) == TOPIC]:
            return re.sub(r'["“”„]', "", sentence[pieces[0].start() : pieces[-1].end()])
    return ""


def limit(question: str) -> int:
    """How many papers `question` asks for: 5 for "the 5 newest papers"; 0 if it does not say."""
    match = _LIMIT.search(question)
    return int(match[1]) if match else 0


def is_topical(word: str, of: Wish | None = None) -> bool:
    """Whether `word` occurs in no frame, or in none `of` this wish, and so belongs to the topic of a question."""
    return _framed(word, of) == TOPIC


def read_examples(path: Path) -> list[Example]:
    """The examples in `path`, where a line "[label]" begins a group and one with # in front is a comment."""
    label, examples = "", list[Example]()
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := _LABEL.fullmatch(line):
            label = match[1]
        elif line and not line.startswith("#"):
            examples.append(Example(label, line))
    return examples


def _unified(question: str) -> str:
    """`question` without a limit, and with the apostrophe of "whats"."""
    return _CONTRACTED.sub(r"\1's", _LIMIT.sub("", question))


def _framed(piece: str, of: Wish | None = None) -> str:
    if piece.startswith("["):
        return "[2]"
    if _YEAR.fullmatch(piece):
        return "2020"
    word = piece.lower().replace("’", "'")
    return word if word in _frame_words(of) or not word[0].isalnum() else TOPIC


@cache
def _frame_words(of: Wish | None) -> frozenset[str]:
    """The words of all frames, or of those `of` a wish."""
    examples = read_examples(FRAMES)
    frames = (example.text for example in examples if example.label == of or not (of or example.label == "topics"))
    words = (piece.lower().replace("’", "'") for text in frames for piece in _PIECE.findall(text))
    return frozenset(words) - {TOPIC.lower()}
