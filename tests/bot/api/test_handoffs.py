"""Handoffs over HTTP: the queue, one winner, the packet as its reader may see it, the schema."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from small_site import Site, bearer

from bot.handoff.packet import HandoffPacket, schema
from crm_store.types.actors import SYSTEM, Role
from crm_store.types.conversations import ConversationKey, InboundMessage
from crm_store.types.handoffs import HandoffReason

PACKET = HandoffPacket(intent="return_item", asked="太小了", reason="asked")


async def headers_of(site: Site, login: str, role: Role) -> dict[str, str]:
    async with site.assistant.store.writing(SYSTEM) as work:
        known = {account.login: account for account in await work.staff.all()}
        account = known.get(login) or await work.staff.add(login, "林", "secret-1", role)
    claims = site.tokens.staff_conversation(account.id, datetime.now(UTC) + timedelta(hours=1))
    return bearer(site.tokens.conversation(claims))


async def waiting(site: Site, peer: str) -> int:
    async with site.assistant.store.writing(SYSTEM) as work:
        key = ConversationKey("web", "test", peer)
        [receipt] = await work.conversations.receive([InboundMessage(key, "1", "转人工")])
        asked = await work.handoffs.request(
            receipt.conversation_id, HandoffReason.ASKED, PACKET.to_json(), epoch=0
        )
    return asked.id


async def post(
    site: Site, path: str, headers: dict[str, str], body: dict[str, object] | None = None
) -> httpx.Response:
    return await site.client.post(f"/api/v1/handoffs{path}", headers=headers, json=body or {})


async def test_from_the_queue_to_the_resolution(quiet_site: Site) -> None:
    lin = await headers_of(quiet_site, "api-lin", Role.AGENT)
    wu = await headers_of(quiet_site, "api-wu", Role.AGENT)
    number = await waiting(quiet_site, "http-1")
    listed = (await quiet_site.client.get("/api/v1/handoffs", headers=lin)).json()["handoffs"]
    assert (number, "waiting") in {(one["id"], one["state"]) for one in listed}
    assert (await post(quiet_site, "/presence", lin, {"presence": "online"})).status_code == 204
    assert (await post(quiet_site, f"/{number}/take", lin)).json()["state"] == "taken"
    refused = await post(quiet_site, f"/{number}/take", wu)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_possible_now")
    said = {"text": "您好"}
    assert (await post(quiet_site, f"/{number}/messages", wu, said)).status_code == 403
    assert (await post(quiet_site, f"/{number}/messages", lin, said)).status_code == 202
    past = {"until": "2020-01-01T00:00:00Z"}
    assert (await post(quiet_site, f"/{number}/snooze", lin, past)).status_code == 422
    assert (await post(quiet_site, f"/{number}/resolve", lin, {"code": "?"})).status_code == 422
    done = await post(quiet_site, f"/{number}/resolve", lin, {"code": "solved"})
    assert (done.json()["state"], done.json()["resolution_code"]) == ("resolved", "solved")
    assert (await post(quiet_site, "/999999/take", lin)).status_code == 404


async def test_the_packet_as_its_reader_may_see_it(quiet_site: Site) -> None:
    lin = await headers_of(quiet_site, "api-lin", Role.AGENT)
    number = await waiting(quiet_site, "http-2")
    found = (await quiet_site.client.get(f"/api/v1/handoffs/{number}", headers=lin)).json()
    assert HandoffPacket.from_json(found["packet"]) == PACKET
    text = await quiet_site.client.get(
        f"/api/v1/handoffs/{number}/text", headers=lin, params={"language": "en"}
    )
    assert "in their words “太小了”" in text.text
    published = await quiet_site.client.get("/api/v1/schemas/handoff-packet.json")
    assert published.json() == schema()


@pytest.mark.parametrize("path", ["", "/1", "/1/text"])
async def test_nobody_else_looks(quiet_site: Site, path: str) -> None:
    clerk = await headers_of(quiet_site, "api-clerk", Role.CLERK)
    guest = await quiet_site.open()
    for headers in (clerk, guest.headers):
        answer = await quiet_site.client.get(f"/api/v1/handoffs{path}", headers=headers)
        assert answer.status_code == 403
    assert (await quiet_site.client.get(f"/api/v1/handoffs{path}")).status_code == 401
