"""``pos_sales.csv``: till receipts."""

from datetime import datetime

from crm_store.demo.chance import Chance, Wheel
from crm_store.demo.sales import POS, Refund, Sale
from crm_store.demo.writing import csv_lines, money

HEADER = (
    "小票号",
    "行号",
    "门店",
    "交易时间",
    "收银员",
    "会员卡号",
    "手机号",
    "会员姓名",
    "SKU",
    "商品名称",
    "数量",
    "单价",
    "优惠",
    "实收",
    "币种",
    "支付方式",
    "类型",
    "原小票号",
)
METHODS = Wheel(
    (("微信支付", 0.5), ("支付宝", 0.32), ("银联", 0.08), ("信用卡", 0.05), ("现金", 0.05))
)
SALE, RETURN = "销售", "退货"
CARD_SHOWN_SHARE = 0.85
"""The rest says the phone number instead."""

Row = tuple[object, ...]


def pos_lines(seed: int, sales: list[Sale]) -> list[str]:
    """Return the file's lines, the header first, receipts in the order of their times."""
    chance = Chance.of(seed, "till")
    receipts: list[tuple[datetime, list[Row]]] = []
    for sale in sales:
        if sale.channel == POS:
            bearer, cashier = _bearer(sale, chance), f"{chance.randint(1, 12):02d}"
            method = METHODS.spin(chance)
            receipts.append((sale.at, _sold(sale, bearer, cashier, method)))
            receipts.extend(
                (refund.at, [_returned(sale, refund, bearer, cashier, method)])
                for refund in sale.refunds
            )
    receipts.sort(key=lambda receipt: receipt[0])
    return csv_lines([HEADER, *(row for _, rows in receipts for row in rows)])


def _bearer(sale: Sale, chance: Chance) -> Row:
    """Return card, phone and name as the till has them."""
    profile = sale.profile
    if profile is None:
        return (None, None, None)
    if profile.card and (profile.phone is None or chance.happens(CARD_SHOWN_SHARE)):
        return (profile.card, None, profile.name)
    return (None, profile.phone, profile.name if profile.phone else None)


def _sold(sale: Sale, bearer: Row, cashier: str, method: str) -> list[Row]:
    rows = []
    left = sale.discount
    whole = sum(line.amount for line in sale.lines)
    for position, line in enumerate(sale.lines, start=1):
        last = position == len(sale.lines)
        off = left if last else sale.discount * line.amount // whole
        left -= off
        item = line.item
        rows.append(
            (
                *(sale.number, position, sale.shop, f"{sale.at:%Y/%m/%d %H:%M:%S}", cashier),
                *bearer,
                *(item.sku, item.name.zh, line.quantity, money(item.price), money(off)),
                *(money(line.amount - off), sale.currency, method, SALE, None),
            )
        )
    return rows


def _returned(sale: Sale, refund: Refund, bearer: Row, cashier: str, method: str) -> Row:
    item = sale.lines[refund.line].item
    off = item.price * refund.quantity - refund.amount
    return (
        *(refund.number, 1, sale.shop, f"{refund.at:%Y/%m/%d %H:%M:%S}", cashier),
        *bearer,
        *(item.sku, item.name.zh, -refund.quantity, money(item.price), money(off)),
        *(money(-refund.amount), sale.currency, method, RETURN, sale.number),
    )
