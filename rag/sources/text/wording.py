"""What titles, abstracts and names look like, as against headings, letters, code, references and other text."""

from __future__ import annotations

import re

from rag.paper import MAX_TITLE
from rag.sources.names import is_suffix
from rag.sources.text.parts import NUMBERED, is_part

PROSE_WORDS = 30  # no title has as many words
SENTENCE_WORDS = 5  # a text with at least as many words that ends in a period is a sentence
JUDGED_CHARS = 2_000  # of an abstract; the rest is as its beginning
_MIN_LETTERS = 0.65  # of the characters of a title or an abstract; code, tables and numbers have fewer
_MIN_LOWER = 0.5  # of the words of an abstract; names and shouted licences have fewer
_MAX_TALK = 0.02  # of the words of an abstract; letters have more

_LABEL = re.compile(
    r"(?:from|to|cc|bcc|subject|re|fwd?|date|sent|reply-to|message-id|title|abstract|authors?|by|editors?|keywords?|tags?"
    r"|tel|phone|fax|e-?mail|address|attendees|present|agenda|location|venue|time|when|where|note|todo|fixme|warning"
    r"|error|info|debug|summary|status|version|license|licence|url|doi|isbn|issn|year|journal|publisher|pages?|volume"
    r"|usage|example|question|answer|q|a|p\.?\s?s\.?|chair|minutes|apologies|name|author|copyright|source)\s?[:=]",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"""(?:dear|hi|hello|hey|greetings|to\ whom|good\ (?:morning|afternoon|evening)|best(?:\ regards|\ wishes|,)|regards
    |(?:kind|warm)(?:est)?\ regards|sincerely|yours|cheers|thanks|thank\ you|many\ thanks|sehr\ geehrte[rs]?|liebe[rs]?
    |cher|chère|estimad[oa]s?|mit\ freundlichen|cordialement|atentamente)\b""",
    re.IGNORECASE | re.VERBOSE,
)
# What is in code, data, addresses and sentences that go on, and in no title.
_CODE = re.compile(
    r"""[{}<>;|\\=~`©] | \w_\w | [,:&]$ | \w\(\) | \(\w+\): | :: | :[a-z]{2,9}: | -> | // | @\w | \w@ | www\. | \(c\)\s
    | ^\W*(?:def|class|import|return|include|function|var|const|let|SELECT|INSERT|CREATE)\s | ^(?:copyright|licensed)\b
    | \.(?:py|txt|md|html?|js|c|h|json|csv|pdf|exe)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_CELLS = re.compile(r"[\w-]+(?:[,;|][\w-]+)+")  # the heading of a table
_TITLE_START = re.compile(r"[\w\"'“”‘’«„(\[¿¡$…–—‘§αβγλμε]")
_LOG = re.compile(r"\[?\d{1,4}[-/:.]\d{1,2}[-/:.]\d{1,4}|\[?(?:INFO|DEBUG|WARN(?:ING)?|ERROR|FATAL|TRACE)\b")
_FORMULA = re.compile(r"\$[^$]{1,200}\$")
_ASSIGNED = re.compile(r"[\w.\[\], |]{0,60}=\s?[\"'(\[{]")
_CITED = re.compile(r"\((?:1[89]|20)\d\d[a-z]?\)|\b(?:pp|vol|no|eds?)\.\s?\d|\bet al\b|\bdoi\b", re.IGNORECASE)
_REFERENCE_START = re.compile(r"[\[(]?\d{1,4}[\])]|\d{1,3}\.\s|[•*>#|+-]\s|\[\w{1,12}\]")
_INITIAL = re.compile(r"\b[A-Z]\.")
_LEGAL = re.compile(
    r"\bhereby|warrant(?:y|ies)|licensee|licensor|copyright|redistribut|all rights reserved|merchantab|indemnif"
    r"|\bliable|(?:is|are) licensed|this (?:licen[cs]e|agreement)\b|without limitation",
    re.IGNORECASE,
)
_TALK = re.compile(
    r"\b(?:you|your|yours|please|thanks?|dear|sincerely|regards|hello|hi|tomorrow|yesterday|me|my|myself)\b"
    r"|\b(?:do|does|did|is|was|are|were|ca|could|should|would|wo|has|have|had)n['’]t\b|\w['’](?:ll|re|ve|m|d)\b"
    r"|\b(?:let|it|that|there|he|she)['’]s\b|(?<!Type )(?<!Phase )(?<!Part )(?<!Class )\bI (?=[a-z])|[?!]{2}|!\s|>\s?>",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"</?[a-z][a-z0-9]{0,15}(?:\s[^<>]{0,200})?/?>|[{};]\s*$|^\W*[{<]|``|:`|\.\.\ \w+::"
    r"|\\(?:begin|end|(?:sub)*section|chapter|item|documentclass|usepackage|label|caption|cite[pt]?)\b",
    re.IGNORECASE,
)
_PARTICLES = "de da do del della der den di du dos la le van von zu ten ter bin ibn al el e y".split()
_NAME_PART = re.compile(r"(?:[^\W\d_]\.[-–]?){1,4}|[^\W\d_][^\W\d_'’.-]*(?:[-'’‐.][^\W\d_]+)*\.?")
_BETWEEN_NAMES = re.compile(r" ?(?:[,;·•|&]|\band\b|\bet\b|\bund\b|\by\b) ?")
_NOTE_MARKS = re.compile(r"[\d*†‡§¶⋆,∗^]{1,20}$")
_OTHERS = re.compile(r",?\s(?:et al|and others|and colleagues)\.?$")


def is_long(text: str) -> bool:
    """Whether `text` is longer than any title."""
    return len(text.split(maxsplit=PROSE_WORDS)) >= PROSE_WORDS


def is_prose(text: str) -> bool:
    """Whether `text` is a sentence or longer than any title."""
    is_sentence = text.rstrip("\"')]”’").endswith((".", "…")) and len(text.split()) >= SENTENCE_WORDS
    return is_sentence or is_long(text)


def is_title(text: str) -> bool:
    """Whether `text`, on one line, may be the title of a paper: short, and no label, greeting, code or reference."""
    text = _FORMULA.sub("x", text)
    if (
        is_long(text)
        or len(text) > MAX_TITLE
        or not _TITLE_START.match(text)
        or is_part(text)
        or _CELLS.fullmatch(text)
    ):
        return False
    first = text.split()[0]
    if first.isalpha() and first.islower():
        return False
    if text.endswith(".") and len(text.split()) >= SENTENCE_WORDS:
        return False
    begins_otherwise = any(pattern.match(text) for pattern in (NUMBERED, _LABEL, _GREETING, _LOG))
    return not begins_otherwise and not _CODE.search(text) and not _CITED.search(text) and _is_wordy(text)


def is_assignment(text: str) -> bool:
    """Whether `text` is what stands behind a name in code: ``str = "…"``."""
    return _ASSIGNED.match(text) is not None


def is_abstract(text: str) -> bool:
    """Whether `text`, on one line, may be an abstract: prose, and no letter, licence, code or reference."""
    text = text[:JUDGED_CHARS]
    words = text.split()
    if len(words) < SENTENCE_WORDS or not _is_wordy(text) or words[0][0].islower() or is_reference(text):
        return False
    lower = sum(word[0].islower() for word in words)
    talk = len(_TALK.findall(text))
    return (
        lower >= _MIN_LOWER * len(words)
        and not (talk > 1 and talk > _MAX_TALK * len(words))
        and not _LEGAL.search(text)
        and not _MARKUP.search(text)
        and not _LABEL.match(text)
        and not _GREETING.match(text)
    )


def is_talk(text: str) -> bool:
    """Whether `text` speaks to someone, or of its writer."""
    return _TALK.search(text[:JUDGED_CHARS]) is not None


def is_reference(text: str) -> bool:
    """Whether `text` begins as an entry of a list, such as "[1] A. Lind …" or "Lind, M., & Okaf, J. (2023). …"."""
    return bool(_REFERENCE_START.match(text)) or (
        len(_INITIAL.findall(text[:100])) > 1 and bool(_CITED.search(text[:300]))
    )


def is_names(text: str) -> bool:
    """Whether `text` is a list of at least two names of people, or one "et al."."""
    listed, others = _OTHERS.subn("", " ".join(text.split()).removeprefix("by ").removeprefix("By "))
    names = [_NOTE_MARKS.sub("", name) for name in _BETWEEN_NAMES.split(listed)]
    names = [name for name in names if name and not is_suffix(name)]
    return len(names) + others > 1 and all(map(is_name, names))


def is_name(text: str) -> bool:
    """Whether `text` may be the name of a person: two to five words, each capitalised, an initial or "van"."""
    words = text.split()
    return 2 <= len(words) <= 5 and all(
        word.lower() in _PARTICLES or (word[0].isupper() and _NAME_PART.fullmatch(word)) for word in words
    )


def _is_wordy(text: str) -> bool:
    """Whether most of `text` is letters, and there is a word in it."""
    solid = text.replace(" ", "")
    letters = sum(character.isalpha() for character in solid)
    return letters >= _MIN_LETTERS * len(solid) and re.search(r"[^\W\d_]{2}", text) is not None
