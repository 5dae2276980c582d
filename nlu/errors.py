"""What can go wrong in understanding."""

from pathlib import Path


class NluError(Exception):
    """Any failure of this package."""


class NluDataError(NluError):
    """Training data that cannot be used; says where and why."""

    def __init__(
        self,
        reason: str,
        *,
        file: Path | None = None,
        line: int | None = None,
        harmless: bool = False,
    ) -> None:
        self.reason = reason
        self.file = file
        self.line = line
        """Counted from 1."""
        self.harmless = harmless
        """The rest can be used without it, as Rasa does, which warns and goes on."""
        super().__init__(": ".join(filter(None, [self._place(), reason])))

    def _place(self) -> str:
        if self.file is None:
            return ""
        return str(self.file) if self.line is None else f"{self.file}:{self.line}"


class NluUnavailableError(NluError):
    """The engine cannot answer now."""
