"""Builds a tokenizer.json for the `tokenizers` package from the packed model's vocabulary.

The genuine tokenizer normalises by a compiled table ("nmt_nfkc"). That table equals Unicode's
NFKC but for characters it drops, characters it turns into spaces, and a few it leaves alone, so
three replacements around NFKC say the same and also compose accents, which the packed
per-character table cannot.
"""

import re
import unicodedata
from pathlib import Path

from knowledge.embedding.packed_model import PackedModel

UNKNOWN_ID = 3
_SHELTERED = "～"  # NFKC would make it "~", another token; common in Chinese chat
_SHELTER = "\ue000"


def write_tokenizer(model: PackedModel, path: Path) -> None:
    """Write tokenizer.json: "<s> text </s>", cut at the model's number of positions."""
    from tokenizers import (  # noqa: PLC0415 - heavy
        Regex,
        Tokenizer,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    tokenizer = Tokenizer(models.Unigram(model.pieces, UNKNOWN_ID, byte_fallback=False))
    steps = [
        normalizers.Replace(Regex(pattern), replacement)
        for pattern, replacement in _beyond_nfkc(model.replacements)
    ]
    tokenizer.normalizer = normalizers.Sequence(
        [
            *steps,
            normalizers.Replace(_SHELTERED, _SHELTER),
            normalizers.NFKC(),
            normalizers.Replace(_SHELTER, _SHELTERED),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always"),
        ]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.enable_truncation(model.shape.positions)
    tokenizer.save(str(path), pretty=False)


def _beyond_nfkc(replacements: dict[str, str]) -> list[tuple[str, str]]:
    """What the table does and NFKC does not, as (character class, replacement)."""
    by_target: dict[str, list[str]] = {}
    for character, target in replacements.items():
        if unicodedata.normalize("NFKC", character) != target:
            by_target.setdefault(target, []).append(character)
    return [
        ("[" + "".join(re.escape(c) for c in sorted(group)) + "]", target)
        for target, group in sorted(by_target.items())
    ]
