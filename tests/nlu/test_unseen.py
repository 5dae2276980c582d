"""Sentences that people wrote who had not seen the training data, on the project's own model.

Where they said what an example says, too ("hi", "转人工"), nothing is judged.
"""

from pathlib import Path

import pytest
from heguang import NOW, understanding

from bot.turn.routing import CLERK_INTENTS
from nlu.ports import NluEngine
from nlu.training import read_training_data
from nlu.training.read import BUNDLED_DATA
from nlu.types import OUT_OF_SCOPE

UNSEEN = Path(__file__).parent / "unseen"


@pytest.fixture(scope="module")
def engine(model_folder: Path) -> NluEngine:
    return understanding(model_folder)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_unseen_sentences_are_understood_and_outsiders_refused(
    engine: NluEngine, language: str
) -> None:
    learnt = {_plain(example.text) for example in read_training_data(BUNDLED_DATA).examples}
    examples = read_training_data(UNSEEN / f"{language}.yml").examples
    right = {True: 0, False: 0}
    asked = {True: 0, False: 0}
    for example in examples:
        if _plain(example.text) in learnt:
            continue
        inside = example.intent != OUT_OF_SCOPE
        clerks = frozenset() if example.intent in CLERK_INTENTS else CLERK_INTENTS
        parse = await engine.parse(example.text, allowed_intents=engine.intents - clerks, now=NOW)
        asked[inside] += 1
        right[inside] += parse.intent.name == example.intent
    assert right[True] >= 0.93 * asked[True]
    assert right[False] >= 0.75 * asked[False]


def _plain(text: str) -> str:
    return text.casefold().strip(" ?!.？！。")
