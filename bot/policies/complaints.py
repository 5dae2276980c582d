"""What becomes of a complaint: how grave it is, whose it is, and until when it is answered."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from bot.policies.decision import Decision, allow
from bot.policies.section import Section


class Severity(Section):
    """One degree of gravity."""

    hours: Annotated[int, Field(ge=1)]
    """Hours until the customer has an answer."""
    human: Literal["call", "offer", "none"]
    """Whether a human joins at once, is offered, or works on it later."""


class Subject(Section):
    """What complaints are about; worded in ``replies/*/rules.yml`` as ``complaint_<id>``."""

    id: str
    words: tuple[str, ...] = ()
    """Any of these in the customer's words; in lower case and Simplified characters."""
    severity: str
    owner: str
    """The queue that answers it, worded as ``owner_<name>`` in ``complaint.yml``."""
    about_order: bool = False
    """Whether to ask which order it is about."""


class Complaints(Section):
    """Complaints."""

    severities: Mapping[str, Severity]
    urgent: Mapping[str, Subject]
    """By the sign of the mood that makes it urgent."""
    subjects: tuple[Subject, ...]
    """The first of whose words one is said decides."""
    otherwise: Subject
    one_case_hours: Annotated[int, Field(ge=1)]
    """What is said again within so long is added to the open complaint of the conversation."""

    @model_validator(mode="after")
    def _severities_exist(self) -> "Complaints":
        for subject in (*self.urgent.values(), *self.subjects, self.otherwise):
            if subject.severity not in self.severities:
                raise ValueError(f"{subject.id}: there is no severity {subject.severity}")
        return self

    def subject(self, story: str, urgent: str = "") -> Subject:
        """Return what a folded story is about."""
        if urgent in self.urgent:
            return self.urgent[urgent]
        found = (one for one in self.subjects if any(word in story for word in one.words))
        return next(found, self.otherwise)


def judge(complaints: Complaints, subject: Subject) -> Decision:
    """Return the decision on a complaint: always accepted, with severity, owner and hours."""
    severity = complaints.severities[subject.severity]
    return allow(
        f"complaint_{subject.id}",
        subject=subject.id,
        severity=subject.severity,
        owner=subject.owner,
        hours=severity.hours,
        joins=severity.human,
    )
