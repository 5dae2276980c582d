"""Signed records of other systems: who is believed, and that nothing happens twice."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from small_site import Site, settings_of
from sqlalchemy import select

from bot.api.app import create_api
from bot.api.signatures import IngestKeys, signed
from bot.settings import ConfigError
from crm_store.models import InteractionRow
from crm_store.sources.ingest import SourceIngest
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM

SECRET, OLD_SECRET, OTHER_SECRET = (
    "a secret of the shop",
    "an older one of the shop",
    "the till's own one",
)
PATH = "/api/v1/ingest/mini_program"
DOCUMENTED = Path(__file__).parents[3] / "docs" / "sources.md"


@dataclass
class Sender:
    """A system that sends events."""

    client: httpx.AsyncClient
    store: SqlStore

    async def send(
        self,
        *events: object,
        secret: str = SECRET,
        at: float | None = None,
        body: bytes | None = None,
        path: str = PATH,
    ) -> httpx.Response:
        sent = json.dumps(list(events)).encode() if body is None else body
        timestamp = str(int(time.time() if at is None else at))
        signature = "v1=" + signed(secret.encode(), timestamp, sent)
        return await self.post(sent, timestamp, signature, path)

    async def post(
        self, body: bytes, timestamp: str, signature: str, path: str = PATH
    ) -> httpx.Response:
        headers = {"X-Huike-Timestamp": timestamp, "X-Huike-Signature": signature}
        return await self.client.post(path, content=body, headers=headers)

    async def stored(self) -> list[str]:
        """Return what visitors searched for."""
        async with self.store.importing() as context:
            rows = await context.session.scalars(
                select(InteractionRow).where(InteractionRow.kind == "search")
            )
            return [str(row.detail["query"]) for row in rows if row.source == "mini_program"]


def search(number: int, query: str = "茶") -> dict[str, object]:
    at = "2026-02-01T09:00:00+08:00"
    return {
        "event_id": f"pushed-{number}",
        "openid": "o1",
        "at": at,
        "event": "search",
        "query": query,
    }


@asynccontextmanager
async def receiving(site: Site) -> AsyncIterator[Sender]:
    """The shop's API with the secrets of a mini-program and a till."""
    secrets = f"mini_program:{SECRET},mini_program:{OLD_SECRET},pos:{OTHER_SECRET}"
    settings = settings_of()
    env = settings.env.model_copy(update={"ingest_secrets": SecretStr(secrets)})
    store = site.assistant.store
    parts = replace(
        site.api.state.api.parts,
        settings=settings.model_copy(update={"env": env}),
        ingest=SourceIngest(store),
    )
    transport = httpx.ASGITransport(create_api(parts), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        yield Sender(client, store)


@pytest.fixture
async def sender(quiet_site: Site) -> AsyncIterator[Sender]:
    async with receiving(quiet_site) as ready:
        yield ready


async def test_what_is_answered_is_stored_and_a_replay_changes_nothing(sender: Sender) -> None:
    body = json.dumps([search(1, "白茶"), {**search(2), "query": None}]).encode()
    now = time.time()

    first = await sender.send(body=body, at=now)
    stored = await sender.stored()
    again = await sender.send(body=body, at=now)

    assert first.status_code == 200, first.text
    assert first.json() == {
        "source": "mini_program",
        "read": 2,
        "accepted": 1,
        "unchanged": 0,
        "quarantined": 1,
        "reasons": [{"line": 2, "reason": "query: expected a value"}],
    }
    assert "白茶" in stored
    assert again.json() == first.json()
    assert await sender.stored() == stored


async def test_a_replay_does_not_take_a_correction_back(sender: Sender) -> None:
    now = time.time()
    old = json.dumps(search(3, "红茶")).encode()
    await sender.send(body=old, at=now)
    await sender.send(search(3, "绿茶"))

    await sender.send(body=old, at=now)

    stored = await sender.stored()
    assert "绿茶" in stored
    assert "红茶" not in stored


async def test_one_request_sent_twice_at_once_has_one_effect(sender: Sender) -> None:
    now = time.time()
    body = json.dumps(search(4, "花茶")).encode()

    first, second = await asyncio.gather(*(sender.send(body=body, at=now) for _ in range(2)))

    assert first.json() == second.json()
    assert (await sender.stored()).count("花茶") == 1


@pytest.mark.parametrize(
    ("secret", "late", "tampered"),
    [
        pytest.param("the secret of somebody else", 0, False, id="forged"),
        pytest.param(OTHER_SECRET, 0, False, id="another source's secret"),
        pytest.param(SECRET, -301, False, id="too old"),
        pytest.param(SECRET, 120, False, id="from the future"),
        pytest.param(SECRET, 0, True, id="altered on the way"),
    ],
)
async def test_what_is_not_genuine_is_refused_without_detail_and_audited(
    sender: Sender, secret: str, late: int, *, tampered: bool
) -> None:
    timestamp = str(int(time.time()) + late)
    body = json.dumps(search(5, "假茶")).encode()
    signature = "v1=" + signed(secret.encode(), timestamp, body)

    answer = await sender.post(body + b" " * tampered, timestamp, signature)

    assert (answer.status_code, answer.json()["detail"]) == (401, "the signature is not valid")
    assert "假茶" not in await sender.stored()
    async with sender.store.reading(SYSTEM) as uow:
        assert (await uow.audit.about("source:mini_program"))[0].action == "ingest.refused"


@pytest.mark.parametrize("source", ["weather", "loyalty"])
async def test_a_source_without_a_secret_is_not_told_apart_from_an_unknown_one(
    sender: Sender, source: str
) -> None:
    answer = await sender.send(search(6), path=f"/api/v1/ingest/{source}")
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")


async def test_while_a_secret_is_replaced_both_are_good(sender: Sender) -> None:
    assert (await sender.send(search(7), secret=OLD_SECRET)).status_code == 200
    body, timestamp = json.dumps(search(8)).encode(), str(int(time.time()))
    signatures = (signed(secret, timestamp, body) for secret in (b"the next", SECRET.encode()))

    answer = await sender.post(body, timestamp, ", ".join(f"v1={one}" for one in signatures))

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (json.dumps(search(10)).encode(), 1),
        (json.dumps([search(11), search(12)]).encode(), 2),
        (b"\n".join(json.dumps(search(number)).encode() for number in (13, 14, 15)), 3),
        (json.dumps([search(16), 7]).encode(), 2),
    ],
    ids=["a record", "a list", "the source's own format", "a list with something else in it"],
)
async def test_records_come_in_three_shapes(sender: Sender, body: bytes, read: int) -> None:
    answer = (await sender.send(body=body)).json()
    assert (answer["read"], answer["accepted"]) == (read, read - answer["quarantined"])


async def test_rows_of_a_till_may_be_sent_as_its_export_has_them(sender: Sender) -> None:
    body = "小票号,行号\nHK1,1\n".encode("gb18030")
    answer = await sender.send(body=body, secret=OTHER_SECRET, path="/api/v1/ingest/pos")
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_body")
    assert "no column" in answer.json()["detail"]


async def test_a_body_over_the_limit_is_refused_before_it_is_read(sender: Sender) -> None:
    assert (await sender.send(body=b"[" + b" " * 2**20 + b"]")).status_code == 413
    assert (await sender.send(body=b"[" + b" " * 2**17 + b"]")).status_code == 200


def test_secrets_are_checked_at_the_start() -> None:
    for written in ("pos", "pos:short", ",".join(f"pos:{SECRET}{n}" for n in range(3))):
        with pytest.raises(ConfigError, match="HUIKE_INGEST_SECRETS"):
            IngestKeys.parsed(written)


async def test_the_documented_example_signs_as_we_check(sender: Sender) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", DOCUMENTED.read_text("utf-8"), re.DOTALL)
    sent: dict[str, object] = {}
    known = {"SECRET": SECRET, "EVENT": search(20, "普洱"), "send": lambda **how: sent.update(how)}
    exec(compile(example, str(DOCUMENTED), "exec"), known)

    answer = await sender.client.post(PATH, content=sent["content"], headers=sent["headers"])  # type: ignore[arg-type]

    assert answer.status_code == 200, answer.text
    assert "普洱" in await sender.stored()
