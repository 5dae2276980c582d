"""Which categories keep company, read from a file like `pairs.yml` beside this one."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from knowledge.errors import KnowledgeError

_PAIRS = TypeAdapter(dict[str, tuple[str, ...]])


class PairsFileError(KnowledgeError):
    """The file cannot be used; the message names it and what is wrong."""


def read_pairs(file: Path) -> Mapping[str, tuple[str, ...]]:
    """Return, for each category slug, the categories that go with it, best first."""
    try:
        return _PAIRS.validate_python(YAML(typ="safe").load(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise PairsFileError(f"{file}: cannot be read: {error}") from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise PairsFileError(f"{file}:{line}: {error.problem}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise PairsFileError(f"{file}: {place}: {first['msg']}") from None
