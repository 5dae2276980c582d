"""Reads the rules of the programme; `rules.yml` beside this file is the commented example."""

from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from crm_store.errors import RulesError
from crm_store.types.loyalty import LoyaltyRules, TierRule
from crm_store.types.people import Tier
from crm_store.types.text import LocalText

PACKAGED = Path(__file__).parent / "rules.yml"
Positive = Annotated[Decimal, Field(gt=0)]
Amount = Annotated[Decimal, Field(ge=0)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Words(_Section):
    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]

    def text(self) -> LocalText:
        return LocalText(self.zh, self.en)


class _Points(_Section):
    per_unit: Positive
    value: Amount
    expire_after_years: Annotated[int, Field(ge=0, le=50)]
    book_expiry: bool


class _Tier(_Section):
    tier: Tier
    name: _Words
    spend: Amount
    multiplier: Positive
    rights: tuple[_Words, ...]
    birthday_gift: _Words

    def rule(self) -> TierRule:
        return TierRule(
            self.tier,
            self.name.text(),
            self.spend,
            self.multiplier,
            tuple(right.text() for right in self.rights),
            self.birthday_gift.text(),
        )


class _Review(_Section):
    up: Annotated[bool, Field(alias="raise")]
    lower: bool


class _Rules(_Section):
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    rates: dict[Annotated[str, Field(pattern="^[A-Z]{3}$")], Positive] = {}
    points: _Points
    window_months: Annotated[int, Field(ge=1, le=120)]
    tiers: tuple[_Tier, ...]
    review: _Review

    @model_validator(mode="after")
    def _tiers_rise(self) -> Self:
        if [one.tier for one in self.tiers] != list(Tier):
            raise ValueError(f"tiers: expected {', '.join(Tier)}, in this order")
        least = [one.spend for one in self.tiers]
        if least[0] != 0 or any(low >= high for low, high in pairwise(least)):
            raise ValueError("tiers: expected spend to start at 0 and to rise")
        return self

    def rules(self) -> LoyaltyRules:
        return LoyaltyRules(
            currency=self.currency,
            rates={**self.rates, self.currency: Decimal(1)},
            points_per_unit=self.points.per_unit,
            point_value=self.points.value,
            expire_after_years=self.points.expire_after_years,
            book_expiry=self.points.book_expiry,
            window_months=self.window_months,
            tiers=tuple(one.rule() for one in self.tiers),
            may_raise=self.review.up,
            may_lower=self.review.lower,
        )


@cache
def load_rules(path: Path = PACKAGED) -> LoyaltyRules:
    """Read a file of rules; raises `RulesError` naming the file and the key."""
    try:
        return _Rules.model_validate(YAML(typ="safe").load(path.read_text("utf-8"))).rules()
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise RulesError(f"{path}: cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise RulesError(f"{path}: {key or 'rules'}: {first['msg']}") from error
