"""How well each intent needs to know whom it serves, as docs/verification.md tells people."""

import re
from pathlib import Path

import pytest
from heguang import ROOT

from bot import skills
from bot.dialogue.levels import Proof
from bot.dialogue.skill import Audience

PAGE: Path = ROOT / "docs" / "verification.md"
STATED = {
    intent: Proof[level.upper()]
    for intent, level in re.findall(
        r"^\| `(\w+)` \| (guest|order|member|fresh) \|", PAGE.read_text(encoding="utf-8"), re.M
    )
}
SKILLS = skills.load()
INTENTS = {file.stem for file in (ROOT / "nlu" / "data" / "zh").glob("[a-z]*.yml")}


@pytest.mark.parametrize("intent", sorted(SKILLS.keys() & INTENTS))
def test_each_intent_states_its_level(intent: str) -> None:
    if SKILLS[intent].audience & Audience.CUSTOMERS:
        assert STATED[intent] is SKILLS[intent].proof
