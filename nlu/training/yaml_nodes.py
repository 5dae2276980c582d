"""YAML as nodes that know their line; nothing in a file can make them construct anything.

libyaml reads a file of 100,000 examples in a second or a few, where a parser in Python takes
minutes. Nodes are built from its events, one after the other: a deep file cannot exhaust the
stack, and an alias, by which a few lines can stand for billions of nodes, is an error on its line.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import yaml

from nlu.errors import NluDataError
from nlu.training.text_file import read_text

_LOADER: Final = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_NULLS: Final = frozenset({"~", "null", "Null", "NULL"})
_DEEPEST: Final = 50
"""Levels of collections in one another; training data needs five."""


@dataclass(slots=True)
class Scalar:
    """A text, number or truth value as it is written; nothing is the empty text."""

    line: int
    """Counted from 1, as in all nodes."""
    text: str
    block: bool
    """Written as a block (`|` or `>`), whose text begins on the line below."""


@dataclass(slots=True)
class Sequence:
    """A list."""

    line: int
    items: "list[Node]"


@dataclass(slots=True)
class Mapping:
    """Keys and values."""

    line: int
    items: "list[Node]"
    """Key, value, key, value ..."""


Node: TypeAlias = Scalar | Sequence | Mapping


class YamlFile:
    """One file's nodes, and the errors in it by file and line."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def root(self) -> Node:
        """The file's node; raises `NluDataError` when it is empty or not YAML without aliases."""
        text = read_text(self.file)
        try:
            root = self._composed(text)
        except yaml.MarkedYAMLError as error:
            raise self._broken(text, error) from error
        except yaml.YAMLError as error:
            raise NluDataError(f"broken YAML: {error}", file=self.file) from error
        if root is None or (isinstance(root, Scalar) and not root.text):
            raise NluDataError("the file is empty", file=self.file)
        return root

    def fields(self, node: Node, what: str) -> dict[str, tuple[Node, Node]]:
        """A mapping's keys, each with the nodes of key and value; a key must stand there once."""
        if not isinstance(node, Mapping):
            raise self.error(node, f"a {what} must be a mapping")
        fields: dict[str, tuple[Node, Node]] = {}
        for key_node, value in zip(node.items[::2], node.items[1::2], strict=True):
            key = self.text(key_node)
            if key in fields:
                raise self.error(key_node, f"duplicate key `{key}`")
            fields[key] = key_node, value
        return fields

    def known_fields(self, node: Node, known: frozenset[str], what: str) -> dict[str, Node]:
        """A mapping's values, when all its keys are among `known`."""
        fields = self.fields(node, what)
        for key, (key_node, _) in fields.items():
            if key not in known:
                raise self.error(key_node, f"unknown key `{key}`")
        return {key: value for key, (_, value) in fields.items()}

    def text(self, node: Node) -> str:
        """A scalar's text."""
        if not isinstance(node, Scalar):
            raise self.error(node, "a text was expected here")
        return node.text

    def error(self, node: Node, reason: str) -> NluDataError:
        """An error at a node's line."""
        return NluDataError(reason, file=self.file, line=node.line)

    def _composed(self, text: str) -> Node | None:
        root: Node | None = None
        open_nodes: list[Sequence | Mapping] = []
        for event in yaml.parse(text, _LOADER):
            if isinstance(event, yaml.CollectionEndEvent):
                open_nodes.pop()
                continue
            node = self._node(event, second=root is not None)
            if node is None:
                continue
            if open_nodes:
                open_nodes[-1].items.append(node)
            else:
                root = node
            if not isinstance(node, Scalar):
                open_nodes.append(node)
                if len(open_nodes) > _DEEPEST:
                    raise self.error(node, f"nested more than {_DEEPEST} deep")
        return root

    def _node(self, event: yaml.Event, *, second: bool) -> Node | None:
        line = 1 if event.start_mark is None else event.start_mark.line + 1
        match event:
            case yaml.ScalarEvent():
                null = event.implicit[0] and event.value in _NULLS
                return Scalar(line, "" if null else event.value, event.style in ("|", ">"))
            case yaml.MappingStartEvent():
                return Mapping(line, [])
            case yaml.SequenceStartEvent():
                return Sequence(line, [])
            case yaml.AliasEvent():
                raise NluDataError("aliases are not allowed", file=self.file, line=line)
            case yaml.DocumentStartEvent() if second:
                raise NluDataError("a second document in one file", file=self.file, line=line)
            case _:
                return None

    def _broken(self, text: str, error: yaml.MarkedYAMLError) -> NluDataError:
        mark = error.problem_mark or error.context_mark
        reason = " ".join(filter(None, [error.context, error.problem])) or "broken YAML"
        if mark is None:
            return NluDataError(reason, file=self.file)
        lines = text.splitlines()
        broken = lines[mark.line] if mark.line < len(lines) else ""
        if "\t" in broken[: len(broken) - len(broken.lstrip())]:
            reason = "a tab indents this line; YAML wants spaces"
        return NluDataError(reason, file=self.file, line=mark.line + 1)
