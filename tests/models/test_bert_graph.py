"""The graph in the source is the one that its script writes."""

from __future__ import annotations

from pathlib import Path

from rag.models.bert_graph import GRAPH_FILE, graph


def test_the_graph_is_what_the_script_writes() -> None:
    assert GRAPH_FILE.read_bytes() == graph().SerializeToString(deterministic=True)


def test_the_graph_holds_no_weights_but_names_all_that_the_model_has(bundled_folder: Path) -> None:
    from safetensors import safe_open

    with safe_open(bundled_folder / "model.safetensors", "np") as weights:
        shapes = {name: weights.get_slice(name).get_shape() for name in weights.keys()}  # noqa: SIM118 # no iterator
    declared = {tensor.name: list(tensor.dims) for tensor in graph().graph.initializer}
    assert declared == {name: shape for name, shape in shapes.items() if name in declared}
    assert {name for name in shapes.keys() - declared.keys() if not name.startswith("pooler.")} <= {
        "embeddings.position_ids"
    }
    assert GRAPH_FILE.stat().st_size < 100_000
