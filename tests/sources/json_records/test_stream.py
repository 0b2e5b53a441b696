"""How JSON may be laid out and what may be wrong with it, without a record getting lost."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from rag.paper import Paper
from rag.sources import read
from rag.sources.json_records import stream, window
from rag.sources.skipped import Skipped

TITLES = ["Dams at Night", "Reeds in Rain", "Otters on Ice"]
RECORDS: list[dict[str, Any]] = [
    {"title": title, "authors": [{"name": "Maja Lind"}], "abstract": f"We look at {title}. They {{last}}."}
    for title in TITLES
]


def records(tmp_path: Path, text: str) -> list[Paper | Skipped]:
    path = tmp_path / "my.json"
    path.write_text(text, encoding="utf-8")
    return list(read(path))


def titles(found: list[Paper | Skipped]) -> list[str]:
    return [record.title for record in found if isinstance(record, Paper)]


def skips(found: list[Paper | Skipped]) -> list[str]:
    return [str(record) for record in found if isinstance(record, Skipped)]


def indented(value: Any, by: int) -> str:
    return json.dumps(value, indent=by)


LAYOUTS = {
    "lines": "\n".join(map(json.dumps, RECORDS)),
    "lines with blanks between": "\n\n \n".join(map(json.dumps, RECORDS)),
    "lines that end in commas": ",\n".join(map(json.dumps, RECORDS)) + ",",
    "nothing between": "".join(map(json.dumps, RECORDS)),
    "record separators": "".join(f"\x1e{json.dumps(record)}\n" for record in RECORDS),
    "indented, in a row": "\n".join(indented(record, 2) for record in RECORDS),
    "array in one line": json.dumps(RECORDS),
    "array of lines": "[" + ",\n".join(map(json.dumps, RECORDS)) + "]",
    "indented array": indented(RECORDS, 4),
    "array with line ends alone": indented(RECORDS, 0),
    "array of arrays": json.dumps([RECORDS[:2], RECORDS[2:]]),
    "results": json.dumps({"meta": {"count": 3}, "results": RECORDS, "group_by": []}),
    "references, indented": indented({"references": RECORDS}, 2),
    "items in a message": json.dumps({"status": "ok", "message": {"facets": {}, "items": RECORDS}}),
    "pages in lines": "\n".join(json.dumps({"total": 3, "data": [record]}) for record in RECORDS),
    "each in an object": json.dumps({"data": [{"citedPaper": record} for record in RECORDS]}),
    "by id": json.dumps({str(n): record for n, record in enumerate(RECORDS)}),
    "search with a title": json.dumps({"title": "My search", "items": RECORDS}),
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_every_record_is_found_however_it_is_laid_out(tmp_path: Path, text: str) -> None:
    found = records(tmp_path, text)
    assert (titles(found), skips(found)) == (TITLES, [])


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_a_file_that_is_longer_than_the_window_is_read_whole(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "AHEAD", 250)
    monkeypatch.setattr(stream, "MAX_RECORD", 250)
    found = records(tmp_path, text)
    assert (titles(found), skips(found)) == (TITLES, [])


def test_one_object_is_a_record_and_not_the_list_of_its_references(tmp_path: Path) -> None:
    assert titles(records(tmp_path, json.dumps(RECORDS[0] | {"references": RECORDS[1:]}))) == TITLES[:1]


@pytest.mark.parametrize("by", [None, 0, 2])
def test_a_skip_tells_the_line_where_its_record_begins(tmp_path: Path, by: int | None) -> None:
    lines = json.dumps([*RECORDS, {"title": "Nothing Said"}, RECORDS[0]], indent=by).split("\n")
    text = "\n".join(["", *lines])
    line = text[: text.index("Nothing Said")].rindex("{")
    assert skips(records(tmp_path, text)) == [f"my.json:{text.count(chr(10), 0, line) + 1}: no abstract: Nothing Said"]


def test_values_that_strict_parsers_refuse_are_read(tmp_path: Path) -> None:
    line = json.dumps(RECORDS[0], ensure_ascii=False)[:-1]
    number = "9" * 6000
    text = f'{line}, "a": NaN, "b": [-Infinity], "c": "\ttab\u2028", "d": "\\ud83d", "e": {number}, "f": {number}.5}}'
    found = records(tmp_path, f"{text}\n{json.dumps(RECORDS[1])}")
    assert (titles(found), skips(found)) == (TITLES[:2], [])


def test_a_key_that_is_there_twice_keeps_the_value_that_is_one(tmp_path: Path) -> None:
    (found,) = records(tmp_path, '{"title": "Dams", "abstract": "Beavers build.", "title": null, "abstract": ""}')
    assert isinstance(found, Paper)
    assert (found.title, found.abstract) == ("Dams", "Beavers build.")


def damaged(record: dict[str, Any], by: int | None) -> dict[str, str]:
    text = json.dumps(record, indent=by)
    middle = text.index("Reeds") + 2
    return {
        "cut in a string": text[:middle],
        "cut in a list": text[: text.index('"Maja')],
        "without an end": text[:-1],
        "a quotation mark more": text[:middle] + '"' + text[middle:],
        "a bracket less": text.replace("]", "", 1),
        "a comma less": text.replace(",", "", 1),
        "a comma more": text.replace("}]", "},]") if by is None else text.replace('Lind"', 'Lind",'),
        "a word": text.replace('"Maja Lind"', "None"),
        "nested too deeply": text[:-1] + ', "x": ' + "[" * 5_000 + "]" * 5_000 + "}",
    }


DAMAGES = [(by, name) for by in (None, 2) for name in damaged(RECORDS[1], by)]


@pytest.mark.parametrize(("by", "damage"), DAMAGES)
@pytest.mark.parametrize("layout", ["in a row", "array"])
def test_a_broken_record_costs_no_other(tmp_path: Path, layout: str, by: int | None, damage: str) -> None:
    first, last = json.dumps(RECORDS[0], indent=by), json.dumps(RECORDS[2], indent=by)
    parts = [first, damaged(RECORDS[1], by)[damage], last]
    if layout == "array":
        inner = ["\n".join(f"  {line}" for line in part.split("\n")) for part in parts]
        text = "[\n" + ",\n".join(inner) + "\n]"
    else:
        text = "\n".join(parts)
    found = records(tmp_path, text)
    assert titles(found) == [TITLES[0], TITLES[2]]
    (said,) = skips(found)
    line = first.count("\n") + 2 + (layout == "array")
    assert said.startswith(f"my.json:{line}: not JSON: ")


def test_a_broken_record_in_an_array_in_one_line_costs_no_other(tmp_path: Path) -> None:
    text = json.dumps({"results": RECORDS}).replace(' "Reeds in Rain"', ' "Reeds in "Rain"')
    found = records(tmp_path, text)
    assert titles(found) == [TITLES[0], TITLES[2]]
    assert skips(found) == ["my.json:1: not JSON: Expecting ',' delimiter in line 1: Reeds in"]


def test_a_record_that_ends_in_the_next_costs_no_other(tmp_path: Path) -> None:
    text = json.dumps(['2" reeds', '3" reeds', '4" reeds'])
    first, second, third = (json.dumps({"title": one, "abstract": f"We cut {one}."}) for one in json.loads(text))
    found = records(tmp_path, f"[{first[:30]}, {second}, {third}]")
    assert titles(found) == ['3" reeds', '4" reeds']
    assert len(skips(found)) == 1


def test_parts_of_a_broken_record_are_not_taken_for_the_next(tmp_path: Path) -> None:
    authors = {"authors": [{"id": 7, "name": "Maja Lind"}, {"id": 8, "name": "Josef Okaf"}]}
    works = [RECORDS[0] | authors, {"id": 1} | RECORDS[1] | authors, RECORDS[2] | authors]
    found = records(tmp_path, json.dumps(works).replace('"title": "Reeds', '"title: "Reeds'))
    assert titles(found) == [TITLES[0], TITLES[2]]
    assert len(skips(found)) == 1


@pytest.mark.parametrize("wrapper", [{"meta": {"count": 3}}, {"title": "My search"}])
def test_a_broken_record_in_a_wrapper_is_reported_and_not_the_wrapper(tmp_path: Path, wrapper: dict[str, Any]) -> None:
    text = json.dumps(wrapper | {"results": RECORDS}).replace("in Rain", "in Rain\\")
    found = records(tmp_path, text)
    assert titles(found) == [TITLES[0], TITLES[2]]
    (said,) = skips(found)
    assert ": Reeds in Rain" in said


def test_the_first_record_of_a_wrapper_may_be_broken_before_its_title(tmp_path: Path) -> None:
    works = json.dumps({"meta": {"count": 3}, "results": [{"id": "a"} | record for record in RECORDS]})
    found = records(tmp_path, works.replace('"id": "a"', '"id": a', 1))
    assert titles(found) == TITLES[1:]
    assert len(skips(found)) == 1


def test_the_first_record_of_a_wrapper_may_be_broken(tmp_path: Path) -> None:
    text = indented({"meta": {"count": 3}, "results": RECORDS}, 2).replace('"title": "Dams', '"title": Dams', 1)
    found = records(tmp_path, text)
    assert titles(found) == TITLES[1:]
    assert len(skips(found)) == 1


@pytest.mark.parametrize("text", [json.dumps(RECORDS), "\n".join(map(json.dumps, RECORDS)), indented(RECORDS, 2)])
def test_a_file_that_is_cut_off_gives_what_is_whole(tmp_path: Path, text: str) -> None:
    found = records(tmp_path, text[: text.index("They {last}", text.index("Otters"))])
    assert titles(found) == TITLES[:2]
    (said,) = skips(found)
    assert said.endswith("cut off at the end of the file: Otters on Ice")


def test_a_list_that_is_cut_off_between_records_is_not_taken_for_whole(tmp_path: Path) -> None:
    found = records(tmp_path, json.dumps({"results": RECORDS}).removesuffix("]}"))
    assert titles(found) == TITLES
    assert skips(found) == ["my.json:1: cut off at the end of the file: brackets are still open"]


def test_a_packed_file_that_is_cut_off_gives_what_there_is(tmp_path: Path) -> None:
    lines = "".join(json.dumps(RECORDS[0] | {"title": f"Dam {n}", "n": str(3 ** (n + 99))}) + "\n" for n in range(500))
    packed = gzip.compress(lines.encode())
    path = tmp_path / "my.jsonl.gz"
    path.write_bytes(packed[: len(packed) // 2])
    found = list(read(path))
    names = titles(found)
    assert len(names) > 100
    assert names == [f"Dam {n}" for n in range(len(names))]
    assert skips(found) == [f"my.jsonl.gz:{len(names) + 1}: the file is cut off: download it again"]


def test_other_text_between_lines_is_reported_and_passed(tmp_path: Path) -> None:
    first, *rest = map(json.dumps, RECORDS)
    found = records(tmp_path, "\n".join([first, "502 [Bad] Gateway", *rest]))
    assert titles(found) == TITLES
    assert skips(found) == ["my.json:2: not JSON: “502 [Bad] Gateway”"]


def test_other_text_within_a_line_is_reported_and_passed(tmp_path: Path) -> None:
    found = records(tmp_path, json.dumps(RECORDS).replace("}, {", "}, <br> {"))
    assert titles(found) == TITLES
    assert len(skips(found)) == 2


@pytest.mark.parametrize("words", [250_000, 700_000])
def test_a_record_that_is_too_long_costs_no_other(tmp_path: Path, words: int) -> None:
    long = RECORDS[1] | {"body": "reed " * words}
    found = records(tmp_path, json.dumps([RECORDS[0], long, RECORDS[2]], indent=1))
    assert titles(found) == [TITLES[0], TITLES[2]]
    assert skips(found) == ["my.json:11: more than 1,000,000 characters: Reeds in Rain"]


@pytest.mark.parametrize(
    "text",
    ["[" * 300_000, '{"title": "Dams"}' + "[{" * 300_000, '{"title":' * 100_000, '{"title": "' * 100_000],
    ids=["arrays", "objects in arrays", "objects", "strings"],
)
def test_brackets_without_end_are_survived(tmp_path: Path, text: str) -> None:
    found = records(tmp_path, f"{json.dumps(RECORDS[0])}\n{text}\n{json.dumps(RECORDS[1])}\n")
    assert titles(found) == TITLES[:2]
    assert skips(found) != []


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "my.json"
    filler = json.dumps({"title": "No Abstract", "n": "x" * 10_000})
    with path.open("w") as file:
        file.write('{"results": [')
        for _ in range(2_000):  # 20 MB in one line
            file.write(f"{filler}, ")
        file.write(json.dumps(RECORDS[0]) + "]}")
    tracemalloc.start()
    found = sum(isinstance(record, Paper) for record in read(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == 1
    assert peak < 12_000_000
