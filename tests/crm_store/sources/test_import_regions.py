"""Where members live: out of their parcels and addresses, with provenance, and gone with them."""

from copy import deepcopy
from typing import Any

from source_files import HOLDER, SHOP_ORDER, Exports, as_json_list
from sqlalchemy import delete, update

from crm_store.models import MemberRow, ProfileFactRow, SourceRecordRow
from crm_store.profile.places import place_of
from crm_store.repositories.kept_regions import derive_regions
from crm_store.types.actors import SYSTEM
from crm_store.types.places import Place
from crm_store.types.profiles import NewFact, ProfileField

XUHUI = Place("上海市", "上海市", "徐汇区")


async def order(exports: Exports, *, number: str = "HK1", **address: Any) -> None:
    """Import an order of the same account, its address with other values."""
    changed = deepcopy(dict(SHOP_ORDER)) | {"name": number, "refunds": []}
    changed["shipping_address"] |= address
    await exports.load("shop", as_json_list("orders", [changed]))


async def region(exports: Exports) -> tuple[Place, list[ProfileField]]:
    """Return the only member's place, and the fields of their profile that speak of places."""
    (row,) = await exports.rows(MemberRow)
    async with exports.store.reading(SYSTEM) as work:
        complete = await work.profiles.complete(row.id)
    assert complete is not None
    fields = [one for one in complete.profile.fields if one.field in ("region", "address")]
    return complete.card.member.place, fields


async def test_a_parcel_to_the_member_tells_where_they_live(exports: Exports) -> None:
    await order(exports)

    place, (field,) = await region(exports)

    assert place == XUHUI
    assert (field.fact.value, field.fact.source) == ("上海市 徐汇区", "shop")
    (raw,) = await exports.rows(SourceRecordRow)
    assert field.fact.source_record_id == raw.id
    assert field.why.zh == "仅网店提供"


async def test_columns_in_short_are_named_in_full(exports: Exports) -> None:
    await order(exports, province="浙江", city="杭州", district="西湖区", address1="文三路 2 号")

    assert (await region(exports))[0] == Place("浙江省", "杭州市", "西湖区")


async def test_one_line_that_tells_all_three_is_taken_apart(exports: Exports) -> None:
    line = "广东省深圳市南山区科技园 8 号"
    await order(exports, province=None, city=None, district=None, address1=line)

    assert (await region(exports))[0] == Place("广东省", "深圳市", "南山区")


def test_a_district_is_read_in_either_script() -> None:
    assert place_of("台北市大安區忠孝東路").region == "台湾省/台北市/大安區"
    assert place_of("上海市徐汇区漕溪北路").region == "上海市/上海市/徐汇区"


async def test_a_parcel_to_somebody_else_tells_nothing(exports: Exports) -> None:
    await order(exports, name="林母", phone="13700000000", city="杭州市", province="浙江省")

    assert await region(exports) == (Place(), [])


async def test_the_newest_parcel_of_a_source_counts_in_any_order(exports: Exports) -> None:
    await order(exports)
    older = deepcopy(dict(SHOP_ORDER)) | {"name": "HK0", "created_at": "2024-01-01T00:00:00+08:00"}
    older["shipping_address"] |= {"province": "浙江省", "city": "杭州市", "district": ""}
    await exports.load("shop", as_json_list("orders", [older]))

    assert (await region(exports))[0] == XUHUI


async def test_sources_that_disagree_are_both_kept(exports: Exports) -> None:
    await exports.holders(HOLDER | {"address": "浙江省杭州市文三路 2 号"})
    await order(exports)

    place, fields = await region(exports)

    assert place == Place("浙江省", "杭州市"), "no district of Shanghai in Hangzhou"
    told, address = fields
    assert (told.fact.source, [one.value for one in told.others]) == ("loyalty", ["上海市 徐汇区"])
    assert address.fact.value == "浙江省 杭州****"


async def test_who_tells_a_new_address_tells_the_region_too(exports: Exports) -> None:
    await order(exports)
    (row,) = await exports.rows(MemberRow)
    async with exports.store.writing(SYSTEM) as work:
        fact = NewFact("address", "北京市朝阳区望京街 1 号", "clerk")
        await work.profiles.state(row.id, fact)

    assert (await region(exports))[0] == Place("北京市", "北京市", "朝阳区")


async def test_parting_two_members_parts_their_regions(exports: Exports) -> None:
    await exports.holders(HOLDER | {"card_no": "VIP00000001", "phone": "13600000000"})
    await order(exports)
    holder, buyer = [row.id for row in await exports.rows(MemberRow)]
    async with exports.store.writing(SYSTEM) as work:
        merge = await work.merges.merge(holder, buyer)
        kept = await work.members.get(holder)
    async with exports.store.writing(SYSTEM) as work:
        await work.merges.unmerge(merge.id)
    assert kept is not None
    assert kept.place == XUHUI
    rows = await exports.rows(MemberRow)
    assert [(row.province, row.district) for row in rows] == [(None, None), ("上海市", "徐汇区")]


async def test_it_is_exported_and_erased_with_the_member(exports: Exports) -> None:
    await order(exports)
    (row,) = await exports.rows(MemberRow)
    async with exports.store.writing(SYSTEM) as work:
        data = await work.privacy.export(row.id)
        await work.privacy.erase(row.id)
    assert data.tables["members"][0]["district"] == "徐汇区"
    assert "上海市/上海市/徐汇区" in {fact["value"] for fact in data.tables["profile_facts"]}
    (row,) = await exports.rows(MemberRow)
    assert (row.province, row.city, row.district) == (None, None, None)
    assert await exports.rows(ProfileFactRow) == []


async def forget_regions(exports: Exports) -> None:
    """Make the database one that was filled before members had regions."""
    async with exports.store.importing() as context:
        await context.session.execute(
            delete(ProfileFactRow).where(ProfileFactRow.field == "region")
        )
        await context.session.execute(
            update(MemberRow).values(province=None, city=None, district=None)
        )


async def derive(exports: Exports) -> tuple[int, list[tuple[int, int]]]:
    """Return how many members got a region, and what was told meanwhile."""
    told: list[tuple[int, int]] = []
    found = await derive_regions(exports.store, lambda done, total: told.append((done, total)))
    return found, told


async def test_addresses_that_were_kept_tell_the_regions_of_members_from_before(
    exports: Exports,
) -> None:
    await exports.holders(HOLDER | {"address": "浙江省杭州市文三路 2 号"})
    await order(exports)
    before = await region(exports)
    await forget_regions(exports)

    assert await derive(exports) == (1, [(1, 1)])

    place, fields = await region(exports)
    assert (place, fields[0].fact.source, fields[0].others[0].value) == (
        before[0],
        before[1][0].fact.source,
        before[1][0].others[0].value,
    )
    assert fields[0].fact.source_record_id == before[1][0].fact.source_record_id
    assert await derive(exports) == (0, []), "a second run changes nothing"


async def test_a_kept_parcel_to_somebody_else_tells_nothing(exports: Exports) -> None:
    await order(exports, name="林母", phone="13700000000", city="杭州市", province="浙江省")

    assert await derive(exports) == (0, [(1, 1)])
    assert await region(exports) == (Place(), [])


async def test_an_import_after_that_says_nothing_twice(exports: Exports) -> None:
    await order(exports)
    await forget_regions(exports)
    await derive(exports)
    rows = len(await exports.rows(ProfileFactRow))

    await order(exports, address1="漕溪北路 99 号")

    assert len(await exports.rows(ProfileFactRow)) == rows
