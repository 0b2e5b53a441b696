"""LlamaIndex is imported by one thread at a time."""

from __future__ import annotations

import subprocess
import sys

import pytest

# While the page opens the model, which loads prompts, somebody tests another model.
MEANWHILE = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from rag.llm import prompts
from rag.llm.importing import import_llama_index

def second():
    while sys.argv[1] not in sys.modules:
        time.sleep(0)
    import_llama_index()
    from llama_index.core.llms import ChatMessage

with ThreadPoolExecutor(2) as threads:
    for call in [threads.submit(second), threads.submit(prompts.load, "judge")]:
        call.result()
"""


@pytest.mark.parametrize("begun", ["bridge.pydantic", "indices", "base.base_query_engine"])
def test_threads_that_need_it_at_once_both_get_it(begun: str) -> None:
    command = [sys.executable, "-c", MEANWHILE, f"llama_index.core.{begun}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")
