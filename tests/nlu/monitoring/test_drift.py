"""Drift, masking and the choice of sentences to label."""

import pytest

from nlu.errors import NluDataError
from nlu.monitoring.drift import Heard, drift
from nlu.monitoring.masking import Mask
from nlu.ports import Embedder
from nlu.training import TrainingData
from nlu.types import OUT_OF_SCOPE


@pytest.fixture(scope="module")
def as_ever(small_shop: TrainingData) -> list[Heard]:
    """Messages that are what the model was trained on."""
    return [Heard(f"{e.text}, please", e.intent, 0.9) for e in small_shop.examples]


def test_nothing_moved(as_ever: list[Heard], small_shop: TrainingData, embedder: Embedder) -> None:
    found = drift(as_ever, as_ever, small_shop, embedder, labels=0)
    assert found.mix_distance == pytest.approx(0)
    assert found.unknown == 10
    assert found.unknown_interval[0] < found.unknown_before == 0.2 < found.unknown_interval[1]
    assert found.far <= 0.1
    assert found.warnings == ()
    assert found.to_label == ()


def test_people_talk_of_other_things(
    as_ever: list[Heard], small_shop: TrainingData, embedder: Embedder
) -> None:
    strange = [
        Heard(f"my washing machine shows error E{n}, water runs out", OUT_OF_SCOPE, 0.8, (), "new")
        for n in range(20)
    ]
    lost = [heard for heard in as_ever if heard.intent == "store_info"] * 3
    found = drift(strange + lost, as_ever, small_shop, embedder, labels=3)
    assert found.warnings == (
        "More messages are refused than before.",
        "People ask for other things than in the period before.",
        "Many messages are like nothing in the training data: label some.",
    )
    assert found.moved[0].intent == "store_info"
    assert found.models == ("new",)
    assert "washing machine" in found.to_label[0].text


def test_sentences_to_label_are_unlike_each_other(
    small_shop: TrainingData, embedder: Embedder
) -> None:
    heard = [Heard("do you rent out evening gowns", OUT_OF_SCOPE, 0.6)] * 30
    heard += [Heard("Do you rent out evening gowns ", OUT_OF_SCOPE, 0.6)]
    heard += [Heard("可以预约修鞋吗", OUT_OF_SCOPE, 0.6), Heard("where is my order", "x", 1.0)]
    found = drift(heard, (), small_shop, embedder, labels=10)
    assert sorted((one.text, one.times) for one in found.to_label) == [
        ("do you rent out evening gowns", 31),
        ("可以预约修鞋吗", 1),
    ]
    assert found.before == 0


def test_few_messages_say_little(small_shop: TrainingData, embedder: Embedder) -> None:
    found = drift([Heard("hi", OUT_OF_SCOPE, 0.9)], (), small_shop, embedder)
    assert found.warnings == ("Only 1 messages: too few to say more.",)
    with pytest.raises(NluDataError, match="no messages"):
        drift([], (), small_shop, embedder)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("我的手机13800138000换了", "我的手机<phone>换了"),
        ("write to li.na@example.com", "write to <email>"),
        ("订单HK2511030051到哪了", "订单<order_number>到哪了"),
        ("加我微信 lina_2020 聊", "加我<contact> 聊"),
        ("passport 1234 5678 9", "passport <number>"),
        ("想要38码的鞋，300块以内", "想要38码的鞋，300块以内"),
    ],
)
def test_what_names_a_person_is_masked(text: str, masked: str) -> None:
    assert Mask()(text) == masked


def test_what_the_parse_knew_is_masked_too() -> None:
    assert Mask()("送到幸福里3栋给阿花", ((2, 7, "address"), (8, 10, "person_name"))) == (
        "送到<address>给<person_name>"
    )
