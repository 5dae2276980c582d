"""What the desk works with; the composition root fills it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.desk.canned import CannedReplies, load_canned
from bot.replies import Phrasebook
from bot.turn.bell import Bell
from bot.turn.presence import Presence
from bot.turn.turn import TurnRunner
from crm_store.ports import CrmStore
from knowledge.ports import CatalogSearch


@dataclass(frozen=True, slots=True)
class DeskParts:
    """The parts behind the desk's pages."""

    store: CrmStore
    bell: Bell
    phrasebook: Phrasebook
    runner: TurnRunner
    """Whose skills and understanding the after-sales forms use."""
    search: CatalogSearch
    training_data: Path
    """What examples that managers accept are for."""
    presence: Presence = field(default_factory=Presence)
    canned_folder: Path | None = None
    """The shop's own canned replies, ``zh.yml`` and ``en.yml``; the packaged ones when omitted."""
    _canned: dict[str, CannedReplies] = field(default_factory=dict)

    @property
    def resolutions(self) -> Sequence[str]:
        """The house's reason codes for how a handoff ended."""
        return self.runner.services.service.resolutions

    @property
    def skills(self) -> Sequence[str]:
        """Agents' skills that a handoff can be passed on to."""
        return tuple(self.runner.services.service.skills)

    def canned(self, language: str) -> CannedReplies:
        """Return a language's canned replies as their file is now.

        People edit the file while the desk is open; when it is broken, what was read last stays.
        """
        try:
            self._canned[language] = load_canned(language, self.canned_folder)
        except ValueError:
            if language not in self._canned:
                raise
        return self._canned[language]
