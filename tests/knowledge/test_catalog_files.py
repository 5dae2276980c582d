"""Catalogue files: our own shapes, Icecat's, and everything that can be wrong in them."""

import json
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from knowledge.catalog_files import read_catalog
from knowledge.catalog_records import CatalogFileError, CatalogRecord, RowError, VariantRecord

SCARF = {
    "id": "P1",
    "name": {"zh": "羊绒围巾", "en": "Cashmere scarf"},
    "brand": "Mulan",
    "attributes": {"zh": {"材质": "羊绒"}},
    "replenish_days": None,
    "aliases": ["小红巾"],
    "variants": [{"sku": "P1-R", "price": "399.00", "colour": "red"}],
}


def json_lines(folder: Path, *rows: object) -> Path:
    path = folder / "catalog.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def records(path: Path) -> list[CatalogRecord]:
    return [row for row in read_catalog(path) if isinstance(row, CatalogRecord)]


def errors(path: Path) -> list[RowError]:
    return [row for row in read_catalog(path) if isinstance(row, RowError)]


class TestJsonLines:
    def test_a_product(self, tmp_path: Path) -> None:
        (scarf,) = records(json_lines(tmp_path, SCARF))
        assert scarf == CatalogRecord(
            product_id="P1",
            names={"zh": "羊绒围巾", "en": "Cashmere scarf"},
            variants=(VariantRecord("P1-R", Decimal("399.00"), colour="red"),),
            brand="Mulan",
            attributes={"zh": {"材质": "羊绒"}},
            aliases=("小红巾",),
        )

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"id": ""}, "id is missing"),
            ({"name": {}}, "has no name"),
            ({"name": "围巾"}, "name must be an object"),
            ({"variants": []}, "has no variant"),
            ({"variants": None}, "variants must be a list"),
            ({"variants": [{"sku": "a", "price": "free"}]}, "'free' is not a number"),
            ({"variants": [{"sku": "a", "price": -1}]}, "negative"),
            ({"variants": [{"sku": "a", "price": "NaN"}]}, "not a number"),
            ({"variants": [{"sku": "a", "price": 1}] * 2}, "one SKU twice"),
            ({"replenish_days": 0}, "must be positive"),
            ({"tags": "new"}, "tags must be a list"),
        ],
    )
    def test_a_bad_row_is_told_with_its_line_and_the_others_stay(
        self, tmp_path: Path, change: dict[str, object], reason: str
    ) -> None:
        path = json_lines(tmp_path, "", SCARF | change, SCARF | {"id": "P2"})
        (error,) = errors(path)
        assert error.line == 2
        assert reason in error.reason
        assert [record.product_id for record in records(path)] == ["P2"]

    def test_what_is_not_json_and_what_was_given_before(self, tmp_path: Path) -> None:
        broken, twice = errors(json_lines(tmp_path, SCARF, "{", SCARF))
        assert broken.line == 2
        assert twice == RowError(3, "product P1 was already given in line 1")


CSV = """id,name_zh,name_en,price,sku,colour,size,attr_zh:材质,tags,replenish_days
P1,羊绒围巾,Cashmere scarf,399,P1-R,red,,羊绒,礼物|冬季,
P1,,,419.5,P1-B,blue,,,,
P2,绿茶,,x,P2-1,,,,,30
P2,绿茶,,88,P2-2,,,,,30
"""


class TestCsv:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_rows_of_one_product_are_its_variants(self, tmp_path: Path, encoding: str) -> None:
        path = tmp_path / "catalog.csv"
        path.write_text(CSV, encoding=encoding)
        scarf, tea = records(path)
        assert scarf.names == {"zh": "羊绒围巾", "en": "Cashmere scarf"}
        assert [(v.sku, v.price) for v in scarf.variants] == [
            ("P1-R", Decimal("399.00")),
            ("P1-B", Decimal("419.50")),
        ]
        assert scarf.attributes == {"zh": {"材质": "羊绒"}}
        assert scarf.tags == ("礼物", "冬季")
        assert (tea.replenish_days, [v.sku for v in tea.variants]) == (30, ["P2-2"])
        assert errors(path) == [RowError(4, "price 'x' is not a number")]

    def test_a_column_is_missing(self, tmp_path: Path) -> None:
        path = tmp_path / "catalog.csv"
        path.write_text("id,name_zh\nP1,围巾\n")
        with pytest.raises(CatalogFileError, match="no column price, sku"):
            records(path)


def icecat(number: int, **change: object) -> dict[str, object]:
    return {
        "id": str(number),
        "name": f"SP-{number}",
        "title": f"Acme SP-{number} 音箱 speaker",
        "ean": [f"400000000{number:04}"],
        "supplier": "Acme",
        "price": 4995,
        "attr_t_product_type": "Portable speaker",
        "attr_n_output_power": 10.0,
        "attr_t_data_network": "Not supported",
        "attr_b_bluetooth": True,
    } | change


class TestIcecat:
    def test_a_product(self, tmp_path: Path) -> None:
        path = tmp_path / "products.json"
        path.write_text(json.dumps([icecat(7)]))
        (speaker,) = records(path)
        assert speaker.names == {"en": "Acme SP-7 音箱 speaker"}
        assert speaker.variants == (VariantRecord("7", Decimal("49.95")),)
        assert speaker.category == "portable-speaker"
        assert speaker.aliases == ("SP-7", "4000000000007")
        assert speaker.attributes == {
            "en": {"product type": "Portable speaker", "output power": "10"}
        }

    def test_a_zip_is_read_in_pieces_with_true_line_numbers(self, tmp_path: Path) -> None:
        products = [icecat(n, short_description="好声音 " * 200) for n in range(300)]
        products[250] |= {"price": None}
        path = tmp_path / "products.json.zip"
        with zipfile.ZipFile(path, "w") as archive:
            content = "[\n" + ",\n".join(json.dumps(p, ensure_ascii=False) for p in products)
            archive.writestr("products.json", content + "\n]\n")
        assert [r.product_id for r in records(path)] == [str(n) for n in range(300) if n != 250]
        assert errors(path) == [RowError(252, "price is missing")]

    @pytest.mark.parametrize("content", ["", "{}", "[{]", '[{"id": "1"}', "[1, 2", "\xff"])
    def test_a_broken_file_is_refused(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / "products.json"
        path.write_text(content, encoding="latin-1")
        with pytest.raises(CatalogFileError, match=r"products\.json"):
            records(path)

    def test_a_zip_that_is_none(self, tmp_path: Path) -> None:
        path = tmp_path / "products.json.zip"
        path.write_text("[]")
        with pytest.raises(CatalogFileError, match="not a zip"):
            records(path)


def test_files_of_other_kinds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogFileError, match=r"expected \.jsonl"):
        records(tmp_path / "catalog.xlsx")
    with pytest.raises(CatalogFileError, match="cannot be read"):
        records(tmp_path / "gone.csv")
