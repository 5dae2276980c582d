"""Canned replies: a file for each language that the shop's people edit themselves.

A file is a list of ``name`` and ``text``; ``{customer}``, ``{agent}`` and ``{order}`` are filled in
when a reply is chosen. What is not known stays out, with the comma before it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, field_validator

VARIABLES: Final = frozenset({"customer", "agent", "order"})
PACKAGED: Final = Path(__file__).with_name("canned")
_VARIABLE: Final = re.compile(r"(?P<before>[，,]? ?)\{(?P<name>\w*)\}")


class CannedRepliesError(ValueError):
    """A file of canned replies cannot be used; the message names file and place."""


class CannedReply(BaseModel):
    """One reply as its file has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    text: str

    @field_validator("text")
    @classmethod
    def _knows_its_variables(cls, text: str) -> str:
        unknown = {match["name"] for match in _VARIABLE.finditer(text)} - VARIABLES
        if unknown:
            raise ValueError(f"unknown variable {{{sorted(unknown)[0]}}}")
        return text

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the text for one customer."""

        def fill(found: re.Match[str]) -> str:
            value = values.get(found["name"], "")
            return found["before"] + value if value else ""

        return _VARIABLE.sub(fill, self.text).strip()


@dataclass(frozen=True, slots=True)
class CannedReplies:
    """All replies of one language, in the order of the file."""

    replies: Sequence[CannedReply]

    def search(self, words: str) -> list[CannedReply]:
        """Return the replies that hold every word, those with a word in the name first."""
        wanted = words.casefold().split()
        found = [
            reply
            for reply in self.replies
            if all(word in f"{reply.name} {reply.text}".casefold() for word in wanted)
        ]
        by_text = [any(word not in reply.name.casefold() for word in wanted) for reply in found]
        return [reply for _, reply in sorted(zip(by_text, found, strict=True), key=lambda p: p[0])]


def load_canned(language: str, folder: Path | None = None) -> CannedReplies:
    """Read a language's file, the packaged one when the folder has none.

    Raises `CannedRepliesError` on a file that is no list of replies.
    """
    own = folder / f"{language}.yml" if folder else None
    path = own if own is not None and own.is_file() else PACKAGED / f"{language}.yml"
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8")) or []
        return CannedReplies(tuple(TypeAdapter(list[CannedReply]).validate_python(found)))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise CannedRepliesError(f"{path}: {place}: {first['msg']}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CannedRepliesError(f"{path}: {error}") from None
