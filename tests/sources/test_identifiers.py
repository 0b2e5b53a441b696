"""Identifiers have one spelling each, whatever the file and however they are escaped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.paper import Paper
from rag.sources import read
from rag.sources.identifiers import doi

WILEY = "10.1002/(SICI)1097-0258(19981230)17:24<2815::AID-SIM110>3.0.CO;2-8"
AMS = "10.1175/1520-0469(1963)020<0130:DNF>2.0.CO;2"
SHORT = "10.1002/(SICI)1097<1::AID>3.0.CO;2-#"
LANCET = "10.1016/S0140-6736(20)30183-5"
ABSTRACT = "We listen to forty owls for two winters, under half a metre of snow."


def escaped(name: str) -> str:
    return name.replace("<", "%3C").replace(">", "%3e").replace("#", "%23")


@pytest.mark.parametrize("name", [WILEY, AMS, SHORT, LANCET])
def test_a_doi_is_read_whole(name: str) -> None:
    html = name.replace("<", "&lt;").replace(">", "&gt;")
    tex = name.replace("<", "$<$").replace(">", "$>$")
    spellings = [name, tex, f"doi:{name}", f"https://doi.org/{escaped(name)}", html, f"<{name}>.", f"{name}<br/>"]
    assert {doi(text) for text in spellings} == {f"doi:{name.lower()}"}


def test_a_tag_after_a_doi_is_no_part_of_it() -> None:
    assert doi("10.5555/a<b>3.0</b>") == doi("10.5555/a</i>") == "doi:10.5555/a"


@pytest.mark.parametrize("name", [WILEY, AMS])
@pytest.mark.parametrize("spelling", ["{}", "https://doi.org/{}", "escaped"])
def test_a_paper_has_one_doi_whatever_the_format(tmp_path: Path, name: str, spelling: str) -> None:
    written = f"https://doi.org/{escaped(name)}" if spelling == "escaped" else spelling.format(name)
    ids = {"title": "Owls", "abstract": ABSTRACT, "ids": [written]}
    (tmp_path / "ids.jsonl").write_text(json.dumps(ids))
    (tmp_path / "doi.jsonl").write_text(json.dumps({"title": "Owls", "abstract": ABSTRACT, "doi": written}))
    (tmp_path / "a.csv").write_text(f'title,abstract,doi\nOwls,"{ABSTRACT}",{written}\n')
    (tmp_path / "a.bib").write_text(f"@misc{{k, title={{Owls}}, abstract={{{ABSTRACT}}}, doi={{{written}}}}}")
    (tmp_path / "a.ris").write_text(f"TY  - JOUR\nTI  - Owls\nAB  - {ABSTRACT}\nDO  - {written}\nER  - \n")
    if written.startswith("http"):
        (tmp_path / "url.bib").write_text(f"@misc{{k, title={{Owls}}, abstract={{{ABSTRACT}}}, url={{{written}}}}}")
        (tmp_path / "a.txt").write_text(f"Title: Owls\nURL: {written}\nAbstract: {ABSTRACT}\n")
        (tmp_path / "a.md").write_text(f"# Papers\n\n## Owls\n\n**URL:** {written}\n\n**Abstract:** {ABSTRACT}\n")
    for file in tmp_path.iterdir():
        (paper,) = read(file)
        assert isinstance(paper, Paper), paper
        assert paper.ids == (f"doi:{name.lower()}",), file.name
