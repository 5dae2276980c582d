"""Proofs of erasure: written down, signed, checked."""

import json
from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from crm_store.errors import InvalidRecordError
from crm_store.models import ErasureRow
from crm_store.types.conversations import JSONObject
from crm_store.types.privacy import Proof
from crm_store.vault import Vault

DOMAIN = "erasure"


def signed(vault: Vault, proof: Proof) -> Proof:
    """Return the proof with its signature."""
    return replace(proof, signature=vault.sign(DOMAIN, canonical(proof)))


def canonical(proof: Proof) -> str:
    """Return what is signed: everything but the signature, in one form."""
    return json.dumps(to_json(replace(proof, signature="")), sort_keys=True)


def to_json(proof: Proof) -> JSONObject:
    """Return a proof as JSON."""
    values: JSONObject = _ADAPTER.dump_python(proof, mode="json")
    return values


def from_json(values: JSONObject) -> Proof:
    """Read a proof; raises `InvalidRecordError` when it is none."""
    try:
        return _ADAPTER.validate_python(dict(values))
    except ValidationError as error:
        raise InvalidRecordError("not a proof of erasure") from error


def to_proof(row: ErasureRow) -> Proof:
    """Return a stored proof."""
    return from_json({**row.proof, "signature": row.signature})


_ADAPTER = TypeAdapter(Proof)
