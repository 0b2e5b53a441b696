"""Python runs this when it starts: has a worker of Ray end as if killed by a paper, or a file, called "Poison"."""

import os
import sys

if any(argument.endswith("default_worker.py") for argument in sys.orig_argv):
    from rag.index import vectors

    texts_of = vectors._texts

    def _texts(paper, model):  # type: ignore[no-untyped-def]
        if paper.title == "Poison":
            os._exit(1)
        return texts_of(paper, model)

    vectors._texts = _texts

    from rag.cluster import worker

    read = worker.read

    def _read(path, columns):  # type: ignore[no-untyped-def]
        if path.stem == "Poison":
            os._exit(1)
        return read(path, columns)

    worker.read = _read
