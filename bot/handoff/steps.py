"""Suggested next steps: instructions with one tap, which never ask for what is known."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

from bot.handoff.packet import NextStep
from crm_store.types.conversations import JSON

FILE: Final = Path(__file__).with_name("steps.yml")


class Steps(BaseModel):
    """The file of steps."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: Mapping[str, tuple[str, ...]]
    """By intent, the skills that may help, best first."""
    takes: Mapping[str, tuple[str, ...]]
    """By skill, the slots that it takes along."""


@cache
def load_steps() -> Steps:
    """Read the file; `ValueError` says what is wrong with it."""
    return Steps.model_validate(YAML(typ="safe").load(FILE.read_text(encoding="utf-8")))


def next_steps(
    intent: str, slots: Mapping[str, JSON], orders: Sequence[str]
) -> tuple[NextStep, ...]:
    """Return what an agent can have done, with everything the packet holds filled in."""
    steps = load_steps()
    known = {**({"order_number": orders[0]} if orders else {}), **slots}
    return tuple(_step(skill, steps.takes[skill], known) for skill in steps.after.get(intent, ()))


def _step(skill: str, takes: Sequence[str], known: Mapping[str, JSON]) -> NextStep:
    slots = {name: known[name] for name in takes if known.get(name) not in (None, "")}
    filled = json.dumps(slots, ensure_ascii=False, sort_keys=True) if slots else ""
    return NextStep(skill, slots, f"/{skill}{filled}")
