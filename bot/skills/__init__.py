"""The skills, one file each. Adding a file here adds a skill; nothing else is edited."""

import importlib
import pkgutil
from collections.abc import Mapping

from bot.dialogue.skill import Skill


def load() -> Mapping[str, Skill]:
    """Import every module of this package and return its skills by intent name."""
    found: dict[str, Skill] = {}
    for module in pkgutil.iter_modules(__path__):
        members = vars(importlib.import_module(f"{__name__}.{module.name}")).values()
        for registered in [member for member in members if isinstance(member, Skill)]:
            if found.setdefault(registered.name, registered) is not registered:
                raise ValueError(f"two skills are named {registered.name!r}")
    return found
