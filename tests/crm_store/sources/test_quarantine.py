"""What is set aside can be seen, mended and tried again; what was cleaned can be traced."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from clocks import HandClock
from source_files import HOLDER, POINTS, RECEIPT_ROW, Exports, Row, as_csv

from crm_store.errors import SourceFileError
from crm_store.models import AuditRow, MemberRow, PointsEntryRow, SourceRecordRow
from crm_store.sources import Mappings, quarantine
from crm_store.sources.mapping import MAPPINGS
from crm_store.types.records import Change, RecordState


async def test_points_wait_for_their_card(exports: Exports) -> None:
    report = await exports.load("points", as_csv([POINTS]))
    assert [one.reason for one in report.quarantined] == [
        "card: expected the card of a known member"
    ]
    assert await quarantine.counts(exports.store) == {"points": 1}

    await exports.holders()
    retried = await quarantine.retry(exports.store, "points")

    assert (retried.read, retried.accepted) == (1, 1)
    assert [entry.points for entry in await exports.rows(PointsEntryRow)] == [129]
    assert await quarantine.counts(exports.store) == {}
    assert await quarantine.retry(exports.store, "points") == retried.__class__(
        "points", 0, 0, 0, (), 0
    )


async def test_a_corrected_mapping_brings_in_what_it_was_wrong_about(
    exports: Exports, tmp_path: Path
) -> None:
    await exports.load("loyalty", as_csv([{**HOLDER, "tier": "黑卡"}, {**HOLDER, "card_no": ""}]))
    assert [one.line for one in await quarantine.held(exports.store, "loyalty")] == [2, 3]
    packaged = (MAPPINGS / "loyalty.yml").read_text("utf-8")
    mended = packaged.replace("tier: {", "tier: {words: {黑卡: diamond}, ")
    mended = mended.replace("key: [card_no]", "key: [name]")
    mended = mended.replace("card: {from: card_no, clean: card, required: true}", "card: {}")
    (tmp_path / "loyalty.yml").write_text(mended, "utf-8")

    report = await quarantine.retry(exports.store, "loyalty", mappings=Mappings(tmp_path))

    assert (report.read, report.held_back) == (2, 0)
    assert len(await exports.rows(MemberRow)) == 1
    kept = await exports.rows(SourceRecordRow)
    assert {row.state for row in kept} == {RecordState.ACCEPTED}
    assert {row.record_key for row in kept} == {"林若溪"}


async def test_a_time_to_come_waits_until_it_has_come(exports: Exports, clock: HandClock) -> None:
    tomorrow = clock.now + timedelta(hours=20)
    later = clock.now + timedelta(days=40)
    rows: list[Row] = [
        {**RECEIPT_ROW, "小票号": number, "交易时间": at.isoformat()}
        for number, at in (("HK1", tomorrow), ("HK2", later))
    ]

    report = await exports.load("pos", as_csv(rows))

    assert [(one.line, one.reason) for one in report.quarantined] == [
        (3, "at (交易时间): expected a time that is not in the future")
    ]
    clock.advance(days=41)
    assert (await quarantine.retry(exports.store, "pos")).accepted == 1


async def test_every_change_is_traced_to_the_raw_value(exports: Exports) -> None:
    await exports.holders({**HOLDER, "name": "Ｌｉｎ, Ruoxi", "joined_on": "2025/1/9"})

    record = await quarantine.trace(exports.store, "loyalty", "VIP20481357", purpose="客诉")

    assert set(record.changes) == {
        Change("name", "Ｌｉｎ, Ruoxi", "Ruoxi Lin"),
        Change("phone", "138 1234 5678", "+8613812345678"),
        Change("joined_on", "2025/1/9", "2025-01-09"),
        Change("consent", "Y", True),
    }
    assert json.loads(record.raw)["phone"] == "138 1234 5678"
    assert (record.file, record.line, len(record.checksum)) == ("loyalty", 2, 64)
    (kept,) = await exports.rows(SourceRecordRow)
    assert "1234" not in kept.changes_enc
    audited = [row for row in await exports.rows(AuditRow) if row.action == "record.traced"]
    assert [(row.subject, row.detail["purpose"]) for row in audited] == [(record.entity, "客诉")]


async def test_an_unknown_record_is_said(exports: Exports) -> None:
    with pytest.raises(SourceFileError, match="loyalty has no record X1"):
        await quarantine.trace(exports.store, "loyalty", "X1", purpose="test")


async def test_a_million_broken_rows_would_not_fill_the_memory(exports: Exports) -> None:
    report = await exports.load("stock", "store_id,sku,quantity,updated_at\n" + "x\n" * 1200)

    assert (report.read, report.held_back, len(report.quarantined)) == (1200, 1200, 1000)


async def test_columns_nobody_reads_are_named_and_kept(exports: Exports) -> None:
    report = await exports.holders({**HOLDER, "星座": "双子"})

    assert report.unused == ("星座",)
    (kept,) = await exports.rows(SourceRecordRow)
    assert "双子" in exports.opened(kept.raw_enc)
