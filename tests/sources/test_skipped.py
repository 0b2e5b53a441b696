"""How a record that is left out is reported."""

from pathlib import Path

from rag.sources.skipped import Skipped


def test_a_skipped_record_is_reported_in_one_line_with_its_file_and_line():
    assert str(Skipped(Path("folder/name.txt"), 12, "reason")) == "name.txt:12: reason"
    assert str(Skipped(Path("folder/name.txt"), 0, "reason")) == "name.txt: reason"
    assert str(Skipped(Path("folder/na\nme.txt"), 0, "reason")) == "na me.txt: reason"
