"""The help centre: what its files may say, and how well questions find their article.

`faq_questions.yml` was written from the list of subjects, not from the articles.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from knowledge.faq.articles import ArticleFileError, read_articles
from knowledge.faq.search import MeaningFaqSearch, open_faq
from knowledge.ports import Embedder
from knowledge.types import Nearness

ARTICLES = Path(__file__).parents[2] / "knowledge" / "faq" / "articles"
QUESTIONS = YAML(typ="safe").load(Path(__file__).with_name("faq_questions.yml"))
ANSWERED = [one for one in QUESTIONS if one["article"]]
UNANSWERED = [one["q"] for one in QUESTIONS if not one["article"]]

TOPIC = """
topic: {zh: 配送, en: Delivery}
updated: 2026-01-15
articles:
  - id: fee
    title: {zh: 运费, en: Fees}
    body: {zh: "满 {{ delivery.free_from }} 元包邮", en: "Free from ¥{{ delivery.free_from }}"}
    questions: {zh: [包邮吗], en: [is delivery free]}
"""


class AnyFacts(dict[str, str]):
    """Stands for the rules, whose figures do not matter here."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return "7"


@pytest.fixture(scope="module")
def faq(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> MeaningFaqSearch:
    articles = read_articles(ARTICLES, AnyFacts())
    return open_faq(tmp_path_factory.mktemp("faq"), articles, embedder)


def test_facts_of_the_rules_stand_in_the_text(tmp_path: Path) -> None:
    (tmp_path / "delivery.yml").write_text(TOPIC, "utf-8")
    [article] = read_articles(tmp_path, {"delivery.free_from": "99"})
    assert article.id == "delivery.fee"
    assert article.body == {"zh": "满 99 元包邮", "en": "Free from ¥99"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title: {zh: 运费, en: Fees}": "title: {zh: 运费}"}, "articles.0.title.en"),
        ({"updated: 2026-01-15": "updated: soon"}, "updated"),
        ({"  - id: fee": "  - id: fee\n    colour: red"}, "unknown key"),
        ({"  - id: fee": "  - id: fee: 2"}, "delivery.yml:5"),
        ({"delivery.free_from": "delivery.forgotten"}, "delivery.forgotten"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, change: Mapping[str, str], said: str) -> None:
    text = TOPIC
    for old, new in change.items():
        text = text.replace(old, new)
    (tmp_path / "delivery.yml").write_text(text, "utf-8")
    with pytest.raises(ArticleFileError, match=said):
        read_articles(tmp_path, {"delivery.free_from": "99"})


def test_an_empty_folder_is_no_help_centre(tmp_path: Path) -> None:
    with pytest.raises(ArticleFileError, match="no articles"):
        read_articles(tmp_path, {})


def test_questions_find_their_article(faq: MeaningFaqSearch) -> None:
    found = [[hit.article.id for hit in faq.find(one["q"])] for one in ANSWERED]
    first = sum(one["article"] == ids[0] for one, ids in zip(ANSWERED, found, strict=True))
    among = sum(one["article"] in ids for one, ids in zip(ANSWERED, found, strict=True))
    assert first / len(ANSWERED) >= 0.86
    assert among / len(ANSWERED) >= 0.97


def test_wrong_answers_are_rare_and_the_unanswerable_is_refused(faq: MeaningFaqSearch) -> None:
    best = [(one["article"], faq.find(one["q"])[0]) for one in ANSWERED]
    sure = [(right, hit) for right, hit in best if hit.nearness >= Nearness.SURE]
    wrong = [hit for right, hit in sure if hit.article.id != right]
    answered = [text for text in UNANSWERED if faq.find(text)[0].nearness >= Nearness.SURE]
    assert len(wrong) / len(ANSWERED) <= 0.07
    assert len(answered) / len(UNANSWERED) <= 0.1


def test_both_scripts_of_chinese_ask_the_same(faq: MeaningFaqSearch) -> None:
    assert faq.find("積分會過期嗎") == faq.find("积分会过期吗")


def test_nothing_is_near_to_nothing(faq: MeaningFaqSearch) -> None:
    assert faq.find("  ") == []
