"""A library as Zotero exports it to BibTeX, with the faults that such files have, and what must come of it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

SUBJECTS = "owls glaciers harbours lichens violins kettles comets orchards beetles rivers bridges ledgers".split()
METHODS = "counting listening drawing weighing sampling tracing folding boiling timing mapping".split()
PLACES = "Tromsø Łódź Málaga Zürich Århus Coimbra İzmir Gdańsk Tampere Reykjavík".split()
NAMES = [("Lind", "Åsa"), ("Okafor", "Chidi"), ("von der Heide", "Jörg"), ("Nuñez", "Inés"), ("Smith", "J. B.")]
LATEX = str.maketrans(
    {
        "ø": r"{\o}",
        "Ł": r"{\L}",
        "ó": r"{\'o}",
        "ź": r"{\'z}",
        "á": r"{\'a}",
        "ü": r"{\"u}",
        "Å": r"{\AA}",
        "å": r"{\aa}",
    }
    | {
        "İ": r"{\.I}",
        "ń": r"{\'n}",
        "í": r"{\'\i}",
        "ñ": r"{\~n}",
        "é": r"{\'e}",
        "ö": r"{\"o}",
        "&": r"\&",
        "%": r"\%",
    }
)


@dataclass
class Export:
    """The text of a .bib file; the `titles` of the papers in it, the number of `duplicates`, and what is `lost` and
    why. `faulty` entries, by key with their titles, may be lost too.
    """

    text: str = ""
    titles: list[str] = field(default_factory=list)
    duplicates: int = 0
    lost: dict[str, str] = field(default_factory=dict)
    faulty: dict[str, str] = field(default_factory=dict)


def export(records: int, seed: int = 20_000) -> Export:
    """A library of so many entries."""
    rng, made = random.Random(seed), Export("\ufeff")
    for n in range(records):
        title = f"{rng.choice(METHODS).title()} {rng.choice(SUBJECTS)} near {rng.choice(PLACES)}, part {n}"
        abstract = (
            f"We study {rng.choice(SUBJECTS)} & more by {rng.choice(METHODS)} them {n} times. The error is {n % 90} %."
        )
        _add(made, n, title, abstract, rng)
    return made


def _add(made: Export, n: int, title: str, abstract: str, rng: random.Random) -> None:
    """One entry; every tenth or so has a fault."""
    fault = rng.choice([*FAULTS, *[""] * 60])
    authors = " and ".join(f"{{{f}}}, {g}" if " " in f else f"{f}, {g}" for f, g in rng.sample(NAMES, 2))
    fields = {
        "title": f"{{{title.translate(LATEX)}}}",
        "author": f"{{{authors.translate(LATEX)}}}",
        "year": f"{{{1990 + n % 35}}}",
        "month": "jul",
        "doi": f"{{10.5555/zot.{n}}}",
        "abstract": f"{{{abstract.translate(LATEX)}}}",
        "file": f"{{Full Text:files/{n}/a.pdf:application/pdf}}",
        "keywords": "{owls,notion}",
    }
    key, end = f"lind{1990 + n % 35}-{n}", "}"
    if fault in ("no abstract", "no title"):
        del fields[fault.removeprefix("no ")]
        made.lost[key if fault == "no title" else title] = fault
    elif fault == "brace":
        fields["abstract"] = fields["abstract"].replace("{We", "{{We", 1)
        made.faulty[key] = title
    else:
        made.titles.append(title)
        key = {"space in key": f"lind {n}", "empty key": ""}.get(fault, key)
    if fault == "date":
        fields["date"] = f"{{{1990 + n % 35}-05-01}}"
        del fields["year"]
    elif fault == "html":
        fields["abstract"] = "{<jats:p>" + fields["abstract"][1:-1] + "</jats:p>}"
    elif fault == "quotes":
        fields["title"] = f'"{title.translate(LATEX)}"'
    entry = f"@article{{{key},\n" + ",\n".join(f"\t{name} = {value}" for name, value in fields.items()) + f"\n{end}\n\n"
    made.text += entry.replace("\n", "\r\n") if fault == "line ends" else entry
    if fault == "twice":
        made.text += entry.replace(key, f"{key}a", 1)
        made.duplicates += 1
    elif fault == "comment":
        made.text += "@comment{jabref-meta: databaseType:bibtex;}\n\n@string{jan = {January}}\n\n"


FAULTS = "no abstract,no title,brace,space in key,empty key,date,html,quotes,line ends,twice,comment".split(",")
