"""Which entries and fields are found in BibTeX, as its rules want it and as people write it."""

from __future__ import annotations

import random

import bibtexparser
import pytest

from rag.sources.bibtex.scanner import Broken, Entry, scan
from rag.sources.bibtex.segments import MAX_ENTRY


def scanned(text: str) -> list[Entry | Broken]:
    return list(scan(enumerate(text.split("\n"), 1)))


def entries(text: str) -> list[Entry]:
    found = scanned(text)
    assert [entry for entry in found if isinstance(entry, Broken)] == []
    return [entry for entry in found if isinstance(entry, Entry)]


def fields(text: str) -> dict[str, str]:
    (entry,) = entries(text)
    return entry.fields


def generated(seed: int) -> str:
    """Well-formed BibTeX of the kind that reference managers write."""
    pick = random.Random(seed)
    words = ["Reeds", "{G}rass", r"M{\"u}ller", "5\\%", "$x_{1}$", "a, b", "= 3", "{{nested} pair}", "(so)", "é", "#1"]
    lines = []
    for number in range(pick.randint(1, 5)):
        names = pick.sample(["title", "author", "abstract", "doi", "Unique-ID", "bdsk-url-1", "keywords"], 4)
        lines.append(f"@{pick.choice(['article', 'Book', 'SOFTWARE'])}{{key:{number}-{seed},")
        for name in names:
            value = pick.choice([" ", "\n   "]).join(pick.choices(words, k=pick.randint(1, 9)))
            opening, closing = pick.choice(["{}", '""'])
            lines.append(f"  {name}{pick.choice(['=', ' = '])}{opening}{value}{closing},")
        lines += [f"  year = {pick.randint(1900, 2030)}", "}", ""]
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(40))
def test_well_formed_entries_have_the_fields_that_bibtexparser_finds(seed: int) -> None:
    text = generated(seed)
    expected = bibtexparser.parse_string(text)
    assert expected.failed_blocks == []
    assert [(entry.line - 1, entry.key, entry.fields) for entry in entries(text)] == [
        (entry.start_line, entry.key, {field.key.lower(): field.value for field in entry.fields})
        for entry in expected.entries
    ]


def test_macros_and_pieces_are_joined() -> None:
    text = """@string(who = "Lind, Maja")
    @STRING{both = who # " and " # {Okaf, Jo}}
    @misc{k, author = BOTH # { and others}, title = "Of " # {"quoted"} # " reeds",
    month = 10 # "~" # jan, year = 2021}"""
    assert fields(text) == {
        "author": "Lind, Maja and Okaf, Jo and others",
        "title": 'Of "quoted" reeds',
        "month": "10~jan",
        "year": "2021",
    }


@pytest.mark.parametrize(
    ("start", "key"),
    [
        ("@misc{a:b/c+d,", "a:b/c+d"),
        ("@misc{,", ""),
        ("@misc{", ""),
        ("@misc{Lind,T2019,", "Lind,T2019"),
        ("@misc{Maja Lind_2019 ,", "Maja Lind_2019"),
        ("@misc{O'Lind,", "O'Lind"),
        ("@misc{lind2019", "lind2019"),
        ("@misc {\n  lind2019,", "lind2019"),
        ("@misc\n{lind2019,", "lind2019"),
        ("@misc{https://doi.org/10.5555/a,", "https://doi.org/10.5555/a"),
        ("@unheard-of{lind2019,", "lind2019"),
        ("  @ MISC(lind2019,", "lind2019"),
    ],
)
def test_keys_may_be_odd_or_missing(start: str, key: str) -> None:
    (entry,) = entries(f"{start}\n title = {{T (1)}},\n year = 2019)")
    assert (entry.key, entry.fields) == (key, {"title": "T (1)", "year": "2019"})


def test_a_key_may_lack_its_comma() -> None:
    (entry,) = entries("@misc{lind2019 title = {T}}")
    assert (entry.key, entry.fields) == ("lind2019", {"title": "T"})


@pytest.mark.parametrize(
    "inner",
    [
        "title={T}, year={2019}",
        "title={T}, year=2019, ",
        "title={T}\n , year={2019}",
        "title={T},, year=2019,,",
        "title={T}; year={2019}",
        "title={T}\n year={2019}",
        'title="T"\n year="2019"',
        "title={T} year={2019}",
        "title={T}, % year = {1999},\n year={2019}",
        "title={T}},\n year={2019}",
        "title={{T},\n year={2019}",
        "title={{T},\n year={2019}}",
        "title={T,\n year={2019}",
        'title="T,\n year="2019"',
        "title=T,\n year=2019",
    ],
)
def test_separators_may_be_missing_or_too_many(inner: str) -> None:
    (found, following) = entries(f"@misc{{k, {inner}}}\n@misc{{next, title={{U}}}}")
    assert {name: value.strip("{}") for name, value in found.fields.items()} == {"title": "T", "year": "2019"}
    assert following.fields == {"title": "U"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('"a "chain" or "net". So, x = 3."', 'a "chain" or "net". So, x = 3.'),
        ('"a 5", wide screen"', 'a 5", wide screen'),
        (r'"G\"odel"', r"G\"odel"),
        ("{15{{%}. The gain}", "15{{%}. The gain"),
        ("{15%} more. The gain}", "15%} more. The gain"),
        ("{15%}} more. The gain}", "15%}} more. The gain"),
        (r"{The set \{a, b. The gain}", r"The set \{a, b. The gain"),
        ("{a\nx = 1\nand so}", "a\nx = 1\nand so"),
        ("{mail a@b.org\n@home (a system) is}", "mail a@b.org\n@home (a system) is"),
        ("{as in\n@misc{other, title = {V}}\nhere}", "as in\n@misc{other, title = {V}}\nhere"),
    ],
)
def test_a_value_is_whole_whatever_is_in_it(written: str, read: str) -> None:
    (found, following) = entries(f"@misc{{k,\n abstract = {written},\n year = {{2019}}\n}}\n@misc{{n, title={{U}}}}")
    assert found.fields == {"abstract": read, "year": "2019"}
    assert following.fields == {"title": "U"}


@pytest.mark.parametrize(
    "text",
    [
        "@misc{a, title={T}}@misc{b, title={U}} @misc{c, title={V}}, @misc{d, title={W}}",
        "Notes, x = {1}\n\n@misc{a, title={T}}\nand\n@misc{b, title={U}}\n@misc{c, title={V}}\n@misc{d, title={W}} end",
        "```bibtex\n@misc{a, title={T}}\n```\n<pre>@misc{b, title={U}}</pre>\n- @misc{c, title={V}}\n@x{d, title={W}}",
        "@misc{a, title={T}\n@misc{b, title={U},\n@misc{c, title={V}}}\n@misc{d, title={W}",
        '@preamble{{\\x} # "y"}@misc{a, title={T}}@misc{b, title={U}}\n% @misc{n, title={N}}\n@Comment{jabref {x}}\n'
        "@comment{\n@misc{n, title={N}}\n}\n@misc{c, title={V}}\n@comment{ {\n@misc{d, title={W}}",
    ],
)
def test_entries_are_found_between_and_beside_other_text(text: str) -> None:
    assert [(entry.key, entry.fields["title"]) for entry in entries(text)] == list(zip("abcd", "TUVW", strict=True))


def test_repeated_fields_keep_the_first_value_and_all_authors() -> None:
    text = "@misc{k, note={}, note={one}, note={two}, author={Lind, M}, author={Okaf, J}, Early Access Date={MAY}}"
    assert fields(text) == {"note": "one", "author": "Lind, M and Okaf, J", "early-access-date": "MAY"}


@pytest.mark.parametrize(
    "broken",
    [
        "@misc{k, title={T}, abstract={it is cut",
        "@misc{k,\n title={T},\n abstract={of {braces} and",
        '@misc{k, title="T", abstract="it is cut',
        "@misc{k, {}{} }",
        "@misc{k,\n abstract={of {braces},\n Early Access Date={MAY},\n title={T}\n}",
    ],
)
def test_what_is_not_certain_is_named_and_costs_no_other_entry(broken: str) -> None:
    first, found, last = scanned(f"@misc{{a, title={{T}}}}\n{broken}\n\n@misc{{c, title={{V}}}}")
    assert isinstance(first, Entry)
    assert isinstance(found, Broken)
    assert (found.line, found.name) == (2, "k")
    assert isinstance(last, Entry)
    assert last.fields == {"title": "V"}


def test_an_endless_entry_is_bounded() -> None:
    long, last = scanned(f"@misc{{k, title={{{'x' * MAX_ENTRY}}}}}\n@misc{{c, title={{V}}}}")
    assert isinstance(long, Broken)
    assert "more than 1,000,000 characters" in long.reason
    assert isinstance(last, Entry)


@pytest.mark.parametrize("value", ["gone", "gone # gone", "twice", "Gone # Gone"])
def test_a_macro_that_nothing_defines_is_no_abstract(value: str) -> None:
    (entry,) = entries(f"@string{{twice = gone # gone}}\n@misc{{k, abstract = {value}, month = jan}}")
    assert entry.fields == {"abstract": "", "month": "jan"}


def test_macros_cannot_grow_without_bounds() -> None:
    doubling = "\n".join(f"@string{{a{n} = a{n - 1} # a{n - 1}}}" for n in range(1, 60))
    *macros, entry = scanned(f'@string{{a0 = "0123456789"}}\n{doubling}\n@misc{{k, title = a2}}')
    assert {macro.reason for macro in macros if isinstance(macro, Broken)} == {
        "its macros stand for more than 2,000,000 characters"
    }
    assert isinstance(entry, Entry)
    assert entry.fields == {"title": "0123456789" * 4}
