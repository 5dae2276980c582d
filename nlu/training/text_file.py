"""Reading a data file's text, with the errors people can act on."""

from pathlib import Path
from typing import Final

from nlu.errors import NluDataError

MAX_BYTES: Final = 64 * 1024 * 1024
"""A file of 100,000 examples has about ten of them."""


def read_text(file: Path) -> str:
    """The file's text; raises `NluDataError` when it is too large, not UTF-8 or not readable."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise NluDataError(f"larger than {MAX_BYTES // 1024**2} MB", file=file)
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NluDataError(f"not UTF-8: {error.reason}", file=file) from error
    except OSError as error:
        raise NluDataError(error.strerror or "cannot be read", file=file) from error
