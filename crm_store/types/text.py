"""Text that the retailer keeps in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LocalText:
    """One text in Chinese (Simplified) and English; a missing language falls back to the other."""

    zh: str = ""
    en: str = ""

    def in_language(self, language: str) -> str:
        """Return the text for a language tag such as ``en``, ``zh`` or ``zh-Hant``."""
        return (self.en or self.zh) if language.startswith("en") else (self.zh or self.en)
