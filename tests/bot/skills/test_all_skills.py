"""What holds for every skill."""

import pytest
from heguang import ROOT

from bot import skills
from bot.replies import LANGUAGES, Phrasebook
from bot.turn.routing import CLARIFY, NOT_SUPPORTED
from bot.turn.turn import FAILED

SKILLS = skills.load()
UNSAID = {CLARIFY, NOT_SUPPORTED, FAILED, "shared_contact", "logged_in"}
"""Skills that routing or a channel chooses and nobody can ask for."""
INTENTS = sorted(file.stem for file in (ROOT / "nlu" / "data" / "zh").glob("[a-z]*.yml"))
BOOK = Phrasebook()


def test_every_skill_is_an_intent_of_the_data() -> None:
    sayable = {name for name, skill in SKILLS.items() if not skill.button_only}
    assert sayable - UNSAID <= set(INTENTS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_has_a_name_people_understand(language: str) -> None:
    assert {f"topics.{intent}" for intent in INTENTS} <= BOOK.keys(language)


@pytest.mark.parametrize("name", sorted(SKILLS))
def test_no_skill_lets_a_button_confirm(name: str) -> None:
    assert "confirm" not in SKILLS[name].slots
