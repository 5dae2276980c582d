"""Reading training data from files and folders."""

from pathlib import Path
from typing import Final

from nlu.errors import NluDataError
from nlu.training.csv_reader import read_csv
from nlu.training.data import TrainingData, merge
from nlu.training.rasa_yaml import Tell, insist, read_rasa_yaml

BUNDLED_DATA: Final = Path(__file__).parent.parent / "data"
"""The sentences that come with the assistant: data/<language>/<intent>.yml."""


def read_training_data(*paths: Path, tell: Tell = insist) -> TrainingData:
    """Read files (YAML or CSV) and folders of YAML files, in all their sub-folders.

    Raises `NluDataError` where a path or its content cannot be used, or holds no example. A `tell`
    that does not raise is told of broken files and lines instead, and the rest is read.
    """
    data = merge(_told(file, tell) for file in training_files(*paths))
    if not data.examples:
        raise NluDataError("no training examples", file=paths[0] if paths else None)
    return data


def training_files(*paths: Path) -> list[Path]:
    """The files themselves, and those of folders."""
    return [file for path in paths for file in _files(path)]


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.suffix in (".yml", ".yaml"))


def _told(file: Path, tell: Tell) -> TrainingData:
    try:
        return _read(file, tell)
    except NluDataError as error:
        tell(error)
        return TrainingData(())


def _read(file: Path, tell: Tell) -> TrainingData:
    match file.suffix.lower():
        case ".yml" | ".yaml":
            return read_rasa_yaml(file, tell)
        case ".csv":
            return read_csv(file)
        case _:
            raise NluDataError("training data is .yml, .yaml or .csv", file=file)
