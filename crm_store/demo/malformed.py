"""Malformed records, planted among the good ones as real exports have them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crm_store.demo.chance import Chance
from crm_store.demo.writing import csv_lines


@dataclass(frozen=True, slots=True)
class Planted:
    """A malformed record: where it stands and what is wrong with it."""

    source: str
    file: str
    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class _Weed:
    problem: str
    text: str


_WEEDS: Mapping[str, tuple[_Weed, ...]] = {
    "catalog": (
        _Weed("unreadable JSON", '{"id": "COS-9901", "name": {"zh": "半截记录'),
        _Weed(
            "no variants key",
            '{"id": "FOD-9902", "name": {"zh": "无规格", "en": "No variants"}, '
            '"category": "snacks", "line": "food"}',
        ),
    ),
    "stock": (
        _Weed("quantity is no number", "SH01,COS-0001-120G,若干,2026-01-05T10:00:00+08:00"),
        _Weed("missing columns", "SH01,COS-0002-120G"),
    ),
    "loyalty": (
        _Weed("impossible phone", "VIP00000001,测试一,,12345,,,regular,SH01,zh,2025-03-01,N"),
        _Weed(
            "impossible date", "VIP00000002,测试二,female,,,1990-02-31,regular,SH01,zh,2025-03-01,Y"
        ),
        _Weed("unknown tier", "VIP00000003,测试三,male,,,,platinum,BJ01,zh,2025-03-01,Y"),
        _Weed("no card number", ",测试四,male,,,,regular,BJ01,zh,2025-03-01,Y"),
        _Weed("missing columns", "VIP00000005,测试五"),
    ),
    "pos": (
        _Weed(
            "impossible date",
            "HK0000009001,1,SH01,2025/13/45 10:00:00,01,,,,COS-0001-120G,洁面乳,1,"
            "79.00,0.00,79.00,CNY,现金,销售,",
        ),
        _Weed(
            "amount is no number",
            "HK0000009002,1,SH01,2025/06/01 10:00:00,01,,,,COS-0001-120G,洁面乳,1,"
            "79元整,0.00,七十九,CNY,现金,销售,",
        ),
        _Weed(
            "unknown kind",
            "HK0000009003,1,SH01,2025/06/02 10:00:00,01,,,,COS-0001-120G,洁面乳,1,"
            "79.00,0.00,79.00,CNY,现金,赠品,",
        ),
        _Weed("missing columns", "HK0000009004,1,SH01"),
        _Weed(
            "no SKU",
            "HK0000009005,1,SH01,2025/06/03 10:00:00,01,,,,,洁面乳,1,79.00,0.00,79.00,CNY,"
            "现金,销售,",
        ),
    ),
    "shop": (
        _Weed(
            "no line_items key",
            '{"name": "HK0000009101", "created_at": "2025-06-01T10:00:00+08:00", '
            '"financial_status": "paid"}',
        ),
        _Weed(
            "no name key", '{"id": 1, "created_at": "2025-06-01T10:00:00+08:00", "line_items": []}'
        ),
    ),
    "mini_program": (
        _Weed("unreadable JSON", '{"event_id": "mp-broken-1", "openid": "oHG'),
        _Weed(
            "unknown event",
            '{"event_id": "mp-broken-2", "openid": "oHGbroken", "event": "teleport", '
            '"at": "2025-06-01T10:00:00+08:00"}',
        ),
        _Weed(
            "no openid key",
            '{"event_id": "mp-broken-3", "event": "browse", '
            '"at": "2025-06-01T10:00:00+08:00", "product_id": "COS-0001"}',
        ),
        _Weed(
            "impossible date",
            '{"event_id": "mp-broken-4", "openid": "oHGbroken", "event": "browse", '
            '"at": "昨天下午", "product_id": "COS-0001"}',
        ),
    ),
    "social": (
        _Weed("unreadable JSON", "profile_id=xhs_00000000"),
        _Weed(
            "no profile_id key",
            '{"platform": "weibo", "nickname": "没有编号", '
            '"followed_at": "2025-06-01T10:00:00+08:00"}',
        ),
    ),
    "tickets": (
        _Weed(
            "unknown kind",
            "ST0000009001,2025-06-01T10:00:00+08:00,,phone,gossip,open,测试,,,,闲聊,无,林晓,",
        ),
        _Weed(
            "impossible date",
            "ST0000009002,2025-02-30T10:00:00+08:00,,phone,repair,open,测试,,,,报修,无,林晓,",
        ),
        _Weed(
            "no ticket number",
            ",2025-06-01T10:00:00+08:00,,phone,repair,open,测试,,,,报修,无,林晓,",
        ),
    ),
    "points": (
        _Weed("unknown card", "PT9999901,VIP99999999999,earn,10,2025-06-01T10:00:00+08:00,,测试"),
        _Weed(
            "points are no number",
            "PT9999902,VIP00000009,earn,十分,2025-06-01T10:00:00+08:00,,测试",
        ),
    ),
    "coupons": (
        _Weed("unknown state", "HGBROKEN1,,坏券,Broken,lost,2025-06-01,2025-07-01,,10.00,,"),
        _Weed("impossible date", "HGBROKEN2,,坏券,Broken,issued,2025-06-31,2025-07-01,,10.00,,"),
    ),
}


def plant(
    source: str,
    file: str,
    lines: list[str],
    chance: Chance,
    may_stand_before: Callable[[str], bool],
) -> list[Planted]:
    """Put a source's malformed records between its lines, never before the first."""
    weeds = _WEEDS.get(source, ())
    places = [at for at in range(1, len(lines)) if may_stand_before(lines[at])] or [len(lines)]
    chosen = sorted(chance.pick(places) for _ in weeds)
    planted = []
    for moved, (at, weed) in enumerate(zip(chosen, weeds, strict=True)):
        lines.insert(at + moved, weed.text)
        planted.append(Planted(source, file, at + moved + 1, weed.problem))
    return planted


def malformed_lines(planted: list[Planted]) -> list[str]:
    """Return ``malformed.csv``."""
    header = ("source", "file", "line", "problem")
    rows = [(one.source, one.file, one.line, one.problem) for one in planted]
    return csv_lines([header, *rows])
