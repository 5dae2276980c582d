"""Folders that appear whole or not at all: checksums, locks, and publishing by rename."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


def sha256(path: Path) -> str:
    """Hexadecimal checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksums(folder: Path) -> dict[str, str]:
    """File name -> checksum, for every file directly in the folder."""
    return {p.name: sha256(p) for p in sorted(folder.iterdir()) if p.is_file()}


def first_damage(folder: Path, expected: Mapping[str, str]) -> str | None:
    """What is wrong with the folder's files, in words; None when all are as expected."""
    for name, checksum in expected.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if sha256(path) != checksum:
            return f"{name} does not match its checksum"
    return None


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock between processes; waits for whoever has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def published(final: Path) -> Iterator[Path]:
    """A fresh folder to fill; on leaving without error it becomes `final`, flushed to disk.

    A folder already there is replaced. On an error nothing of the new one remains.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{final.name}.", dir=final.parent))
    try:
        draft.chmod(0o755)
        yield draft
        for path in draft.iterdir():
            _flush(path)
        _flush(draft)
        if final.exists():
            shutil.rmtree(final)
        draft.rename(final)
        _flush(final.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def write_atomically(path: Path, text: str) -> None:
    """Replace a small file so that readers see the old or the new text, never a part."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)
    _flush(path.parent)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
