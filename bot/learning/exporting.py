"""Accepted examples on their way into the training data: as a patch, never by themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crm_store.ports import UnitOfWork
from crm_store.types.examples import Evidence, Example, ExampleState
from nlu.learning import Accepted, Patch, checked_line, make_patch
from nlu.validation import read_domain

AT_ONCE: Final = 2_000
"""Examples in one patch."""
FINGERPRINT: Final = 8
"""Characters of a model's fingerprint that tell it from others."""


@dataclass(frozen=True, slots=True)
class TrainingFolder:
    """The training data that accepted examples are for."""

    data: Path
    intents: frozenset[str]
    """Those that the assistant can answer."""

    def check(self, text: str) -> None:
        """Raise `nlu.learning.LineError` when a text cannot be an example."""
        checked_line(text, read_domain(self.data))

    def patch(self, examples: Iterable[Example]) -> Patch:
        """Return accepted examples as a diff; raises `NluDataError` on data that is broken."""
        accepted = [_accepted(one) for one in examples]
        return make_patch(self.data, accepted, intents=self.intents, root=_root(self.data))


async def to_export(uow: UnitOfWork) -> list[Example]:
    """Return what was accepted and is not known to be among the training data."""
    return await uow.examples.listed([ExampleState.ACCEPTED], limit=AT_ONCE, exported=False)


def _accepted(example: Example) -> Accepted:
    return Accepted(
        example.id,
        example.accepted_text or example.text,
        example.intent or "",
        "en" if example.language == "en" else "zh",
        provenance(example),
    )


def provenance(example: Example) -> str:
    """Return where an example comes from, as one line that names nobody."""
    decided = f"{example.decided_at:%Y-%m-%d}" if example.decided_at else "?"
    closed = f", {example.resolution_code}" if example.resolution_code else ""
    label = example.label
    told = label.evidence in (Evidence.ACTION, Evidence.INSTRUCTION)
    did = f", {label.evidence} {label.of}" if told else ""
    return (
        f"accepted {decided} by {example.decided_role}; "
        f"handoff: {example.reason}{closed}{did}; "
        f"read as {example.understood} {example.confidence:.2f} "
        f"by model {example.fingerprint[:FINGERPRINT]}"
    )


def _root(data: Path) -> str:
    """Return how the data's folder is called in a patch: from where its repository begins."""
    whole = data.resolve()
    for parent in whole.parents:
        if (parent / ".git").exists():
            return whole.relative_to(parent).as_posix()
    here = Path.cwd()
    return (whole.relative_to(here) if whole.is_relative_to(here) else whole).as_posix()
