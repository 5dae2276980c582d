"""The help centre's articles, with the facts of the house's own rules in them.

Part of the composition root, beside `bot.app`: the leaves do not know each other, so here the
policies and the loyalty rules become facts that an article may tell.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from bot.policies import Policies
from bot.settings import ConfigError
from crm_store.types.conversations import JSON
from crm_store.types.loyalty import LoyaltyRules
from knowledge.faq.articles import ArticleFileError, read_articles
from knowledge.types import Article

_NAMES: Final = ("id", "tier", "name")
"""What an entry of a list is called by, the first that it has."""


def help_centre(folder: Path, policies: Policies, loyalty: LoyaltyRules) -> list[Article]:
    """Read the articles in force; raises `ConfigError` when they cannot be used."""
    try:
        return read_articles(folder, facts(policies, loyalty))
    except ArticleFileError as error:
        raise ConfigError(f"assistant.knowledge.articles: {error}") from None


def facts(policies: Policies, loyalty: LoyaltyRules) -> dict[str, str]:
    """Return every value of the rules by its path: `returns.rules.seven_days.days` is "7".

    A list of values is one fact: "3/6/12".
    """
    rules: JSON = TypeAdapter(LoyaltyRules).dump_python(loyalty, mode="json")
    return {
        **dict(_flat("", policies.model_dump(mode="json"))),
        **dict(_flat("loyalty.", rules)),
    }


def _flat(path: str, value: JSON) -> Iterator[tuple[str, str]]:
    match value:
        case Mapping():
            for name, inner in value.items():
                yield from _flat(f"{path}{name}.", inner)
        case list() if not any(isinstance(one, dict | list) for one in value):
            yield path.removesuffix("."), "/".join(str(one) for one in value)
        case list():
            for place, inner in enumerate(value):
                yield from _flat(f"{path}{_called(inner, place)}.", inner)
        case None | bool():
            return
        case _:
            yield path.removesuffix("."), str(value)


def _called(entry: JSON, place: int) -> str:
    named = entry if isinstance(entry, Mapping) else {}
    return str(next((named[name] for name in _NAMES if isinstance(named.get(name), str)), place))
