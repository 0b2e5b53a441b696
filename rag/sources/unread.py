"""Texts that no reader takes but that can be named, so that a refusal can say what to do instead."""

from __future__ import annotations

import re

_HTML = re.compile(r"\s{0,100}(?:<!doctype html|<html|<head|<body)\b", re.IGNORECASE)
_HTML_TAG = re.compile(
    r"</?(?:a|article|br|div|h[1-6]|li|main|ol|p|section|span|table|td|tr|ul)\b[^<>]{0,500}>", re.IGNORECASE
)
_MANY_TAGS = 0.01  # of the characters begin one
_LATEX = re.compile(r"\\(?:documentclass|begin\{document\}|usepackage)\b")
_PUBMED = re.compile(r"^\s{0,9}\d{1,6}[.:] .{1,200}\b(?:1[89]|20)\d\d\b.{0,200}(?:doi: ?10\.|;\d)", re.MULTILINE)
_FIRST = 2_000  # characters in which the first entry begins
_PMID = re.compile(r"^PMID: \d{1,8}\b", re.MULTILINE)


def named(head: str) -> str:
    """What a file that begins with `head` is, and how to get one that can be read instead; "" if that is not known."""
    if _HTML.match(head) or len(_HTML_TAG.findall(head)) > _MANY_TAGS * len(head):
        return "a web page (HTML): save it as text, or export the references as BibTeX, RIS or CSV"
    if _LATEX.search(head):
        return "a LaTeX document: give its bibliography (.bib), or the references as RIS or CSV"
    if _PUBMED.search(head[:_FIRST]) and _PMID.search(head):
        return "PubMed's text of abstracts: save the search in the format PubMed or as XML"
    return ""
