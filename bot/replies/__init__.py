"""Replies: template files per language, and the speaker that words them.

``replies/zh/points_balance.yml`` holds the Chinese templates of one skill, key by key; the English
ones have the same keys in ``replies/en``. A template is Jinja2 and prints values as plain text.
Traditional Chinese is the Simplified wording converted as a whole, values included.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import phonenumbers
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, get_currency_symbol
from jinja2 import Environment, StrictUndefined, Template
from ruamel.yaml import YAML

from crm_store.types.text import LocalText

if TYPE_CHECKING:
    from opencc import OpenCC

LANGUAGES = ("zh", "en")
FOLDER = Path(__file__).parent
_ALONE = re.compile(r"^[ \t]*((?:\{%[^%\n]*%\}[ \t]*)+)\n", re.MULTILINE)
"""A line of nothing but tags: it is no line of the text."""


class Phrasebook:
    """All templates of both languages; read once, safe to share."""

    def __init__(self, folder: Path = FOLDER, *, time_zone: str = "Asia/Shanghai") -> None:
        self.time_zone = ZoneInfo(time_zone)
        self._templates = {lang: self._read(folder / lang, lang) for lang in LANGUAGES}

    def _read(self, folder: Path, language: str) -> dict[str, Template]:
        environment = Environment(
            undefined=StrictUndefined,
            autoescape=False,  # noqa: S701 - replies are plain text; each channel escapes its own
        )
        environment.filters.update(_filters(language, self.time_zone))
        return {
            f"{file.stem}.{key}": environment.from_string(_ALONE.sub(r"\1", str(text).rstrip("\n")))
            for file in sorted(folder.glob("*.yml"))
            for key, text in (YAML(typ="safe").load(file) or {}).items()
        }

    def keys(self, language: str) -> frozenset[str]:
        """Return every template key of a language, as ``file.key``."""
        return frozenset(self._templates[language])

    def knows(self, language: str, key: str) -> bool:
        """Whether there is a template ``file.key``."""
        return key in self._templates["en" if language.startswith("en") else "zh"]

    def section(self, language: str, file: str) -> dict[str, str]:
        """Return the plain words of one file, key by key: colours, topics."""
        prefix = f"{file}."
        found = self._templates[language].items()
        return {key.removeprefix(prefix): t.render() for key, t in found if key.startswith(prefix)}

    def speaker(self, language: str) -> "Speaker":
        """Return who words replies in ``zh``, ``zh-Hant`` or ``en``."""
        return Speaker(self, language)

    def template(self, language: str, key: str) -> Template:
        """Return a template; `KeyError` names the missing key."""
        return self._templates["en" if language.startswith("en") else "zh"][key]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Words templates in one language."""

    phrasebook: Phrasebook
    language: str
    brief: bool = False
    """Whether to leave out what is only friendly: to somebody upset it sounds like mockery."""
    to_agents: bool = False
    """Whether an agent reads it, who does an errand for a customer: ``desk_forms.yml`` goes first,
    by ``FILE_KEY`` or by ``KEY``."""

    def words(self, key: str, values: Mapping[str, object] | None = None) -> str:
        """Fill the template ``file.key``; each may ask for ``brief`` and ``to_agents`` besides."""
        given = {"brief": self.brief, "to_agents": self.to_agents, **(values or {})}
        text = self.phrasebook.template(self.language, self._for_reader(key)).render(given)
        return self.script(text.rstrip("\n"))

    def _for_reader(self, key: str) -> str:
        if not self.to_agents:
            return key
        own = (f"desk_forms.{key.replace('.', '_')}", f"desk_forms.{key.rpartition('.')[2]}")
        return next((one for one in own if self.phrasebook.knows(self.language, one)), key)

    def local(self, text: LocalText) -> str:
        """Return a bilingual text in this language and script."""
        return self.script(text.in_language(self.language))

    def script(self, text: str) -> str:
        """Return Simplified text in the customer's script."""
        return _to_traditional().convert(text) if self.language == "zh-Hant" else text

    def money(self, amount: Decimal, currency: str = "CNY") -> str:
        """Return a price as the language prints it."""
        return _money(amount, currency, self.language)


@cache
def _to_traditional() -> "OpenCC":
    from opencc import OpenCC  # noqa: PLC0415 - its dictionaries are only needed for zh-Hant

    return OpenCC("s2hk")


@cache
def _locale(language: str) -> Locale:
    # An object: by name, Babel goes through all names it knows at every call.
    return Locale.parse("en_GB" if language.startswith("en") else "zh_CN")


def _money(amount: Decimal, currency: str, language: str) -> str:
    # The shop's own symbol in both languages: English pages of Chinese shops print ¥, not CN¥.
    symbol = get_currency_symbol(currency, locale=_locale("zh"))
    pattern = "#,##0.00" if amount != amount.to_integral_value() else "#,##0"
    return f"{symbol}{format_decimal(amount, pattern, locale=_locale(language))}"


def _phone(value: str) -> str:
    """Print a phone as people dial it: without the country code within mainland China."""
    try:
        number = phonenumbers.parse(str(value), "CN")
    except phonenumbers.NumberParseException:
        return value
    home = number.country_code == phonenumbers.country_code_for_region("CN")
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, style.NATIONAL if home else style.INTERNATIONAL)


def _filters(language: str, zone: ZoneInfo) -> dict[str, object]:
    locale = _locale(language)

    def day(value: date | datetime) -> str:
        local = value.astimezone(zone).date() if isinstance(value, datetime) else value
        return format_date(local, "M月d日" if language == "zh" else "d MMM", locale=locale)

    def weekday(value: date) -> str:
        return format_date(value, "M月d日 EEE" if language == "zh" else "EEE d MMM", locale=locale)

    def moment(value: datetime) -> str:
        pattern = "M月d日 HH:mm" if language == "zh" else "d MMM, HH:mm"
        return format_datetime(value, pattern, tzinfo=zone, locale=locale)

    return {
        "day": day,
        "moment": moment,
        "weekday": weekday,
        "clock": lambda value: value.strftime("%H:%M"),
        "money": lambda value, currency="CNY": _money(value, currency, language),
        "phone": _phone,
        "number": lambda value: format_decimal(value, locale=locale),
        "local": lambda value: value.in_language(language),
    }
