"""Small exports of every source, and a way to import them and to look at what they became."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from crm_store.models import Base
from crm_store.sources import import_file
from crm_store.store import SqlStore
from crm_store.types.records import ImportReport

Row = Mapping[str, Any]

PRODUCT: Row = {
    "id": "COS-0012",
    "name": {"zh": "玫瑰保湿精华", "en": "Rose Hydrating Serum"},
    "brand": "禾研 Heyan",
    "category": "skincare",
    "category_name": {"zh": "护肤", "en": "Skincare"},
    "line": "cosmetics",
    "description": {"zh": "适合干性肌肤。", "en": "For dry skin."},
    "attributes": {"skin_type": {"zh": "干性", "en": "dry"}},
    "variants": [
        {"sku": "COS-0012-30ML", "colour": None, "size": "30 ml", "price": "129.00"},
        {"sku": "COS-0012-50ML", "colour": None, "size": "50 ml", "price": "199.00"},
    ],
    "replenish_days": 60,
    "image_url": None,
}

SHOP: Row = {
    "id": "SH01",
    "name": {"zh": "南京西路店", "en": "West Nanjing Road"},
    "city": "shanghai",
    "address": {"zh": "南京西路 100 号", "en": "100 West Nanjing Road"},
    "phone": "+862155500101",
    "opens": "10:00",
    "closes": "22:00",
    "time_zone": "Asia/Shanghai",
    "latitude": 31.2304,
    "longitude": 121.4545,
}

HOLDER: Row = {
    "card_no": "VIP20481357",
    "name": "林若溪",
    "gender": "female",
    "phone": "138 1234 5678",
    "email": "ruoxi.lin@example.com",
    "birthday": "1992-06-18",
    "tier": "gold",
    "home_store": "SH01",
    "language": "zh",
    "joined_on": "2025-01-09",
    "marketing_consent": "Y",
}

RECEIPT_ROW: Row = {
    "小票号": "HK2610150032",
    "行号": "1",
    "门店": "SH01",
    "交易时间": "2026/10/15 20:31:05",
    "收银员": "06",
    "会员卡号": "VIP20481357",
    "手机号": "",
    "会员姓名": "林若溪",
    "SKU": "COS-0012-30ML",
    "商品名称": "玫瑰保湿精华 30ml",
    "数量": "1",
    "单价": "129.00",
    "优惠": "0.00",
    "实收": "129.00",
    "币种": "CNY",
    "支付方式": "微信支付",
    "类型": "销售",
    "原小票号": "",
}

SHOP_ORDER: Row = {
    "id": 5001000001,
    "name": "HK2610150040",
    "created_at": "2026-10-15T20:31:05+08:00",
    "updated_at": "2026-10-18T10:00:00+08:00",
    "cancelled_at": None,
    "closed_at": None,
    "financial_status": "partially_refunded",
    "fulfillment_status": "fulfilled",
    "currency": "CNY",
    "subtotal_price": "328.00",
    "total_discounts": "20.00",
    "total_shipping": "0.00",
    "total_price": "308.00",
    "customer_locale": "zh-HK",
    "note": "请放前台",
    "customer": {
        "id": 7001000001,
        "name": "林若溪",
        "email": "ruoxi.lin@example.com",
        "phone": "+86 138 1234 5678",
        "tags": "loyalty:VIP20481357",
        "created_at": "2025-03-01T09:00:00+08:00",
    },
    "shipping_address": {
        "name": "林若溪",
        "phone": "13812345678",
        "country_code": "CN",
        "province": "上海市",
        "city": "上海市",
        "district": "徐汇区",
        "address1": "漕溪北路 1 号",
        "zip": "200030",
    },
    "line_items": [
        {
            "id": 1,
            "product_id": "COS-0012",
            "sku": "COS-0012-30ML",
            "title": "玫瑰保湿精华 30ml",
            "title_en": "Rose Serum 30 ml",
            "quantity": 1,
            "price": "129.00",
        },
        {
            "id": 2,
            "product_id": "OLD-0001",
            "sku": "OLD-0001-X",
            "title": "停产礼盒",
            "title_en": "Retired Gift Box",
            "quantity": 1,
            "price": "199.00",
        },
    ],
    "discount_codes": [],
    "transactions": [
        {
            "id": 1,
            "kind": "sale",
            "gateway": "alipay",
            "amount": "308.00",
            "status": "success",
            "created_at": "2026-10-15T20:32:00+08:00",
        },
        {
            "id": 2,
            "kind": "refund",
            "gateway": "alipay",
            "amount": "129.00",
            "status": "success",
            "created_at": "2026-10-20T20:32:00+08:00",
        },
    ],
    "fulfillments": [
        {
            "id": 1,
            "status": "success",
            "tracking_company": "SF Express",
            "tracking_number": "SF1234567890",
            "created_at": "2026-10-16T09:00:00+08:00",
            "estimated_delivery": "2026-10-18",
            "events": [
                {
                    "status": "picked_up",
                    "happened_at": "2026-10-16T09:00:00+08:00",
                    "place": {"zh": "上海", "en": "Shanghai"},
                },
                {
                    "status": "delivered",
                    "happened_at": "2026-10-17T15:00:00+08:00",
                    "place": {"zh": "徐汇区", "en": "Xuhui"},
                },
            ],
        }
    ],
    "refunds": [
        {
            "id": 1,
            "created_at": "2026-10-20T20:30:00+08:00",
            "note": "不适合肤质",
            "amount": "129.00",
            "refund_line_items": [{"line_item_id": 1, "quantity": 1}],
        }
    ],
}

POINTS: Row = {
    "entry_id": "PT0000001",
    "card_no": "VIP20481357",
    "kind": "earn",
    "points": "129",
    "at": "2026-10-15T20:31:05+08:00",
    "expires_on": "2027-12-31",
    "reference": "HK2610150032",
}

COUPON: Row = {
    "code": "HG8801",
    "card_no": "VIP20481357",
    "title_zh": "满300减50",
    "title_en": "50 off 300",
    "state": "issued",
    "valid_from": "2026-10-01",
    "valid_to": "2026-12-31",
    "min_spend": "300.00",
    "amount_off": "50.00",
    "percent_off": "",
    "category": "",
}

REGISTER: Row = {
    "event_id": "mp-0000001",
    "openid": "oHG-abc",
    "event": "register",
    "at": "2026-01-05T10:00:00+08:00",
    "user": {
        "nickname": "小溪",
        "name": None,
        "phone": "１３８１２３４５６７８",
        "card": None,
        "language": "zh",
    },
}

VISIT_ORDER: Row = {
    "event_id": "mp-0000009",
    "openid": "oHG-abc",
    "event": "order",
    "at": "2026-02-01T10:00:00+08:00",
    "order": {
        "number": "HK2602010001",
        "state": "completed",
        "total": "238.00",
        "discount": "20.00",
        "shipping_fee": "0.00",
        "currency": "CNY",
        "pay_method": "wechat_pay",
        "paid_at": "2026-02-01T10:01:00+08:00",
        "pickup_store": "SH01",
        "remark": "",
        "receiver": None,
        "lines": [
            {
                "sku": "COS-0012-30ML",
                "product_id": "COS-0012",
                "name": {"zh": "玫瑰保湿精华", "en": "Rose Serum"},
                "quantity": 2,
                "price": "129.00",
            }
        ],
        "shipment": None,
        "refund": {
            "at": "2026-02-03T10:00:00+08:00",
            "amount": "119.00",
            "reason": "多买了",
            "lines": [{"sku": "COS-0012-30ML", "quantity": 1}],
        },
    },
}

PROFILE: Row = {
    "profile_id": "xhs_8f3a21c0",
    "platform": "xiaohongshu",
    "nickname": "小溪爱喝茶",
    "name": None,
    "phone": None,
    "email": None,
    "language": "zh",
    "city": "shanghai",
    "tags": ["skincare", "敏感肌"],
    "followed_at": "2026-01-02T12:00:00+08:00",
    "last_active_at": "2026-02-02T12:00:00+08:00",
}

TICKET: Row = {
    "ticket_no": "ST2601010001",
    "created_at": "2026-01-01T09:00:00+08:00",
    "closed_at": "2026-01-02T09:00:00+08:00",
    "channel": "phone",
    "kind": "repair",
    "status": "closed",
    "customer_name": "林若溪",
    "phone": "138-1234-5678",
    "card_no": "",
    "order_no": "",
    "subject": "吹风机不热",
    "content": "开机后没有热风",
    "agent": "小王",
    "satisfaction": "5",
}


def as_csv(rows: Sequence[Row]) -> str:
    """Return rows with the header of the first."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def as_json_lines(rows: Sequence[Row]) -> str:
    """Return rows as JSON Lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def as_json_list(name: str, rows: Sequence[Row]) -> str:
    """Return rows as a named list, each on a line of its own."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f'{{"shop": "heguang-living", "{name}": [\n{lines}\n]}}\n'


class Exports:
    """A folder of exports and the store they go to."""

    def __init__(self, store: SqlStore, folder: Path) -> None:
        self.store = store
        self._folder = folder

    async def load(
        self, source: str, content: str | bytes, *, name: str | None = None
    ) -> ImportReport:
        """Write the content to a file and import it."""
        path = self._folder / (name or source)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return await import_file(self.store, source, path)

    async def catalogue(self) -> None:
        """Load the small catalogue and the one shop."""
        await self.load("catalog", as_json_lines([PRODUCT]))
        await self.load("stores", as_json_list("stores", [SHOP]))

    async def holders(self, *rows: Row) -> ImportReport:
        """Load card holders."""
        return await self.load("loyalty", as_csv(rows or [HOLDER]))

    async def rows(self, model: type[Base]) -> list[Any]:
        """Return all rows of a table in the order of their first key."""
        key = model.__table__.primary_key.columns.values()[0]
        async with self.store.importing() as context:
            return list(await context.session.scalars(select(model).order_by(key)))

    def opened(self, token: str) -> str:
        """Return what stands encrypted in the database."""
        return self.store._vault.decrypt(token)
