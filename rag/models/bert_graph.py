"""Writes `bert.onnx`, the graph that runs the bundled model without torch: `python -m rag.models.bert_graph`.

The graph is a BERT encoder (Devlin et al. 2019) in the fused operators of onnxruntime. It holds no weights: each
initializer has the name that its tensor has in `model.safetensors`, from where `rag.models.onnx_encoder` supplies it.
Only this script needs the package `onnx`; the file that it writes is part of the source.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto

GRAPH_FILE = Path(__file__).parent / "bert.onnx"
LAYERS, HEADS, HIDDEN, INTERMEDIATE, VOCABULARY_SIZE, POSITIONS, SEGMENTS = 6, 12, 384, 1536, 30_522, 512, 2
_LAYER_NORM_EPSILON = 1e-12  # this and the sizes: config.json of all-MiniLM-L6-v2
_STANDARD_OPERATORS = {"Concat", "MatMul", "Sub", "Transpose"}  # the others are onnxruntime's own
_OPSET, _FUSED_OPSET, _IR_VERSION = 17, 1, 8  # long-established ones, which every onnxruntime of these years reads


class _Graph:
    """Collects the nodes and weights of the graph."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.weights: list[TensorProto] = []

    def weight(self, name: str, *shape: int) -> str:
        """Declares the weight `name`, whose values are elsewhere, and returns the name."""
        from onnx import TensorProto

        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value=name)
        self.weights.append(tensor)
        return name

    def apply(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """Adds a node, and returns the name of its (first) output."""
        from onnx import helper

        name = output or f"{operator}.{len(self.nodes)}"
        outputs = [name, f"{name}.mask"] if operator == "EmbedLayerNormalization" else [name]
        domain = "" if operator in _STANDARD_OPERATORS else "com.microsoft"
        self.nodes.append(helper.make_node(operator, inputs, outputs, domain=domain, **attributes))
        return name

    def transposed(self, layer: str, rows: int, columns: int) -> str:
        """The weight of a linear layer, which PyTorch stores as (outputs, inputs), as a factor on the right."""
        return self.apply("Transpose", self.weight(f"{layer}.weight", rows, columns), perm=(1, 0))

    def norm(self, name: str) -> tuple[str, str]:
        return self.weight(f"{name}.LayerNorm.weight", HIDDEN), self.weight(f"{name}.LayerNorm.bias", HIDDEN)


def graph() -> ModelProto:
    """The model: `ids` and `mask`, int32 of (texts, tokens), → `states`, float32 of (texts, tokens, HIDDEN)."""
    from onnx import TensorProto, helper

    built = _Graph()
    states = _embeddings(built)
    for n in range(LAYERS):
        states = _layer(built, f"encoder.layer.{n}", states, "states" if n == LAYERS - 1 else "")
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT32, ["texts", "tokens"]) for name in ("ids", "mask")]
    outputs = [helper.make_tensor_value_info("states", TensorProto.FLOAT, ["texts", "tokens", HIDDEN])]
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", _FUSED_OPSET)]
    whole = helper.make_graph(built.nodes, "bert", inputs, outputs, built.weights)
    return helper.make_model(whole, opset_imports=opsets, ir_version=_IR_VERSION)


def _embeddings(built: _Graph) -> str:
    """The embeddings of the tokens, all of which are in the first segment."""
    return built.apply(
        "EmbedLayerNormalization",
        "ids",
        built.apply("Sub", "ids", "ids"),
        built.weight("embeddings.word_embeddings.weight", VOCABULARY_SIZE, HIDDEN),
        built.weight("embeddings.position_embeddings.weight", POSITIONS, HIDDEN),
        built.weight("embeddings.token_type_embeddings.weight", SEGMENTS, HIDDEN),
        *built.norm("embeddings"),
        epsilon=_LAYER_NORM_EPSILON,
    )


def _layer(built: _Graph, name: str, states: str, output: str) -> str:
    """One layer: attention, then the feed-forward network, each added to its input and normalized."""
    parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
    weights = [built.transposed(part, HIDDEN, HIDDEN) for part in parts]
    biases = [built.weight(f"{part}.bias", HIDDEN) for part in parts]
    attention = built.apply(
        "Attention",
        states,
        built.apply("Concat", *weights, axis=1),
        built.apply("Concat", *biases, axis=0),
        "mask",
        num_heads=HEADS,
    )
    attended = _project(built, f"{name}.attention.output", attention, states, HIDDEN)
    inner = built.apply("MatMul", attended, built.transposed(f"{name}.intermediate.dense", INTERMEDIATE, HIDDEN))
    activated = built.apply("BiasGelu", inner, built.weight(f"{name}.intermediate.dense.bias", INTERMEDIATE))
    return _project(built, f"{name}.output", activated, attended, INTERMEDIATE, output)


def _project(built: _Graph, name: str, inputs: str, residual: str, width: int, output: str = "") -> str:
    """`inputs`, `width` wide, through the linear layer `name`, added to `residual` and normalized."""
    projected = built.apply("MatMul", inputs, built.transposed(f"{name}.dense", HIDDEN, width))
    bias = built.weight(f"{name}.dense.bias", HIDDEN)
    return built.apply(
        "SkipLayerNormalization",
        projected,
        residual,
        *built.norm(name),
        bias,
        output=output,
        epsilon=_LAYER_NORM_EPSILON,
    )


if __name__ == "__main__":
    GRAPH_FILE.write_bytes(graph().SerializeToString(deterministic=True))
