"""Lookup tables kept in text files: one word a line."""

from pathlib import Path

from nlu.errors import NluDataError
from nlu.training.text_file import read_text


def read_lookup_file(name: str, data_file: Path, line: int) -> list[str]:
    """The words of the file that `data_file` names on `line`.

    As Rasa runs in a project's folder, paths may start there or beside the data file: every
    folder above it is tried. Raises `NluDataError` when the file is nowhere or outside of them.
    """
    path = Path(name)
    if path.is_absolute() or ".." in path.parts:
        raise NluDataError(
            f"{name}: a path inside the project is needed", file=data_file, line=line
        )
    found = next((f / path for f in data_file.parents if (f / path).is_file()), None)
    if found is None:
        raise NluDataError(f"lookup file {name} is not there", file=data_file, line=line)
    words = [word.strip() for word in read_text(found).split("\n")]
    return [word for word in words if word and not word.startswith("#")]
