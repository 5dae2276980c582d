"""Builds the ONNX graph of the bundled model: BERT encoder, mean pooling, unit length.

Written for CPU: onnxruntime's fused operators, the 4-bit embedding rows kept as they are and
dequantised only where looked up, the dense layers int8 with one scale per output channel (one
scale per matrix costs accuracy) and activations quantised on the fly.

One text a run, so there is no mask: the range of on-the-fly quantisation spans the whole input,
and in a batch a text's vector would depend on the company it is in. On a CPU a batch wins
nothing back: what it saves in calls it spends on padding.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding.packed_model import BLOCK, PackedModel, QuantisedRows
from knowledge.types import FloatArray

if TYPE_CHECKING:
    import onnx

WEIGHTS_FILE = "weights.bin"
_MICROSOFT = "com.microsoft"
_OPSET = 17


def write_graph(model: PackedModel, path: Path) -> None:
    """Write the graph to `path` and its weights beside it, so that they can be memory-mapped.

    Input: "ids", int64 (1, tokens). Output: "vector", float32 (1, hidden), of length 1.
    """
    import onnx  # noqa: PLC0415 - heavy

    onnx.save_model(
        _Builder(model).build(),
        path,
        save_as_external_data=True,
        location=WEIGHTS_FILE,
        size_threshold=1024,
    )


def quantise_columns(weights: FloatArray) -> tuple[NDArray[np.int8], FloatArray]:
    """Symmetric int8 with a scale per column: (int8 of the same shape, scales (columns,))."""
    scales = np.maximum(np.abs(weights).max(axis=0), 1e-12) / 127
    return np.round(weights / scales).astype(np.int8), scales.astype(np.float32)


def pack_halves(values: NDArray[np.int8]) -> bytes:
    """4-bit values two to a byte, the first in the low half."""
    halves = values.reshape(-1).view(np.uint8) & 0x0F
    return (halves[0::2] | (halves[1::2] << 4)).astype(np.uint8).tobytes()


class _Builder:
    """Collects nodes and weights; every method returns the name of the value it made."""

    def __init__(self, model: PackedModel) -> None:
        self._model = model
        self._shape = model.shape
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def build(self) -> "onnx.ModelProto":
        from onnx import TensorProto, helper  # noqa: PLC0415

        hidden = self._embeddings()
        for layer in range(self._shape.layers):
            hidden = self._layer(layer, hidden)
        self._pool(hidden)
        ids = helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "tokens"])
        vector = helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, self._shape.hidden])
        graph = helper.make_graph(
            self._nodes, "multilingual-e5-small", [ids], [vector], self._weights
        )
        return helper.make_model(
            graph,
            ir_version=10,
            opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)],
        )

    def _embeddings(self) -> str:
        """Word + position + type 0, normalised."""
        from onnx import TensorProto  # noqa: PLC0415

        self._word_table(self._model.rows("emb.word", self._shape.hidden))
        words = self._node(
            "GatherBlockQuantized",
            ["word.values", "ids", "word.scales"],
            domain=_MICROSOFT,
            block_size=BLOCK,
            gather_axis=0,
            quantize_axis=1,
        )
        words = self._node("Cast", [words], to=TensorProto.FLOAT)
        return self._normalise(words, self._positions(), "emb.ln")

    def _positions(self) -> str:
        hidden = self._shape.hidden
        table = self._model.floats("emb.pos").reshape(-1, hidden)
        table = table + self._model.floats("emb.type")[:hidden]
        self._weight("positions", table[None])
        self._weight("zero", np.zeros(1, np.int64))
        self._weight("one", np.ones(1, np.int64))
        length = self._node("Shape", ["ids"], start=1, end=2)
        return self._node("Slice", ["positions", "zero", length, "one"])

    def _word_table(self, rows: QuantisedRows) -> None:
        from onnx import TensorProto, helper  # noqa: PLC0415

        self._weights.append(
            helper.make_tensor(
                "word.values",
                TensorProto.INT4,
                rows.values.shape,
                pack_halves(rows.values),
                raw=True,
            )
        )
        self._weight("word.scales", rows.scales)

    def _layer(self, layer: int, hidden: str) -> str:
        name = f"l{layer}"
        joined = self._linear(hidden, f"{name}.qkv", [f"{name}.{part}" for part in "qkv"])
        query, key, value = (f"{name}.{part}" for part in ("query", "key", "value"))
        self._node("Split", [joined], [query, key, value], axis=2)
        context = self._node(
            "MultiHeadAttention",
            [query, key, value],
            domain=_MICROSOFT,
            num_heads=self._shape.heads,
        )
        attended = self._linear(context, f"{name}.ao", [f"{name}.ao"])
        hidden = self._normalise(attended, hidden, f"{name}.aln")
        wide = self._linear(hidden, f"{name}.fi", [f"{name}.fi"], bias=False)
        bias = self._weight(f"{name}.fi.bias", self._model.floats(f"{name}.fi.b"))
        wide = self._node("BiasGelu", [wide, bias], domain=_MICROSOFT)
        narrow = self._linear(wide, f"{name}.fo", [f"{name}.fo"])
        return self._normalise(narrow, hidden, f"{name}.oln")

    def _linear(self, value: str, name: str, sources: list[str], *, bias: bool = True) -> str:
        """An int8 dense layer; several sources of one input are computed side by side."""
        from onnx import TensorProto  # noqa: PLC0415

        weights = np.concatenate([self._matrix(source) for source in sources], axis=1)
        quantised, scales = quantise_columns(weights)
        self._weight(f"{name}.weight", quantised)
        self._weight(f"{name}.scale", scales)
        parts = [f"{name}.in", f"{name}.in.scale", f"{name}.in.zero"]
        self._node("DynamicQuantizeLinear", [value], parts)
        whole = self._node("MatMulInteger", [parts[0], f"{name}.weight", parts[2]])
        scale = self._node("Mul", [parts[1], f"{name}.scale"])
        whole = self._node("Mul", [self._node("Cast", [whole], to=TensorProto.FLOAT), scale])
        if not bias:
            return whole
        offsets = np.concatenate([self._model.floats(f"{source}.b") for source in sources])
        return self._node("Add", [whole, self._weight(f"{name}.bias", offsets)])

    def _matrix(self, source: str) -> FloatArray:
        """Weights of one dense layer, shape (inputs, outputs)."""
        inputs = self._shape.feed_forward if source.endswith(".fo") else self._shape.hidden
        return self._model.rows(f"{source}.w", inputs).dequantise().T

    def _normalise(self, value: str, residual: str, name: str) -> str:
        gain = self._weight(f"{name}.gain", self._model.floats(f"{name}.w"))
        offset = self._weight(f"{name}.offset", self._model.floats(f"{name}.b"))
        return self._node(
            "SkipLayerNormalization",
            [value, residual, gain, offset],
            domain=_MICROSOFT,
            epsilon=self._shape.epsilon,
        )

    def _pool(self, hidden: str) -> None:
        """The mean of the tokens brought to length 1; their sum has the same direction."""
        self._weight("tokens", np.array([1], np.int64))
        total = self._node("ReduceSum", [hidden, "tokens"], keepdims=0)
        self._node("LpNormalization", [total], "vector", axis=1, p=2)

    def _weight(self, name: str, values: NDArray[Any]) -> str:
        from onnx import numpy_helper  # noqa: PLC0415

        self._weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _node(
        self,
        operator: str,
        inputs: list[str],
        outputs: str | list[str] = "",
        **attributes: str | int | float,
    ) -> str:
        from onnx import helper  # noqa: PLC0415

        named = [outputs] if isinstance(outputs, str) else outputs
        names = [name or f"{operator}.{len(self._nodes)}" for name in named]
        self._nodes.append(helper.make_node(operator, inputs, names, **attributes))
        return names[0]
