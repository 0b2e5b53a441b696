"""The terms that papers share."""

from __future__ import annotations

from rag.chat.keyphrases import keyphrases, noun_phrase, noun_phrase_before, occurrences
from rag.paper import Paper

PAPERS = [
    Paper("Barn Owls and Wireless Microphones", "The hearing of barn owls is sharp. We follow BARN OWLS."),
    Paper("A Barn Owl in Town", "A barn owl is rarely seen. We present a novel method for barn owls, in general."),
    Paper("Voles", "We present a novel method for voles. Some fear of Barn Owls is learned from novel methods."),
]


def test_a_term_is_a_noun_phrase_that_several_papers_and_a_title_have() -> None:
    (found,) = keyphrases(PAPERS)
    assert (found.text, found.doc_freq, found.title_freq) == ("barn owls", 3, 2)


def test_names_keep_their_capitals() -> None:
    papers = [Paper("Lie Groups", "The theory of Lie groups is old, as is that of Lie groups.")] * 3
    assert [one.text for one in keyphrases(papers)] == ["Lie groups"]


def test_nothing_verbal_is_a_term() -> None:
    papers = [Paper("Watching Owls", "We learn by watching owls. It is often quickly learned.")] * 3
    assert keyphrases(papers) == []


def test_a_term_is_found_where_it_ends_and_the_longest_where_several_do() -> None:
    papers = [Paper("Young Barn Owls", "We speak of young barn owls, and of barn owls.")] * 3
    phrases = {phrase.stems: phrase for phrase in keyphrases(papers)}
    text = "Barn owl pellets of young barn owls are near a barn owl."
    assert [text[one.start : one.end] for one in occurrences(text, phrases)] == ["young barn owls", "barn owl"]


def test_noun_phrases_end_where_another_word_begins() -> None:
    assert noun_phrase(" severe lupus in adults") == "severe lupus"
    assert noun_phrase("in adults") == noun_phrase("") == ""
    assert noun_phrase("one two three four five six") == ""
    assert noun_phrase_before("A Study of Barn Owls") == "Barn Owls"
    assert noun_phrase_before("The Owls of") == noun_phrase_before("") == ""
