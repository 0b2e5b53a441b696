"""The file formats that can be read. To add one, write a module with `matches` and `read`, and list it in `FORMATS`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rag.paper import Paper
from rag.sources import bibtex, json_records, tables
from rag.sources.skipped import Skipped
from rag.sources.tagged import medline, refer, ris, wos
from rag.sources.text import labelled, listing, markdown
from rag.sources.text_file import TextFile
from rag.sources.xml_records import arxiv, endnote, pubmed


@dataclass(frozen=True, slots=True)
class Format:
    """How files of one format are called, found in a folder, recognised and read."""

    name: str
    extensions: tuple[str, ...]  # of the files that are read when a folder is given
    matches: Callable[[str], bool]  # whether the head of a file is in this format
    read: Callable[[TextFile], Iterator[Paper | Skipped]]


# The first that matches the head of a file reads it, whatever the extension.
FORMATS = (
    Format("JSON", (".jsonl", ".json", ".ndjson", ".jl"), json_records.matches, json_records.read),
    Format("PubMed XML", (".xml",), pubmed.matches, pubmed.read),
    Format("EndNote XML", (".xml",), endnote.matches, endnote.read),
    Format("arXiv Atom feed", (".xml", ".atom"), arxiv.matches, arxiv.read),
    Format("MEDLINE", (".nbib", ".medline"), medline.matches, medline.read),
    Format("Web of Science", (".ciw",), wos.matches, wos.read),
    Format("RIS", (".ris",), ris.matches, ris.read),
    Format("refer (EndNote)", (".enw", ".refer"), refer.matches, refer.read),
    Format("BibTeX", (".bib", ".bibtex", ".biblatex"), bibtex.matches, bibtex.read),
    Format("table (CSV, TSV)", (".csv", ".tsv", ".tab"), tables.matches, tables.read),
    Format("Markdown", (".md", ".markdown"), markdown.matches, markdown.read),
    Format("labelled text", (".txt", ".text"), labelled.matches, labelled.read),
    Format("listing page", (".txt", ".text"), listing.matches, listing.read),
)
