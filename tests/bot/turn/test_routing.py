"""The routing table: which skill answers what."""

from dataclasses import replace

import pytest

from bot import skills
from bot.dialogue.reply import Pressed
from bot.dialogue.skill import Audience
from bot.dialogue.state import CONFIRM, DialogueState, Option, Question
from bot.turn.route import Route
from bot.turn.routing import route
from nlu.types import Entity, IntentScore, Parse

SKILLS = skills.load()
CUSTOMERS, CLERKS = Audience.CUSTOMERS, Audience.CLERKS
NEW = DialogueState()


def parsed(text: str, intent: str, *found: tuple[str, str], sure: float = 0.95) -> Parse:
    """A parse of a text with entities given as (kind, words)."""
    entities = tuple(
        Entity(kind, words, words, text.index(words), text.index(words) + len(words))
        for kind, words in found
    )
    score = IntentScore(intent, sure)
    return Parse(text, "zh", score, (score,), entities, in_scope=intent != "out_of_scope")


def to(parse: Parse, state: DialogueState = NEW, audience: Audience = CUSTOMERS) -> Route:
    return route(parse, None, state, SKILLS, audience)


def asking(skill: str, slot: str, **more: object) -> DialogueState:
    return DialogueState(question=Question(skill, slot, **more))  # type: ignore[arg-type]


def test_an_intent_has_its_skill() -> None:
    assert to(parsed("我的快递到哪了", "order_status")) == Route("order_status")


def test_an_intent_without_a_skill_is_said_to_be_unsupported() -> None:
    assert "no_such_intent" not in SKILLS
    assert to(parsed("…", "no_such_intent")) == Route("not_supported", {"intent": "no_such_intent"})


@pytest.mark.parametrize("intent", ["member_lookup", "segment_query"])
def test_clerks_intents_do_not_exist_for_customers(intent: str) -> None:
    assert to(parsed("查会员", intent)) == Route("out_of_scope", understood=False)


def test_customers_skills_are_unsupported_for_clerks() -> None:
    assert to(parsed("积分", "points_balance"), audience=CLERKS).skill == "not_supported"


def test_nobody_is_asked_whether_they_meant_what_is_not_for_them() -> None:
    readings = (IntentScore("recommend_product", 0.5), IntentScore("next_best_offer", 0.45))
    parse = replace(parsed("护肤推哪些", "recommend_product"), ambiguous=readings)
    assert to(parse, audience=CLERKS) == Route("next_best_offer")
    assert to(parse) == Route("recommend_product")


def test_two_close_readings_are_clarified() -> None:
    readings = (IntentScore("search_product", 0.5), IntentScore("stock_check", 0.45))
    parse = replace(parsed("冲锋衣有吗", "search_product"), ambiguous=readings)
    assert to(parse) == Route("clarify", {"intents": ["search_product", "stock_check"]})


def test_nobody_is_asked_whether_products_are_searched_or_recommended() -> None:
    readings = (IntentScore("recommend_product", 0.34), IntentScore("search_product", 0.33))
    parse = replace(parsed("推荐一款敏感肌面霜", "recommend_product"), ambiguous=readings)
    assert to(parse) == Route("recommend_product")


@pytest.mark.parametrize(
    ("text", "kind", "words", "audience", "skill"),
    [
        ("HK2602270001", "order_number", "HK2602270001", CUSTOMERS, "order_status"),
        ("HK2602270001", "order_number", "HK2602270001", CLERKS, "member_lookup"),
        ("13800138000", "phone", "13800138000", CLERKS, "member_lookup"),
        ("COS-0001", "sku", "COS-0001", CUSTOMERS, "stock_check"),
        ("上海呢", "city", "上海", CUSTOMERS, "store_info"),
        ("面霜", "category", "面霜", CUSTOMERS, "search_product"),
    ],
)
def test_a_number_or_name_alone_has_a_skill(
    text: str, kind: str, words: str, audience: Audience, skill: str
) -> None:
    assert to(parsed(text, "out_of_scope", (kind, words)), audience=audience) == Route(skill)


def test_a_name_in_passing_has_none() -> None:
    parse = parsed("上海今天会不会下雨呢你知道吗", "out_of_scope", ("city", "上海"))
    assert to(parse) == Route("out_of_scope", understood=False)


def test_the_last_skill_goes_on_with_what_it_can_use() -> None:
    state = DialogueState(last_skill="stock_check")
    assert to(parsed("那L码呢", "out_of_scope", ("size", "L")), state) == Route("stock_check")


def test_an_answer_goes_to_whom_asked_with_everything_told() -> None:
    state = replace(asking("order_status", "order_number"), slots={"tries": 1})
    parse = parsed("HK1 尾号7890", "out_of_scope", ("order_number", "HK1"), ("phone_tail", "7890"))
    told = {"tries": 1, "order_number": "HK1", "phone_tail": "7890"}
    assert to(parse, state) == Route("order_status", told)


def test_no_answer_goes_back_to_whom_asked_as_not_understood() -> None:
    state = asking("order_status", "order_number")
    assert to(parsed("呃", "out_of_scope"), state) == Route("order_status", understood=False)


def test_a_yes_is_no_answer_to_which() -> None:
    assert to(parsed("好的", "affirm"), asking("order_status", "order_number")).slots == {}


def test_another_question_interrupts() -> None:
    state = asking("order_status", "order_number")
    assert to(parsed("几点关门", "store_info"), state) == Route("store_info")


def test_a_slot_mentioned_in_passing_interrupts_all_the_same() -> None:
    parse = parsed("上海那家店里有没有好用的面霜卖啊", "stock_check", ("city", "上海"))
    assert to(parse, asking("store_info", "city")) == Route("stock_check")


@pytest.mark.parametrize("intent", ["stop", "deny"])
def test_leaving(intent: str) -> None:
    assert to(parsed("算了", intent), asking("order_status", "order_number")) == Route("stop")


def test_options_are_chosen_by_place_or_words() -> None:
    state = asking("store_info", "city", options=(Option("上海", "shanghai"), Option("香港", "hk")))
    for text in ("第二个", "2", "香港", "the last one"):
        assert to(parsed(text, "out_of_scope"), state) == Route("store_info", {"city": "hk"})


def test_free_words_are_an_answer_unless_they_clearly_ask_for_something_else() -> None:
    state = asking("search_product", "wish", free=True)
    said = parsed("不油腻的", "product_question", sure=0.6)
    assert to(said, state) == Route("search_product", {"wish": "不油腻的"})
    assert to(parsed("我要退货", "return_item"), state).skill != "search_product"
    assert to(parsed("好的", "affirm"), state).slots == {}


@pytest.mark.parametrize(
    ("intent", "confirmed"), [("affirm", True), ("deny", False), ("stop", False)]
)
def test_a_yes_or_no_question(intent: str, confirmed: bool) -> None:
    state = replace(asking("talk_to_human", CONFIRM), slots={"reason": "asked"})
    assert to(parsed("…", intent), state) == Route(
        "talk_to_human", {"reason": "asked", CONFIRM: confirmed}
    )


def test_a_button_fills_only_what_its_skill_declares() -> None:
    pressed = Pressed("stock_check", {"product": "COS-0001", "member_id": 1})
    going_to = route(parsed("/…", "stock_check"), pressed, NEW, SKILLS, CUSTOMERS)
    assert going_to == Route("stock_check", {"product": "COS-0001"})


def test_a_button_confirms_only_what_was_asked() -> None:
    pressed = Pressed("talk_to_human", {CONFIRM: False})
    parse = parsed("/…", "talk_to_human")
    assert route(parse, pressed, NEW, SKILLS, CUSTOMERS) == Route("talk_to_human", {})
    state = replace(asking("talk_to_human", CONFIRM), slots={"reason": "asked"})
    assert route(parse, pressed, state, SKILLS, CUSTOMERS) == Route(
        "talk_to_human", {"reason": "asked", CONFIRM: False}
    )


def test_a_button_of_the_clerks_is_none_for_customers() -> None:
    pressed = Pressed("member_lookup", {"member": "1"})
    going_to = route(parsed("/…", "member_lookup"), pressed, NEW, SKILLS, CUSTOMERS)
    assert going_to == Route("out_of_scope", understood=False)


@pytest.mark.parametrize("words", ["转人工", "我要找人工客服", "talk to a human please"])
def test_calling_a_human_is_never_a_value(words: str) -> None:
    asked = asking("invoice_request", "company", free=True)
    assert to(parsed(words, "out_of_scope"), asked) == Route("talk_to_human")


@pytest.mark.parametrize("words", ["算了", "不办了", "never mind"])
def test_leaving_is_never_a_value(words: str) -> None:
    asked = asking("invoice_request", "tax_number", free=True)
    assert to(parsed(words, "out_of_scope"), asked) == Route("stop")


@pytest.mark.parametrize("words", ["税号在哪里看？", "能不填吗", "what is that"])
def test_a_question_is_never_a_value(words: str) -> None:
    asked = asking("invoice_request", "tax_number", free=True)
    assert to(parsed(words, "invoice_request"), asked).slots == {}


def test_a_story_may_be_a_question() -> None:
    asked = asking("complaint", "story", free=True, story=True)
    words = "为什么三天了还不发货？"
    assert to(parsed(words, "order_status"), asked).slots == {"story": words}


@pytest.mark.parametrize(("words", "units"), [("改成5件", 5), ("make it two", 2), ("只要一件", 1)])
def test_how_many_is_put_right_at_a_confirmation(words: str, units: int) -> None:
    state = replace(asking("return_item", CONFIRM), slots={"quantity": 3})
    assert to(parsed(words, "out_of_scope"), state) == Route("return_item", {"quantity": units})


@pytest.mark.parametrize(("words", "slot"), [("换个原因", "reason"), ("改一下", "any")])
def test_an_answer_is_asked_for_anew(words: str, slot: str) -> None:
    state = replace(asking("return_item", CONFIRM), slots={"reason": "broken"})
    assert to(parsed(words, "exchange_item"), state).slots == {"reason": "broken", "change": slot}


@pytest.mark.parametrize(
    "words",
    ["别再给我发广告了", "不想收到你们的促销短信", "stop sending me offers", "no more ads please"],
)
def test_marketing_is_stopped_whatever_the_model_makes_of_the_words(words: str) -> None:
    stopped = Route("privacy_request", {"action": "stop_marketing"})
    assert to(parsed(words, "out_of_scope")) == stopped
