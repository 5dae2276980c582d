"""A trained model: numbers and names, nothing that runs, kept in one file."""

import json
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nlu.native.features import LANGUAGES, Features
from nlu.native.head import Head
from nlu.native.hidden import HiddenLayer
from nlu.native.threshold import Decision

_FORMAT: Final = 3


@dataclass(frozen=True, slots=True)
class Model:
    """Everything the native engine needs beside the embedder."""

    fingerprint: str
    intents: tuple[str, ...]
    """The classes of the head, in its order."""
    outsider: str
    """The class to refuse, whether the head has it or not."""
    features: Features
    head: Head
    decision: Decision


def dump_model(model: Model) -> bytes:
    """The model as the content of an .npz file."""
    names = {
        "format": _FORMAT,
        "fingerprint": model.fingerprint,
        "intents": model.intents,
        "outsider": model.outsider,
        "ngrams": model.features.ngrams,
        "decision": asdict(model.decision),
    }
    hidden = model.head.hidden
    layer = {} if hidden is None else {"hidden": hidden.weights, "hidden_bias": hidden.bias}
    buffer = BytesIO()
    np.savez(
        buffer,
        names=np.frombuffer(json.dumps(names, ensure_ascii=False).encode(), dtype=np.uint8),
        centres=model.features.centres,
        idf=model.features.idf,
        dense=model.head.dense,
        sparse=model.head.sparse,
        bias=model.head.bias,
        allow_pickle=False,
        **layer,
    )
    return buffer.getvalue()


def load_model(content: bytes) -> Model:
    """The model in an .npz file's content; ValueError when there is no sound model in it."""
    try:
        with np.load(BytesIO(content), allow_pickle=False) as arrays:
            return _model({name: arrays[name] for name in arrays.files})
    except Exception as error:  # zip, numpy and JSON each fail in their own many ways
        raise ValueError(f"not a model file: {error}") from error


def _model(arrays: dict[str, NDArray[Any]]) -> Model:
    names = json.loads(arrays["names"].tobytes())
    if names["format"] != _FORMAT:
        raise ValueError(f"format {names['format']}")
    features = Features(arrays["centres"], tuple(names["ngrams"]), arrays["idf"])
    hidden = HiddenLayer(arrays["hidden"], arrays["hidden_bias"]) if "hidden" in arrays else None
    head = Head(arrays["dense"], arrays["sparse"], arrays["bias"], hidden)
    if not _agree(features, head, len(names["intents"])):
        raise ValueError("shapes do not agree")
    chosen = names["decision"]
    decision = Decision(**chosen | {"scope_weights": tuple(chosen["scope_weights"])})
    return Model(
        names["fingerprint"], tuple(names["intents"]), names["outsider"], features, head, decision
    )


def _agree(features: Features, head: Head, classes: int) -> bool:
    """Whether all numbers have the shapes that they have together."""
    read = features.centres.shape[1]
    if head.hidden is not None:
        units = head.hidden.bias.shape[0]
        if head.hidden.weights.shape != (read, units):
            return False
        read = units
    return (
        head.bias.shape == (classes,)
        and len(features.centres) == len(LANGUAGES)
        and head.dense.shape == (read, classes)
        and head.sparse.shape == (len(features.ngrams), classes)
        and features.idf.shape == (len(features.ngrams),)
    )
