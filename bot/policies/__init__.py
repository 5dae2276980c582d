"""The rules of the house: read from two commented YAML files, decided by pure functions."""

from bot.policies.decision import Decision, allow, refuse
from bot.policies.reading import load_policies, load_service
from bot.policies.rules import Policies
from bot.policies.service import Service

__all__ = [
    "Decision",
    "Policies",
    "Service",
    "allow",
    "load_policies",
    "load_service",
    "refuse",
]
