"""Progress bars for long steps, on standard error and only where somebody looks."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from bot.app import Progress as Told


@contextmanager
def bars() -> Iterator[Told]:
    """Return a callback ``(step, done, total)`` that draws a bar a step."""
    console = Console(stderr=True)
    tasks: dict[str, TaskID] = {}
    columns = (
        TextColumn("{task.description:<28}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:

        def told(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=total)
                if not console.is_terminal:
                    console.print(f"{step} ...")
            progress.update(tasks[step], completed=done, total=total)

        yield told
