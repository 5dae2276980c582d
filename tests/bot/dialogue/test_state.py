"""The dialogue state survives the store."""

from bot.dialogue.state import DialogueState, Option, Question


def test_a_new_conversation_has_an_empty_state() -> None:
    assert DialogueState.from_json({}) == DialogueState()
    assert DialogueState().to_json() == {}


def test_what_is_written_is_read() -> None:
    state = DialogueState(
        question=Question("stock_check", "product", 2, (Option("面霜", "COS-0001"),), free=True),
        slots={"size": "M"},
        shown_products=("COS-0001", "COS-0002"),
        order_number="HK2602270001",
        member_in_focus=7,
        last_skill="stock_check",
        misunderstood=1,
    )
    assert DialogueState.from_json(state.to_json()) == state


def test_settled_forgets_the_question_alone() -> None:
    state = DialogueState(Question("a", "b"), {"b": 1}, ("COS-0001",), order_number="HK1")
    assert state.settled() == DialogueState(shown_products=("COS-0001",), order_number="HK1")
