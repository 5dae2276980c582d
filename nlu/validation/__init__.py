"""Looking for what is wrong with training data before a model learns it."""

from nlu.validation.domain import Domain, read_domain
from nlu.validation.finding import Finding, Rule, Severity
from nlu.validation.validate import Validation, validate

__all__ = ["Domain", "Finding", "Rule", "Severity", "Validation", "read_domain", "validate"]
