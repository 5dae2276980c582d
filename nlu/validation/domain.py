"""Which intents and kinds of entities there are, as Rasa's domain files name them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from nlu.errors import NluDataError
from nlu.training import yaml_nodes
from nlu.training.read import training_files
from nlu.training.yaml_nodes import Node, YamlFile

_YAML: Final = (".yml", ".yaml")


@dataclass(frozen=True, slots=True)
class Domain:
    """What may be used in training data; what is empty is not checked."""

    intents: frozenset[str] = frozenset()
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Kinds of entities, and the roles each may have."""


def read_domain(*paths: Path) -> Domain:
    """The `intents` and `entities` of all YAML files; those that cannot be read say nothing."""
    intents: set[str] = set()
    roles: dict[str, frozenset[str]] = {}
    for file in training_files(*paths):
        if file.suffix.lower() not in _YAML:
            continue
        try:
            found = _domain(YamlFile(file))
        except NluDataError:  # validation reports it as a broken file
            continue
        intents |= found.intents
        roles |= found.roles
    return Domain(frozenset(intents), roles)


def _domain(file: YamlFile) -> Domain:
    fields = file.fields(file.root(), "file")
    intents = _named(file, fields["intents"][1]) if "intents" in fields else {}
    entities = _named(file, fields["entities"][1]) if "entities" in fields else {}
    return Domain(
        frozenset(intents), {kind: _roles(file, detail) for kind, detail in entities.items()}
    )


def _named(file: YamlFile, node: Node) -> dict[str, Node | None]:
    """Items that are a name, or a name with details."""
    named: dict[str, Node | None] = {}
    if not isinstance(node, yaml_nodes.Sequence):
        return named
    for item in node.items:
        if isinstance(item, yaml_nodes.Mapping):
            named |= {name: value for name, (_, value) in file.fields(item, "item").items()}
        else:
            named[file.text(item)] = None
    return named


def _roles(file: YamlFile, detail: Node | None) -> frozenset[str]:
    if not isinstance(detail, yaml_nodes.Mapping):
        return frozenset()
    fields = file.fields(detail, "entity")
    return frozenset(_named(file, fields["roles"][1])) if "roles" in fields else frozenset()
