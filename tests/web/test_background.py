"""Work in the background ends with its result or its error, and before the program does."""

from __future__ import annotations

import threading

import pytest

from rag.web.background import in_background


def test_the_result_is_that_of_the_work_which_no_exit_cuts_off() -> None:
    assert in_background(lambda: threading.current_thread().daemon).result(10) is False


def test_an_error_of_the_work_is_raised_by_its_result() -> None:
    with pytest.raises(ZeroDivisionError):
        in_background(lambda: 1 / 0).result(10)
