"""Accepted examples as a unified diff against the training data. It changes no file itself."""

import difflib
import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nlu.errors import NluDataError
from nlu.learning.lines import checked_line, one_line
from nlu.training.rasa_yaml import read_rasa_yaml
from nlu.training.read import read_training_data
from nlu.types import OUT_OF_SCOPE
from nlu.validation.domain import Domain, read_domain
from nlu.validation.duplicates import same_words
from nlu.validation.languages import Side, foreign

_INTENT: Final = re.compile(r"[A-Za-z]\w*", re.ASCII)
_SECTION: Final = re.compile(r"^( *)- (?:intent|synonym|regex|lookup):", re.MULTILINE)
_NEW_FILE: Final = 'version: "3.1"\nnlu:\n'


@dataclass(frozen=True, slots=True)
class Accepted:
    """An example that somebody accepted."""

    id: int
    text: str
    """With marks."""
    intent: str
    language: Side
    provenance: str
    """Where it comes from, for the comment above it; nothing personal."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An example that cannot be added, and why."""

    example: Accepted
    reason: str


@dataclass(frozen=True, slots=True)
class Patch:
    """What becomes of accepted examples."""

    text: str
    """The diff; empty when there is nothing to add."""
    added: tuple[Accepted, ...] = ()
    present: tuple[Accepted, ...] = ()
    """Those that the data holds already, in the same words under the same intent."""
    refused: tuple[Refused, ...] = ()


def make_patch(
    data: Path, examples: Iterable[Accepted], *, intents: frozenset[str], root: str
) -> Patch:
    """Write examples as a diff against the folder `data`, whose paths in it begin with `root`.

    Raises `NluDataError` when the data cannot be read. What cannot be added is refused one by one:
    unusable text, an unknown intent, or words that stand under another intent already.
    """
    sorter = _Sorter(data, intents)
    for example in examples:
        sorter.take(example)
    diffs: list[str] = []
    added: list[Accepted] = []
    refused = list(sorter.refused)
    for file, some in sorter.by_file.items():
        try:
            diffs.append(_diff(data / file, f"{root}/{file.as_posix()}".lstrip("/"), some))
        except NluDataError as error:
            refused += [Refused(one, error.reason) for one in some]
        else:
            added += some
    return Patch("".join(diffs), tuple(added), tuple(sorter.present), tuple(refused))


class _Sorter:
    """Tells what is new from what is there, and what cannot be."""

    def __init__(self, data: Path, intents: frozenset[str]) -> None:
        training = read_training_data(data)
        self._domain: Domain = read_domain(data)
        self._intents = self._domain.intents or intents
        self._known = {same_words(one.text): one.intent for one in training.examples}
        self._new: set[str] = set()
        self.by_file: defaultdict[Path, list[Accepted]] = defaultdict(list)
        self.present: list[Accepted] = []
        self.refused: list[Refused] = []

    def take(self, example: Accepted) -> None:
        try:
            text = self._checked(example)
        except ValueError as error:
            self.refused.append(Refused(example, str(error)))
            return
        words = same_words(text)
        if words in self._new:
            self.refused.append(Refused(example, "the same words stand in this patch already"))
            return
        before = self._known.get(words)
        if before == example.intent:
            self.present.append(example)
        elif before is not None:
            self.refused.append(Refused(example, f"these words are an example of {before} already"))
        else:
            self._new.add(words)
            self.by_file[_file_of(example, text)].append(example)

    def _checked(self, example: Accepted) -> str:
        if not _INTENT.fullmatch(example.intent) or example.intent not in self._intents:
            raise ValueError(f"no intent is called {one_line(example.intent)}")
        return checked_line(example.text, self._domain).text


def _file_of(example: Accepted, text: str) -> Path:
    """Where its intent's examples of its language stand; what says nothing may be anywhere."""
    side = example.language
    if example.intent != OUT_OF_SCOPE:
        side = foreign(text, side) or side
    return Path(side) / f"{example.intent}.yml"


def _diff(file: Path, name: str, examples: Sequence[Accepted]) -> str:
    before = file.read_bytes().decode("utf-8") if file.exists() else None
    after = _appended(before or _NEW_FILE, examples)
    _insist(file, before, after, examples)
    lines = difflib.unified_diff(
        _lines(before or ""),
        _lines(after),
        "/dev/null" if before is None else f"a/{name}",
        f"b/{name}",
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _appended(text: str, examples: Sequence[Accepted]) -> str:
    """The file with one more section, in its own indentation and ends of lines."""
    section = _SECTION.search(text)
    indent = section[1] if section else "  "
    end = "\r\n" if "\r\n" in text else "\n"
    lines = [f"{indent}- intent: {examples[0].intent}", f"{indent}  examples:"]
    for one in examples:
        lines.append(f"{indent}    # {one_line(one.provenance)}")
        lines.append(f"{indent}    - text: {json.dumps(one_line(one.text), ensure_ascii=False)}")
    gap = "" if text.endswith("\n") else end
    return text + gap + end.join(lines) + end


def _insist(file: Path, before: str | None, after: str, examples: Sequence[Accepted]) -> None:
    """Raise `NluDataError` unless the new file says what the old one did, and the examples."""
    old = [] if before is None else _said(before)
    wanted = [checked_line(one.text, Domain()).text for one in examples]
    if _said(after) != [*old, *((examples[0].intent, text) for text in wanted)]:
        raise NluDataError(f"{file.name} is written in a way that nothing can be added to it")


def _said(text: str) -> list[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.yml"
        file.write_bytes(text.encode("utf-8"))
        return [(one.intent, one.text) for one in read_rasa_yaml(file).examples]


def _lines(text: str) -> list[str]:
    """Lines as `git` counts them: only a line feed ends one."""
    return [line for line in re.split(r"(?<=\n)", text) if line]
