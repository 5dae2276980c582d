"""The rules of the house: read from one commented YAML file, decided by pure functions."""

from bot.policies.decision import Decision, allow, refuse
from bot.policies.reading import load_policies
from bot.policies.rules import Policies

__all__ = ["Decision", "Policies", "allow", "load_policies", "refuse"]
