"""Opens the chat in the browser. `python app.py` is `rag chat`, with the same options."""

from __future__ import annotations

import sys

from rag.cli.main import main

if __name__ == "__main__":
    main(["chat", *sys.argv[1:]], prog_name="rag")
