"""Headings of the parts of papers and other documents, as against titles."""

from __future__ import annotations

import re

from rag.text import normalize

# "2.1 ", "IV. ", "(b) "
NUMBERED = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2}){0,4}[.)]?|[IVX]{1,5}[.)]|[A-Za-z][.)]|\(\w{1,3}\))\s")
# Those of papers, manuals, licences, minutes, CVs and reading notes: what no paper is called.
_PARTS = frozenset(
    name.strip()
    for name in """introduction | background | related work | previous work | literature review | preliminaries
    | methods | method | methodology | materials and methods | our approach | approach | proposed method | datasets
    | experiments | experimental setup | experimental results | experimental design | implementation | evaluation
    | results | results and discussion | discussion | conclusion | conclusions | concluding remarks | outlook
    | conclusion and future work | conclusions and future work | future work | limitations | ethics statement
    | acknowledgement | acknowledgements | acknowledgment | acknowledgments | references | bibliography | works cited
    | further reading | see also | external links | appendix | appendices | supplementary material | abstract | summary
    | keywords | contents | table of contents | preface | foreword | prologue | epilogue | glossary | index | notes
    | note | overview | installation | install | getting started | quick start | quickstart | usage | examples | example
    | requirements | prerequisites | dependencies | features | configuration | settings | options | api | api reference
    | contributing | license | licence | copyright | changelog | release notes | faq | support | contact | about
    | credits | authors | author | roadmap | todo | testing | tests | development | building | build | documentation
    | education | experience | work experience | professional experience | employment | skills | publications | awards
    | languages | interests | hobbies | profile | objective | volunteering | attendees | present | participants | agenda
    | action items | actions | minutes | decisions | next steps | open questions | apologies | any other business
    | definitions | definition | warranty | disclaimer | termination | terms and conditions | preamble | grant of rights
    | ingredients | directions | instructions | preparation | paper | papers | publication | citation | citing | news
    | my thoughts | thoughts | comments | tl dr | tldr | key points | key takeaways | key ideas | motivation
    | contribution | contributions | problem | questions | reason to read | description | concise description | links
    | code | resources | updates | highlights | metadata | tags | strengths | weaknesses | main idea | synopsis
    | description of problem | history | name | options | environment | files | bugs | diagnostics | exit status
    | papers to read | reading list | to read | original paper details | paper details | paper overview
    | details | monday | tuesday | wednesday | thursday | friday | saturday | sunday""".split("|")
)
_COUNTED_PART = re.compile(
    r"(?:chapter|part|section|appendix|act|scene|day|step|figure|fig|table|lesson|week|unit|article|annex|page|version"
    r"|exercise|question|lecture|module|phase|schedule) (?:[ivxlc]{1,6}|\d{1,4}|[a-z]|one|two|three|four|five)\b.{0,80}"
)


def is_part(heading: str) -> bool:
    """Whether `heading` names a part of a document, such as "2.1 Related Work" or "Chapter 3", and no paper."""
    name = normalize(NUMBERED.sub("", heading.strip(), count=1))
    return not name or name in _PARTS or _COUNTED_PART.fullmatch(name) is not None
