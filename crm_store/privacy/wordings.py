"""The texts of consent, by purpose and version, as `wordings.yml` has them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from crm_store.errors import InvalidRecordError
from crm_store.types.privacy import Purpose, Wording
from crm_store.types.text import LocalText

FILE = Path(__file__).with_name("wordings.yml")
IMPORTED = "import"
"""Version of decisions that another system collected; its text is that system's."""


@cache
def wordings() -> Mapping[Purpose, Mapping[str, LocalText]]:
    """Return all texts, oldest version first."""
    found = YAML(typ="safe", pure=True).load(FILE.read_text(encoding="utf-8"))
    return {
        Purpose(purpose): {
            version: LocalText(text["zh"], text["en"]) for version, text in versions.items()
        }
        for purpose, versions in found.items()
    }


def latest(purpose: Purpose) -> str:
    """Return the version to ask with."""
    return max(wordings()[purpose])


def newest(purpose: Purpose) -> Wording:
    """Return the text to ask with."""
    version = latest(purpose)
    return Wording(purpose, version, wordings()[purpose][version])


def require(purpose: Purpose, version: str) -> None:
    """Raise `InvalidRecordError` unless there is such a version."""
    if version != IMPORTED and version not in wordings().get(purpose, {}):
        raise InvalidRecordError(f"consent: there is no wording {version} for {purpose}")
