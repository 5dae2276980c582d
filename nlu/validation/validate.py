"""All rules over one data set."""

from dataclasses import dataclass
from pathlib import Path

from nlu.errors import NluDataError
from nlu.training.data import TrainingData
from nlu.training.read import read_training_data
from nlu.types import JsonValue
from nlu.validation.classes import classes
from nlu.validation.domain import Domain, read_domain
from nlu.validation.duplicates import duplicates
from nlu.validation.finding import Finding, Rule, Severity
from nlu.validation.languages import languages
from nlu.validation.marks import marks


@dataclass(frozen=True, slots=True)
class Validation:
    """What was looked at and what was found."""

    examples: int
    intents: int
    findings: tuple[Finding, ...]
    """Errors first, then by place."""

    @property
    def errors(self) -> int:
        """How many findings must be mended."""
        return sum(finding.severity is Severity.ERROR for finding in self.findings)

    def to_json(self) -> dict[str, JsonValue]:
        """The result as one JSON object."""
        return {
            "examples": self.examples,
            "intents": self.intents,
            "errors": self.errors,
            "warnings": len(self.findings) - self.errors,
            "findings": [finding.to_json() for finding in self.findings],
        }


def validate(*paths: Path, intents: frozenset[str] = frozenset()) -> Validation:
    """Read files and folders as training does, and look for what is wrong in them.

    `intents` are those that the assistant can answer; a domain file among the data that names its
    own is believed instead. Raises `NluDataError` where there is no example at all.
    """
    broken: list[NluDataError] = []
    data = _read(paths, broken)
    named = read_domain(*paths)
    domain = Domain(named.intents or intents, named.roles)
    findings = [_broken(problem) for problem in broken]
    findings += duplicates(data)
    findings += classes(data, domain)
    findings += languages(data)
    findings += marks(data, domain)
    return Validation(len(data.examples), len(data.intents), tuple(sorted(findings, key=_order)))


def _read(paths: tuple[Path, ...], broken: list[NluDataError]) -> TrainingData:
    try:
        return read_training_data(*paths, tell=broken.append)
    except NluDataError as error:
        # Without any example the broken file is the better reason.
        raise next((p for p in broken if not p.harmless), error) from error


def _broken(problem: NluDataError) -> Finding:
    severity = Severity.WARNING if problem.harmless else Severity.ERROR
    return Finding(Rule.BROKEN, severity, problem.reason, problem.file, problem.line)


def _order(finding: Finding) -> tuple[bool, str, int, str]:
    return (
        finding.severity is not Severity.ERROR,
        str(finding.file or ""),
        finding.line or 0,
        finding.message,
    )
