"""Mappings: another retailer's export needs a YAML file, no code."""

from pathlib import Path

import pytest
from source_files import Exports

from crm_store.errors import SourceFileError
from crm_store.models import ConsentRow, IdentityRow, MemberRow, SourceRecordRow
from crm_store.sources import SOURCES, import_file, import_records, mapping_of
from crm_store.sources.mapping import MAPPINGS
from crm_store.types.people import IdentityKind, Tier
from crm_store.types.records import RecordState

OTHER_RETAILER = """
source: loyalty
loader: members
format: csv
delimiter: ";"
key: [卡号]
fields:
  card: {from: 卡号, clean: card, required: true}
  name: {from: 姓名, clean: name, required: true}
  phone: {from: 手机, clean: phone}
  tier: {from: 等级, words: {黑卡: diamond}, clean: tier, required: true}
  joined_on: {from: 入会日期, clean: date, required: true}
  language: {value: zh, clean: language}
"""


def test_every_source_has_its_mapping() -> None:
    assert {path.stem for path in MAPPINGS.glob("*.yml")} == set(SOURCES)
    assert [mapping_of(source).source for source in SOURCES] == list(SOURCES)


async def test_another_export_of_the_same_kind(exports: Exports, tmp_path: Path) -> None:
    mapping, file = tmp_path / "ours.yml", tmp_path / "会员.csv"
    mapping.write_text(OTHER_RETAILER, encoding="utf-8")
    file.write_text(
        "卡号;姓名;手机;等级;入会日期\nA1;陈静;13900000001;黑卡;2024年5月1日\n", encoding="gb18030"
    )

    report = await import_file(exports.store, "loyalty", file, mapping=mapping)

    assert (report.accepted, report.quarantined) == (1, ())
    (member,) = await exports.rows(MemberRow)
    assert (member.name, member.tier) == ("陈静", Tier.DIAMOND)
    assert await exports.rows(ConsentRow) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("clean: phone", "clean: telephone", "no cleaning function telephone"),
        ("format: csv", "format: xls", "format xls is none of csv, jsonl, json"),
        ("delimiter", "seperator", "unknown key seperator"),
        ("fields:", "fields: [", "expected a mapping in YAML"),
        ("format: csv", " format: csv", "ours.yml:4: expected a mapping in YAML"),
        ("key:", "# key:", "expected `key:`"),
        ("  phone: {", "  mobile: {", "mobile: no such field, it is one of card, name, gender"),
        ("zh, clean: language", "zh", "language: expected `clean: language`, not text"),
        ("clean: phone", "clean: date", "phone: expected `clean: phone`, not date"),
    ],
)
def test_a_slip_in_a_mapping_is_named(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    path = tmp_path / "ours.yml"
    path.write_text(OTHER_RETAILER.replace(old, new), encoding="utf-8")

    with pytest.raises(SourceFileError, match=complaint):
        mapping_of("loyalty", path)


def test_records_within_are_checked_like_those_around_them(tmp_path: Path) -> None:
    text = (MAPPINGS / "shop.yml").read_text(encoding="utf-8")
    slips = {
        "each: line_items": ("within: line_items", "lines: expected `each`"),
        "account: {from: id,": ("acount: {from: id,", "customer.acount: no such field"),
    }
    for right, (wrong, complaint) in slips.items():
        mapping = tmp_path / f"{complaint[:5]}.yml"
        mapping.write_text(text.replace(right, wrong), encoding="utf-8")
        with pytest.raises(SourceFileError, match=complaint):
            mapping_of("shop", mapping)


async def test_a_field_that_the_mapping_forgot_is_told_from_an_empty_one(
    exports: Exports, tmp_path: Path
) -> None:
    mapping, file = tmp_path / "ours.yml", tmp_path / "members.csv"
    mapping.write_text(OTHER_RETAILER.replace("  name: {", "  # name: {"), encoding="utf-8")
    file.write_text("卡号;姓名;手机;等级;入会日期\nA1;陈静;;黑卡;2024-05-01\n", encoding="utf-8")

    (held,) = (await import_file(exports.store, "loyalty", file, mapping=mapping)).quarantined

    assert held.reason == "name: expected a value, and the mapping has no such field"


async def test_another_sign_between_columns_is_recognised(exports: Exports, tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_text("card_no;name;tier;joined_on\nA1;陈静;gold;2024-05-01\n", encoding="utf-8")

    with pytest.raises(SourceFileError, match=r'single column.* `delimiter: ";"`'):
        await import_file(exports.store, "loyalty", file)


async def test_an_unknown_source_is_named(exports: Exports, tmp_path: Path) -> None:
    with pytest.raises(SourceFileError, match="no source weather"):
        await import_file(exports.store, "weather", tmp_path / "x.csv")
    with pytest.raises(SourceFileError, match="no such file"):
        await import_file(exports.store, "loyalty", tmp_path / "x.csv")


async def test_records_may_be_pushed(exports: Exports) -> None:
    event = {"event_id": "e1", "openid": "o1", "at": "2026-02-01T09:00:00+08:00"}
    events = [event | {"event": "search", "query": "茶"}, event | {"event_id": "e2"}]

    report = await import_records(exports.store, "mini_program", events, origin="push")

    assert (report.read, report.accepted) == (2, 1)
    assert [(one.file, one.line) for one in report.quarantined] == [("push", 2)]


async def test_raw_records_are_kept_encrypted_with_what_they_became(exports: Exports) -> None:
    broken = "not a card holder at all"
    header = "card_no,name,phone,tier,joined_on\n"
    await exports.load("loyalty", f"{header}A1,陈静,13900000001,gold,2024-05-01\n{broken}\n")

    good, bad = await exports.rows(SourceRecordRow)
    (member,) = await exports.rows(MemberRow)
    assert (good.record_key, good.line, good.entity) == ("A1", 2, f"member:{member.id}")
    assert "13900000001" not in good.raw_enc
    assert "13900000001" in exports.opened(good.raw_enc)
    assert (bad.state, bad.line, bad.reason) == (
        RecordState.QUARANTINED,
        3,
        "expected 5 columns, found 1",
    )
    kinds = {row.kind for row in await exports.rows(IdentityRow)}
    assert kinds == {IdentityKind.LOYALTY_CARD, IdentityKind.PHONE}
