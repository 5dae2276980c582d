"""What validation says: one finding a problem, with its place."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from nlu.training.data import Example
from nlu.types import JsonValue

_SHOWN: Final = 60
"""Characters of a sentence that are quoted."""


class Severity(StrEnum):
    """An error must be mended before a release; a warning deserves a look."""

    ERROR = "error"
    WARNING = "warning"


class Rule(StrEnum):
    """What was looked for."""

    BROKEN = "broken"
    """A file or a line that cannot be read."""
    UNKNOWN_INTENT = "unknown-intent"
    DUPLICATE = "duplicate"
    NEAR_DUPLICATE = "near-duplicate"
    EMPTY_CLASS = "empty-class"
    UNBALANCED = "unbalanced"
    WRONG_LANGUAGE = "wrong-language"
    ONE_LANGUAGE = "one-language"
    BROKEN_MARK = "broken-mark"
    UNKNOWN_ENTITY = "unknown-entity"
    UNKNOWN_ROLE = "unknown-role"
    UNKNOWN_VALUE = "unknown-value"


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem."""

    rule: Rule
    severity: Severity
    message: str
    file: Path | None = None
    line: int | None = None
    """Counted from 1."""
    intent: str | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """The finding as a JSON object."""
        return {
            "rule": self.rule.value,
            "severity": self.severity.value,
            "message": self.message,
            "file": None if self.file is None else str(self.file),
            "line": self.line,
            "intent": self.intent,
        }


def at(example: Example, rule: Rule, severity: Severity, message: str) -> Finding:
    """A finding at an example's place."""
    return Finding(rule, severity, message, example.file, example.line, example.intent)


def quoted(text: str) -> str:
    """A sentence to be shown, shortened."""
    return f"“{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}”"


def place(example: Example) -> str:
    """Where another example stands."""
    return f"{example.file}:{example.line}"
