"""Rasa 3 training data (`version` and `nlu` in YAML) with the file and line of every error.

Files that somebody wrote for Rasa may hold stories, rules, responses and a domain beside `nlu`;
those parts are not ours to read. What Rasa warns of and skips is told and skipped here too.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from nlu.errors import NluDataError
from nlu.language import detect_language
from nlu.normalise import MAX_CHARACTERS
from nlu.training.data import Example, Regex, TrainingData
from nlu.training.lookup_file import read_lookup_file
from nlu.training.markup import parse_markup
from nlu.training.yaml_nodes import Mapping, Node, Scalar, Sequence, YamlFile

Tell: TypeAlias = Callable[[NluDataError], None]
"""Told of what is wrong with the data; may raise it."""

_logger = logging.getLogger(__name__)
_NOT_OURS: Final = frozenset(
    {"stories", "rules", "e2e_tests", "flows"}
    | {"intents", "entities", "slots", "responses", "forms", "actions", "e2e_actions"}
    | {"session_config", "config", "nlg"}
    | {"recipe", "language", "assistant_id", "pipeline", "policies", "assistant"}
)
_SECTION_KEYS: Final = frozenset({"examples", "metadata"})
_EXAMPLE_KEYS: Final = frozenset({"text", "metadata"})


@dataclass(frozen=True, slots=True)
class _Line:
    """One example as it stands in the file."""

    text: str
    number: int


def insist(problem: NluDataError) -> None:
    """Raise what is wrong with the data, or log it when the rest can be used without it."""
    if not problem.harmless:
        raise problem
    _logger.warning("%s", problem)


def read_rasa_yaml(file: Path, tell: Tell = insist) -> TrainingData:
    """Read one file; raises `NluDataError` for anything that is not Rasa 3 data.

    With a `tell` that does not raise, reading goes on behind everything that can be left out.
    """
    return _Reader(file, tell).read()


class _Reader:
    def __init__(self, file: Path, tell: Tell) -> None:
        self._yaml = YamlFile(file)
        self._file = file
        self._tell = tell
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
        root = self._yaml.root()
        sections = self._yaml.known_fields(root, _NOT_OURS | {"version", "nlu"}, "file")
        self._check_version(sections.get("version"))
        if "nlu" not in sections and not sections.keys() & _NOT_OURS:
            raise self._yaml.error(root, "no section `nlu`")
        for item in self._items(sections.get("nlu")):
            try:
                self._read_section(item)
            except NluDataError as error:
                self._tell(error)
        return TrainingData(
            tuple(self._examples), self._synonyms, tuple(self._regexes), self._lookups
        )

    def _items(self, node: Node | None) -> list[Node]:
        if node is None:
            return []
        if not isinstance(node, Sequence) or not node.items:
            raise self._yaml.error(node, "`nlu` must be a list of sections")
        return node.items

    def _read_section(self, item: Node) -> None:
        fields = self._yaml.known_fields(item, _SECTION_KEYS | self._sections.keys(), "section")
        kinds = fields.keys() & self._sections.keys()
        if len(kinds) != 1:
            raise self._yaml.error(item, "a section is one of intent, synonym, regex or lookup")
        kind = kinds.pop()
        name = self._yaml.text(fields[kind]).strip()
        if not name:
            raise self._yaml.error(item, f"{kind} without a name")
        lines = self._lines(fields["examples"]) if "examples" in fields else []
        if not lines:
            raise self._yaml.error(item, f"{kind} {name} has no examples")
        self._sections[kind](name, lines)

    def _add_intent(self, name: str, lines: list[_Line]) -> None:
        for line in lines:
            try:
                marked = parse_markup(line.text)
            except ValueError as error:
                self._complain(line, str(error))
                continue
            for key in marked.ignored:
                self._complain(line, f"unknown key in entity markup: {key}", harmless=True)
            language = detect_language(marked.text)
            self._examples.append(
                Example(marked.text, name, language, marked.entities, self._file, line.number)
            )
            for entity in marked.entities:
                if entity.value != entity.text:
                    self._add_value(line, entity.text, str(entity.value))

    def _add_synonym(self, name: str, lines: list[_Line]) -> None:
        for line in lines:
            self._add_value(line, line.text, name)

    def _add_value(self, line: _Line, word: str, value: str) -> None:
        before = self._synonyms.setdefault(word.casefold(), value)
        if before != value:
            self._complain(
                line, f"{word} stands for {value}, and before for {before}", harmless=True
            )
            self._synonyms[word.casefold()] = value

    def _add_regex(self, name: str, lines: list[_Line]) -> None:
        for line in lines:
            try:
                re.compile(line.text)
            except (re.error, OverflowError, RecursionError) as error:
                self._complain(line, f"bad regular expression for {name}: {error}")
            else:
                self._regexes.append(Regex(name, line.text))

    def _add_lookup(self, name: str, lines: list[_Line]) -> None:
        words: list[str] = []
        for line in lines:
            if line.text.endswith(".txt"):
                words += read_lookup_file(line.text, self._file, line.number)
            else:
                words.append(line.text)
        self._lookups[name] = self._lookups.get(name, ()) + tuple(words)

    def _check_version(self, node: Node | None) -> None:
        if node is not None and self._yaml.text(node).split(".")[0] != "3":
            raise self._yaml.error(node, "training data must be of version 3")

    def _lines(self, node: Node) -> list[_Line]:
        if isinstance(node, Sequence):
            lines = [self._listed(item) for item in node.items]
        elif isinstance(node, Scalar) and node.text.strip().endswith(".txt") and not node.block:
            lines = [_Line(node.text.strip(), node.line)]  # a lookup's file
        else:
            first = node.line + (1 if isinstance(node, Scalar) and node.block else 0)
            block = self._yaml.text(node).split("\n")
            lines = [
                self._dashed(text.strip(), n) for n, text in enumerate(block, first) if text.strip()
            ]
        return [line for line in lines if self._is_usable(line)]

    def _dashed(self, text: str, number: int) -> _Line:
        if text.startswith("-"):
            return _Line(text[1:].strip(), number)
        if not text.startswith("#"):
            reason = "left out, an example line is `- ` and the text"
            self._complain(_Line(text, number), reason, harmless=True)
        return _Line("", number)

    def _listed(self, node: Node) -> _Line:
        if isinstance(node, Mapping):
            fields = self._yaml.known_fields(node, _EXAMPLE_KEYS, "example")
            if "text" not in fields:
                raise self._yaml.error(node, "an example needs `text`")
            node = fields["text"]
        text = self._yaml.text(node).strip().removeprefix("- ").strip()
        line = _Line(
            " ".join(text.split("\n")), node.line + (isinstance(node, Scalar) and node.block)
        )
        if not text:
            self._complain(line, "empty example", harmless=True)
        return line

    def _is_usable(self, line: _Line) -> bool:
        if len(line.text) > MAX_CHARACTERS:
            self._complain(line, f"an example longer than {MAX_CHARACTERS} characters")
            return False
        return bool(line.text)

    def _complain(self, line: _Line, reason: str, *, harmless: bool = False) -> None:
        self._tell(NluDataError(reason, file=self._file, line=line.number, harmless=harmless))
