"""How the desk words things: its own labels, names of codes, and times of the retailer's zone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.replies import Speaker
from crm_store.types.conversations import JSON

FILES: Final = ("desk", "desk_work", "desk_board", "desk_learning", "handoff")
"""Files of the desk's own words."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Words the desk in the agent's language."""

    speaker: Speaker

    def __call__(self, key: str, **values: object) -> str:
        """Word a key of the desk's own files."""
        file = next((one for one in FILES if self.knows(one, key)), FILES[0])
        return self.speaker.words(f"{file}.{key}", values)

    def of(self, prefix: str, code: JSON) -> str:
        """Return the desk's own name of a code, ``PREFIX_CODE``; an unknown one is itself."""
        key = f"{prefix}_{code}"
        known = any(self.knows(file, key) for file in FILES)
        return self(key) if known else str(code or "").replace("_", " ")

    def name(self, file: str, code: JSON) -> str:
        """Return the printed name of a code (``topics``, ``tiers``); an unknown one is itself."""
        return self.speaker.words(f"{file}.{code}") if self.knows(file, code) else str(code or "")

    def knows(self, file: str, code: JSON) -> bool:
        """Whether a code has a printed name."""
        return self.speaker.phrasebook.knows(self.speaker.language, f"{file}.{code}")

    def slot(self, slot: str) -> str:
        """Return the printed name of a slot, empty for one that is the bot's own."""
        if self.knows("desk", f"slot_{slot}"):
            return self(f"slot_{slot}")
        return self.name("slots", slot) if self.knows("slots", slot) else ""

    def listed(self, values: list[str]) -> str:
        """Join a list as the language does."""
        return (", " if self.speaker.language == "en" else "、").join(values)

    def time(self, moment: datetime, now: datetime) -> str:
        """Return hours and minutes in the retailer's zone, with the date when it is not today."""
        zone = self.speaker.phrasebook.time_zone
        local = moment.astimezone(zone)
        if local.date() == now.astimezone(zone).date():
            return f"{local:%H:%M}"
        return self("other_day", at=moment)
