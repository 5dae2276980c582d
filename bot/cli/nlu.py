"""`huike nlu`: understanding without a conversation."""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.app import load_embedder, open_store
from bot.cli.nlu_compare import compare, gate
from bot.cli.nlu_crossvalidate import crossvalidate
from bot.cli.nlu_drift import drift
from bot.cli.nlu_entities import evaluate_entities
from bot.cli.nlu_examples import examples
from bot.cli.nlu_validate import validate
from bot.cli.progress import bars
from bot.engines import EngineName, open_nlu
from bot.settings import load_settings

if TYPE_CHECKING:
    from nlu.evaluate import EvaluationReport
    from nlu.training import TrainingData

engine_option = click.option(
    "--engine",
    type=click.Choice(["native", "rasa"]),
    help="Which engine, alone; without it the configured one with its fallback.",
)


@click.group()
def nlu() -> None:
    """Parse sentences, evaluate models."""


@nlu.command()
@engine_option
def parse(engine: EngineName | None) -> None:
    """Understand lines of standard input; prints one JSON object a line, in Rasa's shape.

    Below the threshold the intent is out_of_scope.
    """
    asyncio.run(_parse(engine))


async def _parse(only: EngineName | None) -> None:
    settings = load_settings()
    async with AsyncExitStack() as stack:
        with bars() as progress:
            store = await stack.enter_async_context(open_store(settings))
            embedder = await asyncio.to_thread(load_embedder, settings, progress)
            opened = open_nlu(settings, store, embedder, progress, only)
            engine = await stack.enter_async_context(opened)
        for line in sys.stdin:
            understood = await engine.parse(line.rstrip("\r\n"))
            click.echo(json.dumps(understood.to_rasa(), ensure_ascii=False))


@nlu.command()
@click.option("--train", "train_file", required=True, help="Training data: .csv, .yml, a folder.")
@click.option("--test", "test_file", required=True, help="Test data; - scores the training data.")
@click.option("--oos-label", help="Rows of this label are out of scope, to be refused.")
@engine_option
@click.option(
    "--rasa-pipeline",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A Rasa configuration to compare with; config.yml's pipeline unless given.",
)
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object, last line.")
def evaluate(
    train_file: str,
    test_file: str,
    oos_label: str | None,
    engine: EngineName | None,
    rasa_pipeline: Path | None,
    *,
    as_json: bool,
) -> None:
    """Train on one file and score on another.

    CSV files have a column text or sentence and a column label or category. With --oos-label the
    threshold is chosen on the training data alone, by cross-validation; without it nothing is
    refused.
    """
    from nlu.training import read_training_data  # noqa: PLC0415 - loads the YAML reader

    training = read_training_data(Path(train_file))
    test = training if test_file == "-" else read_training_data(Path(test_file))
    if (engine or load_settings().assistant.nlu.engine) == "rasa":
        report = _evaluate_rasa(training, test, oos_label, rasa_pipeline)
    else:
        report = _evaluate_native(training, test, oos_label)
    if as_json:
        click.echo(json.dumps(report.to_json()))
        return
    for name, value in report.to_json().items():
        shown = f"{value:.4f}" if isinstance(value, float) else value
        click.echo(f"{name:<34} {shown}")


def _evaluate_native(
    training: "TrainingData", test: "TrainingData", oos_label: str | None
) -> "EvaluationReport":
    from nlu.evaluate import evaluate as score  # noqa: PLC0415 - loads SciPy
    from nlu.native import TrainingProgress  # noqa: PLC0415

    with bars() as progress:
        embedder = load_embedder(load_settings(), progress)

        def told(at: TrainingProgress) -> None:
            progress("Embedding" if at.step == "embed" else "Learning", at.done, at.total)

        return score(training, test, embedder=embedder, oos_label=oos_label, progress=told)


def _evaluate_rasa(
    training: "TrainingData",
    test: "TrainingData",
    oos_label: str | None,
    pipeline: Path | None,
) -> "EvaluationReport":
    from nlu.rasa.evaluate import evaluate as score  # noqa: PLC0415 - loads SciPy
    from nlu.rasa.server import RasaInstallation  # noqa: PLC0415

    installation = RasaInstallation(Path.cwd(), pipeline)
    return score(
        training,
        test,
        installation,
        oos_label=oos_label,
        progress=lambda step: click.echo(f"{step} ...", err=True),
    )


for command in (validate, crossvalidate, compare, gate, drift, examples, evaluate_entities):
    nlu.add_command(command)
