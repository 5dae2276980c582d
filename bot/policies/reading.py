"""Reading the files of policies."""

from functools import cache
from pathlib import Path
from typing import Final, TypeVar

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from bot.policies.rules import Policies
from bot.policies.section import Section
from bot.policies.service import Service

FILE: Final = Path(__file__).with_name("after_sales.yml")
SERVICE_FILE: Final = Path(__file__).with_name("service.yml")
_Rules = TypeVar("_Rules", bound=Section)


class PolicyError(Exception):
    """The policies cannot be used; the message names the file, the place and what is wrong."""


@cache
def load_policies(file: Path = FILE) -> Policies:
    """Read the policies; raises `PolicyError`."""
    return _read(file, Policies)


@cache
def load_service(file: Path = SERVICE_FILE) -> Service:
    """Read the rules of the desk; raises `PolicyError`."""
    return _read(file, Service)


def _read(file: Path, kind: type[_Rules]) -> _Rules:
    try:
        document = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{file}: cannot be read: {error}") from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise PolicyError(f"{file}:{line}: {error.problem}") from None
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        what = "unknown key" if first["type"] == "extra_forbidden" else first["msg"]
        raise PolicyError(f"{file}: {place}: {what}") from None
