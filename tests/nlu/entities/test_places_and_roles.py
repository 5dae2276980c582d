"""Addresses in their whole extent, and which of two values is the one to leave."""

from datetime import date

import pytest

from nlu.entities import EntityExtractor
from nlu.normalise import normalise
from nlu.training.data import TrainingData
from nlu.types import DateRange, Entity

TODAY = date(2026, 11, 18)


def found(text: str, kind: str) -> list[Entity]:
    """The entities of a kind, found without a catalogue."""
    entities = EntityExtractor(TrainingData(())).extract(normalise(text), TODAY)
    return [entity for entity in entities if entity.entity == kind]


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        (
            "以前住东城区东四十条21号，现在住通州区梨园镇翠景北里12号楼3单元601",
            [("东城区东四十条21号", "old"), ("通州区梨园镇翠景北里12号楼3单元601", "new")],
        ),
        ("改寄到单位：西安市雁塔区科技路33号A座1808", [("西安市雁塔区科技路33号A座1808", "new")]),
        (
            "不是文三路90号，是文三西路90号",
            [("文三路90号", "old"), ("文三西路90号", "new")],
        ),
        (
            "浙江省 杭州市 西湖区 文三路90号 5号楼 302室 王芳",
            [("浙江省 杭州市 西湖区 文三路90号 5号楼 302室", None)],
        ),
        (
            "ship to Rm 5, 23/F, Lee Garden Two, 28 Yun Ping Road, Causeway Bay",
            [("Rm 5, 23/F, Lee Garden Two, 28 Yun Ping Road, Causeway Bay", "new")],
        ),
        (
            "send it to 350 5th Avenue, Apt 12B, New York",
            [("350 5th Avenue, Apt 12B, New York", "new")],
        ),
        (
            "Not 12 Oak Avenue, it's 21 Oak Avenue",
            [("12 Oak Avenue", "old"), ("21 Oak Avenue", "new")],
        ),
        ("my address is 10 mill street now", [("10 mill street", "new")]),
        ("送到小区门口就行", []),
        ("上海南京西路店几点关门", []),
        ("I live 2 min down the road from the store", []),
    ],
)
def test_addresses(text: str, addresses: list[tuple[str, str | None]]) -> None:
    assert [(one.text, one.role) for one in found(text, "address")] == addresses


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("手机号从13900001111换成13800002222", ["old", "new"]),
        ("13800002222 is the new number, 13900001111 no longer works", ["new", "old"]),
        ("电话13800002222，备用13900001111", [None, None]),
        ("my new number is 13900001111", [None]),
    ],
)
def test_two_phones_are_the_old_and_the_new_one(text: str, roles: list[str | None]) -> None:
    assert [one.role for one in found(text, "phone")] == roles


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("I need a 40, the 39 pinches", [("40", None), ("39", None)]),
        ("could I swap the medium for a large", [("M", "from"), ("L", "to")]),
        ("I'd prefer size 38 over the 37", [("38", "to"), ("37", "from")]),
        ("39码有点挤，给我换40码", [("39", "from"), ("40", "to")]),
        ("收到的是39码，我要的是40码", [("39", "from"), ("40", "to")]),
    ],
)
def test_sizes_without_a_word_for_the_change(
    text: str, sizes: list[tuple[str, str | None]]
) -> None:
    assert [(one.value, one.role) for one in found(text, "size")] == sizes


@pytest.mark.parametrize(
    ("text", "day", "hours"),
    [
        ("明天下午2点到4点", 19, "14:00 16:00"),
        ("between 2 and 4 pm tomorrow", 19, "14:00 16:00"),
        ("between 6 and 8 tonight", 18, "18:00 20:00"),
        ("10 to 12 on Thursday", 19, "10:00 12:00"),
        ("周日上午10点到3点", 22, "10:00 15:00"),
        ("Friday 3pm - 5pm", 20, "15:00 17:00"),
    ],
)
def test_hours_from_one_to_another(text: str, day: int, hours: str) -> None:
    [value] = [one.value for one in found(text, "date")]
    assert isinstance(value, DateRange)
    assert (value.start.day, f"{value.at:%H:%M} {value.until:%H:%M}") == (day, hours)


@pytest.mark.parametrize("text", ["I march to my own drum", "may I ask", "我有两点意见"])
def test_words_that_only_look_like_dates(text: str) -> None:
    assert found(text, "date") == []
