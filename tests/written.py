"""Lines of "intent: message", by group, as the files of written sentences hold them."""

from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML


def written_sentences(file: Path) -> Iterator[tuple[str, list[str], str]]:
    """Group, intents in order and message of every line."""
    for group, lines in YAML(typ="safe").load(file.read_text("utf-8")).items():
        for line in filter(None, map(str.strip, lines.splitlines())):
            intents, _, message = line.partition(": ")
            yield group, intents.split(" + "), message
