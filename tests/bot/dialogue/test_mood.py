"""Moods of written sentences, in both languages: what is noticed, and what must not be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.mood import CALM, Level, Sign, load_lexicon, mood_of

WORDS = load_lexicon()


def mood(*messages: str) -> tuple[Level, set[Sign]]:
    found = mood_of(messages, WORDS)
    return found.level, set(found.signs)


@pytest.mark.parametrize(
    "text",
    [
        "用了你们的面膜烂脸了，你们得给个说法", "涂完这个面霜脸肿了", "我吃了你们的饼干上吐下泻",
        "孩子喝了之后过敏进医院了", "皮肤起泡了怎么办", "擦完就過敏了，全身起疹",
        "I had an allergic reaction to your face cream", "My face is swollen since I used it",
        "I broke out in hives after the mask", "your cookies made my son sick",
        "we ended up in the ER because of this serum", "it gave me a rash",
    ],
)  # fmt: skip
def test_harm_to_health(text: str) -> None:
    assert Sign.HEALTH_HARM in mood(text)[1]


@pytest.mark.parametrize(
    "text",
    [
        "过敏肌可以用吗", "这个面霜会过敏吗", "我怕用了过敏", "我对花生过敏，有什么推荐",
        "用了不过敏，很满意",
        "敏感肌用了会不会红肿", "万一用了过敏能退吗", "抗过敏的面霜有吗", "有没有防过敏的精华",
        "以前用别家的过敏过",
        "Will it cause a rash?", "Is it safe for allergy-prone skin",
        "I'm allergic to nuts, what can I eat?",
        "Could I get hives from this?", "Do you have something for a sunburned face?",
        "what if I have an allergic reaction",
    ],
)  # fmt: skip
def test_asking_about_allergies_is_no_harm(text: str) -> None:
    assert mood(text) == (Level.CALM, set())


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("电饭煲把我手烫伤了", Sign.INJURY),
        ("这个插座漏电了，我被电到了", Sign.INJURY),
        ("the kettle burned my hand", Sign.INJURY),
        ("the charger exploded", Sign.INJURY),
        ("再不退款我就打12315", Sign.LEGAL_THREAT),
        ("我要找律师告你们", Sign.LEGAL_THREAT),
        ("我要起訴你們", Sign.LEGAL_THREAT),
        ("I will sue you", Sign.LEGAL_THREAT),
        ("You'll hear from my lawyer", Sign.LEGAL_THREAT),
        ("see you in court", Sign.LEGAL_THREAT),
        ("你们就是骗子", Sign.ABUSE),
        ("垃圾质量", Sign.ABUSE),
        ("you bunch of idiots", Sign.ABUSE),
        ("this is bullshit", Sign.ABUSE),
        ("我问了五遍了", Sign.ANGER),
        ("这是什么服务态度，太过分了", Sign.ANGER),
        ("This is unacceptable", Sign.ANGER),
        ("I'm sick and tired of waiting", Sign.ANGER),
        ("WHERE IS MY ORDER", Sign.SHOUTING),
        ("我的快递呢？？？", Sign.MARKS),
    ],
)
def test_signs(text: str, sign: Sign) -> None:
    assert sign in mood(text)[1]


@pytest.mark.parametrize(
    "text",
    [
        "OMG I LOVE IT!!!", "THANK YOU SO MUCH!!!", "太喜欢了！！！", "哈哈哈好用到哭！！！",
        "谢谢你们！！！！",
        "I WANT XL", "Do you have the NIKE AIR in EU 42?", "HK2602270001", "我要买垃圾袋",
        "垃圾桶有货吗",
        "想给律师朋友买份礼物", "a gift for my lawyer", "is this text from you a scam text?",
        "投诉电话是多少",
        "惹女朋友生气了，买什么礼物好", "is there a shop near the food court", "好的", "yes", "1",
        "怕烫伤孩子，有防烫的杯子吗", "can it burn my skin", "I cut my hair, which shampoo now?",
    ],
)  # fmt: skip
def test_false_alarms(text: str) -> None:
    assert mood(text)[0] is Level.CALM
    assert not mood(text)[1] & {Sign.LEGAL_THREAT, Sign.HEALTH_HARM, Sign.INJURY, Sign.ABUSE}


def test_a_question_asked_again_is_upset() -> None:
    assert mood("我的快递到哪了", "我的快递到哪了？") == (Level.UPSET, {Sign.REPEATED})
    assert mood("where is my order", "hm", "Where is my order??")[0] is Level.UPSET


@pytest.mark.parametrize("answer", ["好的", "2", "yes", "HK2602270001", "是的"])
def test_an_answer_given_twice_is_not(answer: str) -> None:
    assert mood(answer, answer) == (Level.CALM, set())


def test_signs_add_up() -> None:
    assert mood("WHERE IS MY ORDER")[0] is Level.CALM
    assert mood("WHERE IS MY ORDER???")[0] is Level.UPSET
    assert mood("This is ridiculous", "WHERE IS MY ORDER???")[0] is Level.ANGRY
    assert mood("骗子")[0] is Level.ANGRY


def test_anger_passes() -> None:
    assert mood("太过分了", "好吧", "换一个", "几号到")[0] is Level.CALM
    assert mood("太过分了", "哦，找到了，谢谢！！！") == (Level.CALM, set())


def test_thanks_do_not_hide_a_threat() -> None:
    assert Sign.LEGAL_THREAT in mood("谢谢，我打12315")[1]


def test_the_last_message_is_told_from_those_before() -> None:
    found = mood_of(["脸肿了", "怎么办"], WORDS)
    assert Sign.HEALTH_HARM in found.signs
    assert found.now == ()


def test_nothing_said_is_calm() -> None:
    assert mood_of([], WORDS) == mood_of(["", " "], WORDS) == CALM


@given(st.lists(st.text(max_size=80), max_size=5))
def test_any_messages_have_a_mood(messages: list[str]) -> None:
    found = mood_of(messages, WORDS)
    assert set(found.now) <= set(found.signs)
    assert (found.level is Level.CALM) or found.signs
