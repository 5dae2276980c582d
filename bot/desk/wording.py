"""How the desk words things: its own labels, names of codes, and times of the retailer's zone."""

from dataclasses import dataclass
from datetime import datetime

from bot.replies import Speaker
from crm_store.types.conversations import JSON


@dataclass(frozen=True, slots=True)
class Wording:
    """Words the desk in the agent's language."""

    speaker: Speaker

    def __call__(self, key: str, **values: object) -> str:
        """Word ``desk.KEY``."""
        return self.speaker.words(f"desk.{key}", values)

    def name(self, file: str, code: JSON) -> str:
        """Return the printed name of a code (``topics``, ``tiers``); an unknown one is itself."""
        return self.speaker.words(f"{file}.{code}") if self.knows(file, code) else str(code or "")

    def knows(self, file: str, code: JSON) -> bool:
        """Whether a code has a printed name."""
        return f"{file}.{code}" in self.speaker.phrasebook.keys(self.speaker.language)

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
