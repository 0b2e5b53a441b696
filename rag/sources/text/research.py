"""Whether a text reports research: how papers speak, in English and its neighbours."""

from __future__ import annotations

import re

from rag.sources.text.wording import JUDGED_CHARS

# Phrases that hardly any other text has, and stems that several of are rare in other text.
_RESEARCH = re.compile(
    r"""\b(?:(?:th[ei]s|the\ present|present|current|our)\ (?:paper|work|study|article|thesis|survey|review|report|book
        |chapter|research|monograph|dissertation|investigation|experiment)s?
    |(?:dieser?|diesem|cet|cette|este|esta|questo)\ (?:arbeit|studie|artikel|beitrag|article|étude|trabajo|artículo
        |estudio|artigo|trabalho|estudo|articolo|lavoro|studio)
    |(?:hypothes|hipótes|hypothès|empiri|benchmark|state-of-the-art|outperform|patients?\b|in\ vitro|in\ vivo
        |theorem)\w{0,15})\b|\b(?:background|objectives?|aims?|purpose|methods?|results|findings|conclusions?)\s?:""",
    re.IGNORECASE | re.VERBOSE,
)
_RESEARCH_SIGN = re.compile(
    r"""\b((?:we|ours?|us|wir|nous|notre|nosotros)\b(?!-)|unser|nuestr|propos|experiment|evaluat|demonstrat|investigat|algorithm
    |algoritm|theor|theór|simulat|dataset|analys|analyz|anális|statisti|measure|mesur|messe?n|gemessen|estimat|clinical
    |m[eé]t(?=h?od)|r[eé]sult|ergebnis|untersuch|stud(?=y|ied|ies)|étud|estud|model|modèl|observ|techni|approach|framework
    |findings|novel|generali[sz]|quantif|correlat|significan|charact[eé]ri|optimi[sz]|network|equation|treat|cells|retriev
    |information|discuss|examin|compar|deriv|effect|increas|obtain|problem|accura|perform|function|structur|relat)""",
    re.IGNORECASE | re.VERBOSE,
)
_WE = re.compile(r"\b(?:we|our|us|wir|nous|nosotros)\b(?!-)", re.IGNORECASE)
_STRONG_SIGN = 2  # ordinary ones that a phrase counts for


def research_signs(abstract: str) -> int:
    """How many different signs there are that `abstract` reports research: 2 or more in nearly every one that does."""
    text = abstract[:JUDGED_CHARS]
    signs = len({sign.lower() for sign in _RESEARCH_SIGN.findall(text)})
    return signs + _STRONG_SIGN * bool(_RESEARCH.search(text))


def is_of_several(text: str) -> bool:
    """Whether the writers of `text` speak of themselves as "we"."""
    return _WE.search(text[:JUDGED_CHARS]) is not None
