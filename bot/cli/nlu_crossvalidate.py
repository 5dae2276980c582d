"""`huike nlu crossvalidate`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.app import load_embedder
from bot.cli.progress import bars
from bot.settings import Settings, load_settings

if TYPE_CHECKING:
    from nlu.evaluation.crossvalidation import CrossValidation
    from nlu.evaluation.figures import Figures

WEAKEST = 8
"""Intents that are printed; the page has all of them."""


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--folds", type=click.IntRange(2, 20), default=5, show_default=True)
@click.option("--html", "page_file", type=click.Path(path_type=Path), help="Write a page here.")
@click.option("--json", "as_json", is_flag=True, help="All figures as one JSON object, last line.")
def crossvalidate(
    folder: Path | None, folds: int, page_file: Path | None, *, as_json: bool
) -> None:
    """Judge the training data of FOLDER by models that have not seen what they judge.

    Prints macro-F1 and more, overall and for each language. The page of --html adds every intent,
    a confusion table, a reliability plot and the worst mistakes; it stands alone.
    """
    settings = load_settings()
    data = folder or settings.assistant.nlu.data
    result = _validated(settings, data, folds)
    if page_file is not None:
        from nlu.evaluation.page import page  # noqa: PLC0415 - loads Jinja

        page_file.write_text(page(result, str(data), datetime.now(UTC)), "utf-8")
        click.echo(f"Written: {page_file}", err=True)
    click.echo(json.dumps(result.to_json(), ensure_ascii=False) if as_json else _table(result))


def _validated(settings: Settings, data: Path, folds: int) -> "CrossValidation":
    from nlu.evaluation.answers import Judge  # noqa: PLC0415 - loads SciPy
    from nlu.evaluation.crossvalidation import cross_validate  # noqa: PLC0415
    from nlu.training import read_training_data  # noqa: PLC0415

    examples = read_training_data(data)
    with bars() as progress:
        embedder = load_embedder(settings, progress)
        # A folder of its own: the models of the folds must not push out the one in use.
        judge = Judge(embedder, settings.env.var / "nlu" / "evaluation")
        return cross_validate(
            examples,
            judge,
            folds=folds,
            on_fold=lambda done, total: progress("Cross-validating", done, total),
        )


def _table(result: "CrossValidation") -> str:
    from nlu.evaluation.figures import confusions, of_each_intent  # noqa: PLC0415

    columns = {"overall": result.overall, **result.by_language}
    lines = [f"{'':<28}" + "".join(f"{name:>9}" for name in columns)]
    for name, field in (
        ("macro-F1", "macro_f1"),
        ("right decisions", "accuracy"),
        ("best intent right, in scope", "in_scope_accuracy"),
        ("macro-F1 of it", "in_scope_macro_f1"),
        ("out of scope refused", "oos_recall"),
        ("error of confidence (ECE)", "ece"),
        ("sentences", "sentences"),
    ):
        lines.append(f"{name:<28}" + "".join(_cell(of, field) for of in columns.values()))
    lines.append("\nweakest intents              precision   recall       f1  sentences")
    for one in of_each_intent(result.answers)[:WEAKEST]:
        lines.append(
            f"  {one.intent:<26}{one.precision:>10.3f}{one.recall:>9.3f}{one.f1:>9.3f}"
            f"{one.sentences:>11}"
        )
    lines.append("\nmost often mixed up")
    for pair in confusions(result.answers)[:WEAKEST]:
        lines.append(f"  {pair.sentences:>3}  {pair.truth} taken for {pair.decided}")
    return "\n".join(lines)


def _cell(of: "Figures", field: str) -> str:
    value: float | int | None = getattr(of, field)
    if value is None:
        return f"{'-':>9}"
    return f"{value:>9}" if isinstance(value, int) else f"{value:>9.3f}"
