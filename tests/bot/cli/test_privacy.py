"""A person's data on the command line: a copy, an erasure, the proof, and how long it is kept."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.cli import huike
from crm_store.errors import InvalidRecordError, NotFoundError
from crm_store.vault import Vault

ROOT = Path(__file__).parents[3]
HOLDERS = (
    "card_no,name,phone,tier,joined_on\n"
    "VIP00000001,林晓,13800138000,gold,2026-01-01\n"
    "VIP00000002,周敏,13900139000,gold,2026-01-01\n"
)


class Shop:
    """A shop with two card holders, and commands run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        file = folder / "loyalty.csv"
        file.write_text(HOLDERS, encoding="utf-8")
        self.run("import", "loyalty", str(file))

    def invoke(self, *words: str) -> Result:
        return CliRunner().invoke(huike, words, standalone_mode=False)

    def run(self, *words: str) -> str:
        done = self.invoke(*words)
        if done.exception is not None:
            raise done.exception
        return done.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json"))


@pytest.fixture
def shop(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.chdir(tmp_path)
    settings = {
        "CONFIG": str(ROOT / "config.yml"),
        "DATABASE_URL": sqlite_url,
        "DATA_KEYS": Vault.new_key(),
        "INDEX_KEY": Vault.new_key(),
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"HUIKE_{name}", value)
    return Shop(tmp_path)


def test_a_copy_is_written_with_a_page_beside_it(shop: Shop) -> None:
    shop.run("members", "export", "13800138000", "me.json")
    found = json.loads((shop.folder / "me.json").read_text(encoding="utf-8"))
    assert found["tables"]["members"][0]["name"] == "林晓"
    assert "林晓" in (shop.folder / "me.html").read_text(encoding="utf-8")
    shop.run("members", "export", "13800138000", "folder")
    assert (shop.folder / "folder" / "tables" / "identities.csv").exists()


def test_who_is_erased_is_gone_and_the_proof_can_be_checked(shop: Shop) -> None:
    proof = shop.json("members", "erase", "13800138000")
    assert {place["left"] for place in proof["places"]} == {0}
    caches = {"files in index", "files in faq", "files in nlu"}
    assert caches <= {place["name"] for place in proof["places"]}
    with pytest.raises(NotFoundError):
        shop.run("members", "show", "13800138000")
    assert "周敏" in shop.run("members", "show", "13900139000")

    again = shop.json("members", "erase", str(proof["member_ids"][0]))
    assert again == proof == shop.json("members", "proof", str(proof["id"]))
    file = shop.folder / "proof.json"
    file.write_text(json.dumps(proof), encoding="utf-8")
    assert "genuine" in shop.run("members", "proof", "--verify", str(file))
    file.write_text(json.dumps(proof | {"suppressed": 7}), encoding="utf-8")
    with pytest.raises(InvalidRecordError, match="was changed"):
        shop.run("members", "proof", "--verify", str(file))


def test_an_identifier_in_the_index_stops_the_erasure(shop: Shop) -> None:
    index = shop.folder / "var" / "index"
    index.mkdir(parents=True)
    (index / "items.json").write_text('["+8613800138000"]', encoding="utf-8")
    done = shop.invoke("members", "erase", "13800138000")
    assert "files in index; nothing was done" in str(done.exception)
    assert "林晓" in shop.run("members", "show", "13800138000")


def test_a_delivered_export_is_named_and_not_touched(shop: Shop) -> None:
    delivered = shop.folder / "var" / "demo" / "loyalty.csv"
    delivered.parent.mkdir(parents=True)
    delivered.write_text("VIP1,林晓,13800138000", encoding="utf-8")

    proof = shop.json("members", "erase", "13800138000")

    (place,) = [place for place in proof["places"] if place["name"] == "files in demo"]
    assert (place["found"], place["kept"]) == (1, 1)
    assert "delete them where they are kept" in place["why"]
    assert delivered.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("erase", "4711"), "no member 4711"),
        (("erase", "13700137000"), "no member has the id, phone or card"),
        (("export", "4711", "me.zip"), "no member 4711"),
        (("export", "1", "me.pdf"), "expected NAME.json, NAME.zip or a folder"),
        (("proof", "9"), "there was no erasure 9"),
    ],
)
def test_bad_input_gets_one_clear_line(shop: Shop, words: tuple[str, ...], said: str) -> None:
    assert said in str(shop.invoke("members", *words).exception)
    assert not (shop.folder / "me.zip").exists()


def test_old_things_go_and_keys_change(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "source_records: 0 would go" in shop.run("retention", "run", "--dry-run")
    old, new = os.environ["HUIKE_DATA_KEYS"], Vault.new_key()
    monkeypatch.setenv("HUIKE_DATA_KEYS", f"{new},{old}")
    assert "under the newest key" in shop.run("keys", "rotate")
    monkeypatch.setenv("HUIKE_DATA_KEYS", new)
    shop.run("members", "export", "13900139000", "me.json")
    assert "+8613900139000" in (shop.folder / "me.json").read_text(encoding="utf-8")
