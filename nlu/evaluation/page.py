"""A cross-validation as one HTML page: nothing is loaded from anywhere, drawings are inline SVG."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from nlu.evaluation.crossvalidation import CrossValidation
from nlu.evaluation.figures import (
    confusions,
    of_each_intent,
    reliability,
    worst_mistakes,
)

_PAIRS: Final = 25
_CELL: Final = 12
"""Side of a cell of the confusion table in units of its drawing."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """How often one intent was taken for another (or for itself)."""

    x: int
    y: int
    truth: str
    decided: str
    sentences: int
    share: float
    """Of the sentences of the true intent."""


def page(result: CrossValidation, title: str, now: datetime) -> str:
    """The page; `title` names the data."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = lambda share: f"{share * 100:.1f}"
    environment.filters["breakable"] = _breakable
    names = sorted({a.example.intent for a in result.answers} | {a.decided for a in result.answers})
    return environment.get_template("page.html").render(
        title=title,
        now=now,
        result=result,
        columns={"overall": result.overall, **result.by_language},
        intents=of_each_intent(result.answers),
        pairs=confusions(result.answers)[:_PAIRS],
        bins=reliability(result.answers),
        mistakes=worst_mistakes(result.answers),
        names=names,
        cells=_cells(result, names),
        cell=_CELL,
    )


def _breakable(name: str) -> Markup:
    """A name whose lines may break at its underscores: a phone is narrow."""
    return escape(name).replace("_", Markup("_<wbr>"))


def _cells(result: CrossValidation, names: list[str]) -> list[_Cell]:
    place = {name: i for i, name in enumerate(names)}
    pairs = Counter((answer.example.intent, answer.decided) for answer in result.answers)
    truth = Counter(answer.example.intent for answer in result.answers)
    return [
        _Cell(place[decided] * _CELL, place[true] * _CELL, true, decided, n, n / truth[true])
        for (true, decided), n in pairs.items()
    ]
