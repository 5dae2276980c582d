"""`huike nlu compare` and `huike nlu gate`: two models on the same sentences."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.app import load_embedder
from bot.cli.progress import bars
from bot.settings import load_settings

if TYPE_CHECKING:
    from nlu.evaluation.answers import Answer
    from nlu.evaluation.compare import Comparison
    from nlu.evaluation.gate import Gate
    from nlu.training import TrainingData

CHANGES_SHOWN = 20

_model = click.Path(path_type=Path)


@click.command()
@click.argument("a", type=_model)
@click.argument("b", type=_model)
@click.option("--test", "test_file", type=_model, required=True, help="Labelled sentences.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, last line.")
def compare(a: Path, b: Path, test_file: Path, *, as_json: bool) -> None:
    """Say which of the models A and B is better on a file, and whether that may be chance.

    A model is training data (a file or a folder; a native model is trained on it) or a .jsonl file
    of parses as `huike nlu parse` prints them, from whichever engine. McNemar's exact test;
    intervals of 95 % by paired bootstrap.
    """
    from nlu.evaluation.compare import compare as compared  # noqa: PLC0415 - loads NumPy
    from nlu.training import read_training_data  # noqa: PLC0415

    of_a, of_b = _answers(a, b, read_training_data(test_file))
    result = compared(of_a, of_b)
    click.echo(json.dumps(result.to_json()) if as_json else _comparison(result))


@click.command()
@click.argument("old", type=_model)
@click.argument("new", type=_model, required=False)
@click.option(
    "--accepted",
    type=_model,
    default=Path("nlu/accepted"),
    show_default=True,
    help="Sentences whose labels people have confirmed: a file or a folder.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, last line.")
@click.pass_context
def gate(ctx: click.Context, old: Path, new: Path | None, accepted: Path, *, as_json: bool) -> None:
    """Refuse the model NEW when it loses recall on any intent against OLD: exit code 1.

    Both are training data or .jsonl files of parses, as for compare; NEW is the configured data
    when omitted. Rule: an intent is lost when (lost - won) / sqrt(lost + won) > 1.28, counted in
    accepted sentences. One lost is noise, two lost and none won are not.
    """
    from nlu.evaluation.gate import judge_release  # noqa: PLC0415 - loads NumPy
    from nlu.training import read_training_data  # noqa: PLC0415

    new = new or load_settings().assistant.nlu.data
    before, after = _answers(old, new, read_training_data(accepted))
    judged = judge_release(before, after)
    click.echo(json.dumps(judged.to_json(), ensure_ascii=False) if as_json else _gate(judged))
    if not judged.passes:
        ctx.exit(1)


def _answers(
    a: Path, b: Path, test: "TrainingData"
) -> "tuple[tuple[Answer, ...], tuple[Answer, ...]]":
    from nlu.evaluation.answers import Judge, are_parses, read_parses  # noqa: PLC0415 - loads SciPy
    from nlu.native import TrainingProgress  # noqa: PLC0415

    if are_parses(a) and are_parses(b):  # nothing to learn, so no embedder to load
        return read_parses(a, test), read_parses(b, test)
    settings = load_settings()
    with bars() as progress:

        def told(at: TrainingProgress) -> None:
            progress("Embedding" if at.step == "embed" else "Learning", at.done, at.total)

        embedder = load_embedder(settings, progress)
        judge = Judge(embedder, settings.env.var / "nlu" / "evaluation", told)
        return judge.answers_of(a, test), judge.answers_of(b, test)


def _comparison(result: "Comparison") -> str:
    lines = [f"{'':<22}{'A':>9}{'B':>9}{'B - A':>9}   95 % interval"]
    for name, one, other, (low, high) in (
        ("right decisions", result.a.accuracy, result.b.accuracy, result.accuracy_interval),
        ("macro-F1", result.a.macro_f1, result.b.macro_f1, result.macro_f1_interval),
    ):
        lines.append(
            f"{name:<22}{one:>9.3f}{other:>9.3f}{other - one:>+9.3f}   {low:+.3f} to {high:+.3f}"
        )
    lines.append(
        f"\n{result.a.sentences} sentences; only A right: {result.only_a}, "
        f"only B right: {result.only_b}; McNemar's exact test: p = {result.p_value:.4f}"
    )
    lines.append(result.verdict)
    for a, b in result.changes[:CHANGES_SHOWN]:
        lines.append(f"  {a.example.intent}: A {a.decided}, B {b.decided}  “{a.example.text}”")
    if hidden := len(result.changes) - CHANGES_SHOWN:
        lines += [f"  and {hidden} more"] if hidden > 0 else []
    return "\n".join(lines)


def _gate(judged: "Gate") -> str:
    changed = [one for one in judged.intents if one.lost or one.won]
    lines = []
    if changed:
        lines.append(
            f"{'':<6}{'intent':<24}{'sentences':>10}{'old':>6}{'new':>6}{'lost':>6}{'won':>6}"
        )
    for one in changed:
        lines.append(
            f"{'LOST' if one.is_lost else '':<6}{one.intent:<24}{one.sentences:>10}"
            f"{one.old_right:>6}{one.new_right:>6}{one.lost:>6}{one.won:>6}"
        )
    lines += [
        f"  {old.decided} -> {new.decided}  “{old.example.text}”"
        for old, new in judged.lost[:CHANGES_SHOWN]
    ]
    total = sum(one.sentences for one in judged.intents)
    right = sum(one.new_right for one in judged.intents)
    verdict = "Pass" if judged.passes else "Refused: an intent lost recall beyond noise"
    lines.append(f"{verdict}. {right} of {total} accepted sentences are right.")
    return "\n".join(lines)
