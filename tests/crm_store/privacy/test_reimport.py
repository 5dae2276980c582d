"""An old file that is imported again does not bring an erased person back."""

import csv
from pathlib import Path

from crm_store.sources import import_file
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from crm_store.types.people import IdentityKind
from crm_store.types.records import ImportReport

HOLDERS = (
    {
        "card_no": "VIP20481357", "name": "林若溪", "phone": "13812345678", "email": "",
        "gender": "F", "birthday": "1992-06-18", "tier": "gold", "joined_on": "2025-01-09",
        "home_store": "", "language": "zh", "marketing_consent": "Y",
    },
    {
        "card_no": "VIP20481358", "name": "周子轩", "phone": "13812345679", "email": "",
        "gender": "M", "birthday": "1990-01-02", "tier": "silver", "joined_on": "2025-01-09",
        "home_store": "", "language": "zh", "marketing_consent": "N",
    },
)  # fmt: skip


async def load(store: SqlStore, folder: Path) -> ImportReport:
    file = folder / "holders.csv"
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(HOLDERS[0]))
        writer.writeheader()
        writer.writerows(HOLDERS)
    return await import_file(store, "loyalty", file)


async def test_the_same_record_is_not_loaded_again(store: SqlStore, tmp_path: Path) -> None:
    first = await load(store, tmp_path)
    assert (first.accepted, first.quarantined) == (2, ())
    async with store.writing(SYSTEM) as work:
        member = await work.members.by_identity(IdentityKind.PHONE, "13812345678")
        assert member is not None
        proof = await work.privacy.erase(member.id)
    assert proof.suppressed == 1

    again = await load(store, tmp_path)

    assert (again.read, again.accepted, again.unchanged) == (2, 0, 2)
    async with store.reading(SYSTEM) as work:
        assert await work.members.by_identity(IdentityKind.PHONE, "13812345678") is None
        assert await work.members.by_identity(IdentityKind.PHONE, "13812345679") is not None
