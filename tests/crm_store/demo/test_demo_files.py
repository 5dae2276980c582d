"""The generator's files: repeatable, shaped as documented, with people's habits in them."""

from collections import Counter
from datetime import date, datetime
from pathlib import Path

import phonenumbers
from demo_exports import ORDERS, PEOPLE, SEED, TODAY, documents, lines, rows_of, table

from crm_store.demo.families import catalogue
from crm_store.demo.generator import DemoFiles, write_files
from crm_store.demo.places import shops
from crm_store.types.orders import OrderState

CLOSING = datetime.fromisoformat("2026-03-15T18:00:00+08:00")
ORDER_STATES = {state.value for state in OrderState}


def bytes_of(files: DemoFiles) -> dict[str, bytes]:
    paths = [*files.by_source.values(), files.truth, files.malformed]
    return {path.name: path.read_bytes() for path in paths}


def test_the_same_seed_gives_the_same_bytes(small_retailer: DemoFiles, tmp_path: Path) -> None:
    again = write_files(tmp_path, seed=SEED, today=TODAY, people=PEOPLE, orders=ORDERS)
    assert bytes_of(again) == bytes_of(small_retailer)


def test_another_seed_gives_other_people(small_retailer: DemoFiles, tmp_path: Path) -> None:
    other = write_files(tmp_path, seed=SEED + 1, today=TODAY, people=PEOPLE, orders=ORDERS)
    assert table(other, "loyalty") != table(small_retailer, "loyalty")


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    write_files(
        tmp_path,
        seed=SEED,
        today=TODAY,
        people=5,
        orders=10,
        progress=lambda step, done, total: told.append((step, done, total)),
    )
    last = {step: (done, total) for step, done, total in told}
    assert set(last) == {"people", "orders", "files"}
    assert all(done == total for done, total in last.values())


def test_till_rows_are_gb18030_and_tickets_begin_with_a_mark(small_retailer: DemoFiles) -> None:
    till = small_retailer.by_source["pos"].read_bytes()
    assert till.startswith("小票号".encode("gb18030"))
    assert small_retailer.by_source["tickets"].read_bytes().startswith(b"\xef\xbb\xbf")


def test_rows_of_a_receipt_stand_together(small_retailer: DemoFiles) -> None:
    text = small_retailer.by_source["pos"].read_text(encoding="gb18030")
    numbers = [line.partition(",")[0] for line in text.splitlines()[1:]]
    changes = [
        number for number, before in zip(numbers, ["", *numbers], strict=False) if number != before
    ]
    assert len(changes) == len(set(changes))


def test_as_many_orders_as_asked_for_each_with_its_own_number(small_retailer: DemoFiles) -> None:
    numbers = order_numbers(small_retailer)
    assert len(numbers) == len(set(numbers)) == ORDERS


def order_numbers(files: DemoFiles) -> list[str]:
    receipts = {row["小票号"] for row in table(files, "pos") if row["类型"] == "销售"}
    shop = [order["name"] for order in documents(files, "shop") if "name" in order]
    mini = [
        event["order"]["number"]
        for event in documents(files, "mini_program")
        if event["event"] == "order"
    ]
    return [*receipts, *shop, *mini]


def test_order_numbers_carry_their_date(midsize_retailer: DemoFiles) -> None:
    for order in documents(midsize_retailer, "shop"):
        if "name" in order:
            placed = datetime.fromisoformat(order["created_at"])
            assert order["name"].startswith(f"HK{placed:%y%m%d}")


def test_nothing_lies_in_the_future(midsize_retailer: DemoFiles) -> None:
    for order in documents(midsize_retailer, "shop"):
        assert datetime.fromisoformat(order.get("updated_at", order.get("created_at"))) <= CLOSING
    for row in table(midsize_retailer, "pos"):
        assert row["交易时间"] <= "2026/03/15 18:00:00"
    for event in documents(midsize_retailer, "mini_program"):
        assert datetime.fromisoformat(event["at"]) <= CLOSING
    for row in table(midsize_retailer, "points"):
        assert datetime.fromisoformat(row["at"]) <= CLOSING


def test_an_order_adds_up(midsize_retailer: DemoFiles) -> None:
    for order in documents(midsize_retailer, "shop"):
        if not order.get("line_items"):
            continue
        goods = sum(fen(line["price"]) * line["quantity"] for line in order["line_items"])
        total = goods - fen(order["total_discounts"]) + fen(order["total_shipping"])
        assert total == fen(order["total_price"]) > 0
        back = sum(fen(refund["amount"]) for refund in order["refunds"])
        assert back <= fen(order["total_price"])


def test_a_receipt_row_adds_up(midsize_retailer: DemoFiles) -> None:
    for row in table(midsize_retailer, "pos"):
        goods, off, paid = int(row["数量"]) * fen(row["单价"]), fen(row["优惠"]), fen(row["实收"])
        assert paid == (goods - off if row["类型"] == "销售" else goods + off)
        assert off >= 0


def fen(amount: str) -> int:
    return round(float(amount) * 100)


def test_a_return_names_a_sale_that_held_its_sku(midsize_retailer: DemoFiles) -> None:
    rows = table(midsize_retailer, "pos")
    sold = {(row["小票号"], row["SKU"]) for row in rows if row["类型"] == "销售"}
    returned = [row for row in rows if row["类型"] == "退货"]
    assert returned
    assert all((row["原小票号"], row["SKU"]) in sold for row in returned)


def test_orders_stand_where_their_parcels_do(midsize_retailer: DemoFiles) -> None:
    orders = [
        event["order"]
        for event in documents(midsize_retailer, "mini_program")
        if event["event"] == "order"
    ]
    states = Counter(order["state"] for order in orders)
    assert set(states) <= ORDER_STATES
    assert {"completed", "cancelled", "delivered"} <= set(states)
    for order in orders:
        unpaid = order["state"] == "pending_payment"
        assert not (unpaid and order["paid_at"])
        if order["state"] in {"shipped", "delivered"}:
            assert order["shipment"]["events"]
        if order["pickup_store"]:
            assert order["shipment"] is None
            assert order["receiver"] is None


def test_parcels_move_forward(midsize_retailer: DemoFiles) -> None:
    seen = 0
    for order in documents(midsize_retailer, "shop"):
        for parcel in order.get("fulfillments", []):
            moments = [event["happened_at"] for event in parcel["events"]]
            assert moments == sorted(moments)
            assert moments[0] > order["created_at"]
            seen += 1
    assert seen > 100


def test_festivals_and_weekends_are_busier(midsize_retailer: DemoFiles) -> None:
    days = Counter(
        date(2000 + int(n[2:4]), int(n[4:6]), int(n[6:8])) for n in order_numbers(midsize_retailer)
    )
    average = sum(days.values()) / 730
    assert days[date(2025, 11, 11)] > 4 * average
    assert days[date(2025, 6, 18)] > 3 * average
    weekend = sum(count for day, count in days.items() if day.weekday() >= 5)
    assert weekend / sum(days.values()) > 2 / 7


def test_people_buy_consumables_again(midsize_retailer: DemoFiles) -> None:
    lasting = {v.sku: p.replenish_days for p in catalogue() for v in p.variants}
    bought: Counter[tuple[str, str]] = Counter()
    for row in table(midsize_retailer, "pos"):
        if row["会员卡号"] and lasting[row["SKU"]]:
            bought[row["会员卡号"], row["SKU"]] += 1
    again = sum(1 for count in bought.values() if count > 1)
    assert again / len(bought) > 0.1


def test_skus_and_shops_of_all_files_are_known(midsize_retailer: DemoFiles) -> None:
    skus = {variant.sku for product in catalogue() for variant in product.variants}
    doors = {shop.id for shop in shops()}
    for row in table(midsize_retailer, "pos"):
        assert row["SKU"] in skus
        assert row["门店"] in doors
    stock = table(midsize_retailer, "stock")
    assert {row["sku"] for row in stock} == skus
    assert {row["store_id"] for row in stock} == doors
    assert any(row["quantity"] == "0" for row in stock)


def test_points_never_go_below_zero(midsize_retailer: DemoFiles) -> None:
    balance: Counter[str] = Counter()
    kinds = set()
    for row in table(midsize_retailer, "points"):
        kinds.add(row["kind"])
        balance[row["card_no"]] += int(row["points"])
        assert balance[row["card_no"]] >= 0
        assert bool(row["expires_on"]) is (row["kind"] == "earn")
    assert kinds == {"earn", "spend", "expire", "adjust"}


def test_cards_have_members_and_coupons_that_were_used_have_orders(
    midsize_retailer: DemoFiles,
) -> None:
    cards = {row["card_no"] for row in table(midsize_retailer, "loyalty")}
    assert {row["card_no"] for row in table(midsize_retailer, "points")} <= cards
    coupons = table(midsize_retailer, "coupons")
    assert {row["card_no"] for row in coupons} <= cards | {""}
    used = {row["code"] for row in coupons if row["state"] == "used"}
    spent = {
        code["code"]
        for order in documents(midsize_retailer, "shop")
        for code in order.get("discount_codes", [])
    }
    spent |= {
        event["code"]
        for event in documents(midsize_retailer, "mini_program")
        if event["event"] == "coupon" and event["action"] == "used"
    }
    assert used == spent


def test_phones_can_exist_however_they_are_typed(midsize_retailer: DemoFiles) -> None:
    phones = [row["phone"] for row in table(midsize_retailer, "loyalty")]
    phones += [row["手机号"] for row in table(midsize_retailer, "pos")]
    phones += [row["phone"] for row in rows_of(midsize_retailer.truth)]
    given = [phone for phone in phones if phone]
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(phone, "CN")) for phone in given)
    assert any("＋" in phone or "１" in phone for phone in given)
    assert any(phone.startswith("+86 ") for phone in given)
    assert any(phone.startswith("+852") for phone in given)


def test_mail_addresses_reach_nobody(midsize_retailer: DemoFiles) -> None:
    for row in rows_of(midsize_retailer.truth):
        domain = row["email"].rpartition("@")[2]
        assert domain in {"", "example.com", "example.net", "example.org"}


def test_a_registration_comes_before_everything_else(midsize_retailer: DemoFiles) -> None:
    known = set()
    for event in documents(midsize_retailer, "mini_program"):
        assert (event["event"] == "register") is (event["openid"] not in known)
        known.add(event["openid"])


def test_malformed_records_stand_where_the_list_says(small_retailer: DemoFiles) -> None:
    planted = rows_of(small_retailer.malformed)
    assert 24 <= len(planted) <= 60
    for source in {row["source"] for row in planted}:
        text = small_retailer.by_source[source].read_text(
            encoding="gb18030" if source == "pos" else "utf-8"
        )
        whole = {number for number, _ in enumerate(text.splitlines(), 1)}
        good = {number for number, _ in lines(small_retailer, source)}
        assert len(whole - good) == sum(1 for row in planted if row["source"] == source)
