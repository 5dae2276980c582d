"""`huike nlu evaluate-entities`."""

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.app import open_store
from bot.catalogue import gazetteer
from bot.settings import Settings, load_settings
from crm_store.types.actors import SYSTEM

if TYPE_CHECKING:
    from nlu.entities import EntityExtractor
    from nlu.entities.evaluation import EntityReport
    from nlu.types import Entity


@click.command("evaluate-entities")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file.")
@click.option("--mistakes", is_flag=True, help="Every sentence that went wrong, too.")
def evaluate_entities(files: tuple[Path, ...], *, as_json: bool, mistakes: bool) -> None:
    """Score the entities found in FILES of sentences marked by hand, by span and by value.

    Products and stores are those of the database.
    """
    from nlu.entities.evaluation import evaluate_entities as score  # noqa: PLC0415
    from nlu.entities.evaluation import read_marked  # noqa: PLC0415
    from nlu.normalise import normalise  # noqa: PLC0415

    read = {file: read_marked(file) for file in files}
    extractor = asyncio.run(_extractor(load_settings()))

    def extract(text: str, today: date) -> "tuple[Entity, ...]":
        return extractor.extract(normalise(text), today)

    for file, sentences in read.items():
        report = score(sentences, extract)
        click.echo(_json(file, report) if as_json else _table(file, report, mistakes=mistakes))


async def _extractor(settings: Settings) -> "EntityExtractor":
    from nlu.entities import EntityExtractor  # noqa: PLC0415 - loads SciPy
    from nlu.training import read_training_data  # noqa: PLC0415

    async with open_store(settings) as store, store.reading(SYSTEM) as uow:
        names = gazetteer(await uow.catalog.products(), await uow.catalog.shops())
    return EntityExtractor(read_training_data(settings.assistant.nlu.data), names)


def _json(file: Path, report: "EntityReport") -> str:
    scores = {
        kind: {
            "marked": score.marked,
            "found": score.found,
            "span_f1": score.span_f1,
            "value_f1": score.value_f1,
            "value_accuracy": score.value_accuracy,
        }
        for kind, score in [*report.kinds.items(), ("all", report.overall)]
    }
    return json.dumps({"file": str(file), "sentences": report.sentences, "kinds": scores})


def _table(file: Path, report: "EntityReport", *, mistakes: bool) -> str:
    from nlu.entities.evaluation import report_lines  # noqa: PLC0415

    lines = [f"{file}: {report.sentences} sentences", *report_lines(report)]
    if mistakes:
        for wrong in report.mistakes:
            missed = ", ".join(f"{m.kind}={m.value}" for m in wrong.missed) or "-"
            invented = ", ".join(f"{m.kind}={m.value}" for m in wrong.invented) or "-"
            lines.append(f"{wrong.text}\n    missed {missed}; found instead {invented}")
    return "\n".join(lines)
