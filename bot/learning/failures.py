"""Which messages the bot failed on, and what the human's work says they meant: pure functions."""

from collections.abc import Sequence
from typing import Final

from bot.dialogue.reply import Pressed
from bot.policies.learning import LearningRules
from bot.turn.recording import AMBIGUOUS, ANSWERING, MISUNDERSTOOD
from bot.turn.understanding import NOT_READ
from crm_store.types.conversations import JSON, Author, JSONObject, Message
from crm_store.types.examples import Evidence, Failure, Label
from crm_store.types.handoffs import Handoff, HandoffState
from nlu.types import OUT_OF_SCOPE

_NOTHING: Final[Sequence[str]] = ()
Span = tuple[int, int, str]


def failure_of(message: Message, rules: LearningRules) -> Failure | None:
    """Return how the bot failed on a message; ``None`` when it did not, or read no words."""
    parse = message.parse
    if message.author is not Author.CUSTOMER or parse is None or parse.fingerprint == NOT_READ:
        return None
    if not message.text.strip() or message.text.lstrip().startswith("/"):
        return None
    if parse.detail.get("text", message.text) != message.text:
        return None  # a tap that settled what earlier words had meant
    if parse.detail.get(MISUNDERSTOOD, parse.intent == OUT_OF_SCOPE):
        return Failure.NOT_UNDERSTOOD
    if parse.detail.get(AMBIGUOUS):
        return Failure.AMBIGUOUS
    unsure = parse.confidence < rules.unsure_below and parse.intent != OUT_OF_SCOPE
    return Failure.UNSURE if unsure and ANSWERING not in parse.detail else None


def label_of(
    handoff: Handoff, rules: LearningRules, actions: Sequence[str] = _NOTHING
) -> Label | None:
    """Return what a closed handoff says of the messages before it; ``None``: nothing to learn.

    ``actions`` are the forms that were filled in during it, oldest first: the first one is what
    the customer had come for. A form says more than an instruction, and that more than a code.
    """
    if handoff.resolution_code in rules.ignored:
        return None
    if actions:
        return Label(rules.intent_of_action(actions[0]), Evidence.ACTION, actions[0])
    told = Pressed.from_text(handoff.instruction or "")
    if handoff.state is HandoffState.HANDED_BACK:
        if told is None:
            return None
        return Label(rules.intent_of_action(told.intent), Evidence.INSTRUCTION, told.intent)
    code = handoff.resolution_code or ""
    intent = rules.resolutions.get(code)
    return Label(intent, Evidence.RESOLUTION if intent else Evidence.NONE, code)


def spans_of(detail: JSONObject) -> list[Span]:
    """Return the entities of a stored parse: start, end and kind."""
    entities = detail.get("entities")
    found = [_span(one) for one in entities] if isinstance(entities, list) else []
    return [span for span in found if span is not None]


def _span(entity: JSON) -> Span | None:
    match entity:
        case {"start": int(start), "end": int(end), "entity": str(kind)}:
            return start, end, kind
        case _:
            return None
