"""Rasa 3 training data (`version` and `nlu` in YAML) with the file and line of every error.

The reader walks YAML's node graph instead of building Python objects from it: nodes know their
line, and nothing in a file can make it construct anything.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from nlu.errors import NluDataError
from nlu.language import detect_language
from nlu.training.data import Example, Regex, TrainingData
from nlu.training.markup import parse_markup

_MAX_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Line:
    """One example as it stands in the file."""

    text: str
    number: int


def read_rasa_yaml(file: Path) -> TrainingData:
    """Read one file; raises `NluDataError` for anything that is not Rasa 3 NLU data."""
    return _Reader(file).read()


class _Reader:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._examples: list[Example] = []
        self._synonyms: dict[str, str] = {}
        self._regexes: list[Regex] = []
        self._lookups: dict[str, tuple[str, ...]] = {}
        self._sections: dict[str, Callable[[str, list[_Line]], None]] = {
            "intent": self._add_intent,
            "synonym": self._add_synonym,
            "regex": self._add_regex,
            "lookup": self._add_lookup,
        }

    def read(self) -> TrainingData:
        root = _compose(self._file)
        if root is None:
            raise NluDataError("the file is empty", file=self._file)
        sections = self._fields(root, {"version", "nlu"}, "file")
        self._check_version(sections.get("version"))
        if "nlu" not in sections:
            raise self._error(root, "no section `nlu`")
        for item in self._items(sections["nlu"]):
            self._read_section(item)
        return TrainingData(
            tuple(self._examples), self._synonyms, tuple(self._regexes), self._lookups
        )

    def _read_section(self, item: Node) -> None:
        fields = self._fields(item, {*self._sections, "examples", "metadata"}, "section")
        kinds = fields.keys() & self._sections.keys()
        if len(kinds) != 1:
            raise self._error(item, "a section is one of intent, synonym, regex or lookup")
        kind = kinds.pop()
        name = self._scalar(fields[kind]).strip()
        if not name:
            raise self._error(item, f"{kind} without a name")
        if "examples" not in fields:
            raise self._error(item, f"{kind} {name} has no examples")
        self._sections[kind](name, self._lines(fields["examples"]))

    def _add_intent(self, name: str, lines: list[_Line]) -> None:
        for line in lines:
            try:
                marked = parse_markup(line.text)
            except ValueError as error:
                raise NluDataError(str(error), file=self._file, line=line.number) from error
            language = detect_language(marked.text)
            self._examples.append(
                Example(marked.text, name, language, marked.entities, self._file, line.number)
            )
            for entity in marked.entities:
                if entity.value != entity.text:
                    self._synonyms[entity.text.casefold()] = str(entity.value)

    def _add_synonym(self, name: str, lines: list[_Line]) -> None:
        self._synonyms |= {line.text.casefold(): name for line in lines}

    def _add_regex(self, name: str, lines: list[_Line]) -> None:
        for line in lines:
            try:
                re.compile(line.text)
            except re.error as error:
                reason = f"bad regular expression for {name}: {error}"
                raise NluDataError(reason, file=self._file, line=line.number) from error
            self._regexes.append(Regex(name, line.text))

    def _add_lookup(self, name: str, lines: list[_Line]) -> None:
        words = tuple(line.text for line in lines)
        self._lookups[name] = self._lookups.get(name, ()) + words

    def _check_version(self, node: Node | None) -> None:
        if node is not None and self._scalar(node).split(".")[0] != "3":
            raise self._error(node, "training data must be of version 3")

    def _lines(self, node: Node) -> list[_Line]:
        if isinstance(node, SequenceNode):
            return [self._listed_example(item) for item in node.value]
        block = self._scalar(node)
        # The text of a block scalar begins on the line below its indicator.
        first = node.start_mark.line + (2 if getattr(node, "style", None) in ("|", ">") else 1)
        return [
            self._dashed_example(text, number)
            for number, text in enumerate(block.splitlines(), first)
            if text.strip()
        ]

    def _dashed_example(self, text: str, number: int) -> _Line:
        dash, _, example = text.strip().partition(" ")
        if dash != "-" or not example.strip():
            reason = "an example line is `- ` and the text"
            raise NluDataError(reason, file=self._file, line=number)
        return _Line(example.strip(), number)

    def _listed_example(self, node: Node) -> _Line:
        if isinstance(node, MappingNode):
            fields = self._fields(node, {"text", "metadata"}, "example")
            if "text" not in fields:
                raise self._error(node, "an example needs `text`")
            node = fields["text"]
        text = self._scalar(node).strip().removeprefix("- ").strip()
        if not text:
            raise self._error(node, "empty example")
        return _Line(text, node.start_mark.line + 1)

    def _fields(self, node: Node, known: set[str], what: str) -> dict[str, Node]:
        if not isinstance(node, MappingNode):
            raise self._error(node, f"a {what} must be a mapping")
        fields: dict[str, Node] = {}
        for key_node, value in node.value:
            key = self._scalar(key_node)
            if key not in known:
                raise self._error(key_node, f"unknown key `{key}`")
            if key in fields:
                raise self._error(key_node, f"duplicate key `{key}`")
            fields[key] = value
        return fields

    def _items(self, node: Node) -> list[Node]:
        if not isinstance(node, SequenceNode) or not node.value:
            raise self._error(node, "`nlu` must be a list of sections")
        return list(node.value)

    def _scalar(self, node: Node) -> str:
        if not isinstance(node, ScalarNode):
            raise self._error(node, "a text was expected here")
        return str(node.value)

    def _error(self, node: Node, reason: str) -> NluDataError:
        return NluDataError(reason, file=self._file, line=node.start_mark.line + 1)


def _compose(file: Path) -> Node | None:
    text = _read_text(file)
    try:
        for alias in _aliases(text):
            raise NluDataError("aliases are not allowed", file=file, line=alias)
        root: Node | None = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = " ".join(filter(None, [error.context, error.problem])) or "broken YAML"
        line = None if mark is None else mark.line + 1
        raise NluDataError(reason, file=file, line=line) from error
    except (YAMLError, RecursionError) as error:
        raise NluDataError(f"broken YAML: {error}", file=file) from error
    return root


def _aliases(text: str) -> Iterator[int]:
    if "*" not in text:  # an alias needs one, and a second pass over the file costs time
        return
    for event in YAML(typ="safe", pure=True).parse(text):
        if isinstance(event, AliasEvent):
            yield event.start_mark.line + 1


def _read_text(file: Path) -> str:
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise NluDataError(f"larger than {_MAX_BYTES} bytes", file=file)
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NluDataError(f"not UTF-8: {error.reason}", file=file) from error
    except OSError as error:
        raise NluDataError(error.strerror or "cannot be read", file=file) from error
