"""Members over HTTP: for staff alone, masked, audited."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from small_site import Site, bearer

from crm_store.types.actors import SYSTEM, Role


async def staff_headers(site: Site, login: str) -> dict[str, str]:
    async with site.assistant.store.writing(SYSTEM) as work:
        known = {account.login: account for account in await work.staff.all()}
        account = known.get(login) or await work.staff.add(login, "店员", "secret-1", Role.CLERK)
    claims = site.tokens.staff_conversation(account.id, datetime.now(UTC) + timedelta(hours=1))
    return bearer(site.tokens.conversation(claims))


async def get(site: Site, path: str, headers: dict[str, str], **query: object) -> httpx.Response:
    return await site.client.get(f"/api/v1/members{path}", headers=headers, params=query)  # type: ignore[arg-type]


async def test_a_clerk_reads_card_and_timeline(quiet_site: Site) -> None:
    headers = await staff_headers(quiet_site, "api-clerk")
    card = (await get(quiet_site, f"/{quiet_site.member}", headers)).json()
    assert card["card"]["member"]["id"] == quiet_site.member
    assert card["loyalty"]["rule"]["tier"] == card["card"]["member"]["tier"]
    assert all("*" in one["masked"] for one in card["card"]["identities"] if one["kind"] == "phone")
    page = (await get(quiet_site, f"/{quiet_site.member}/timeline", headers, limit=2)).json()
    following = await get(
        quiet_site, f"/{quiet_site.member}/timeline", headers, limit=2, after=page["next"]
    )
    assert len(page["entries"]) == 2
    assert following.json()["entries"][0]["ref"] not in {one["ref"] for one in page["entries"]}
    async with quiet_site.assistant.store.reading(SYSTEM) as work:
        looks = await work.audit.about(f"member:{quiet_site.member}")
    assert {"member.card", "timeline.view"} <= {row.action for row in looks}
    assert "member_api" in {row.purpose for row in looks}


async def test_nobody_else_does(quiet_site: Site) -> None:
    guest, member = await quiet_site.open(), await quiet_site.open(quiet_site.member)
    path = f"/{quiet_site.member}"
    assert (await quiet_site.client.get(f"/api/v1/members{path}")).status_code == 401
    for talk in (guest, member):
        assert (await get(quiet_site, path, talk.headers)).status_code == 403


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [("/999999", {}, 404), ("/999999/timeline", {}, 404), ("/0", {}, 422), ("", {}, 422)],
)
async def test_what_is_not_there(
    quiet_site: Site, path: str, query: dict[str, object], status: int
) -> None:
    headers = await staff_headers(quiet_site, "api-clerk")
    assert (await get(quiet_site, path, headers, **query)).status_code == status


async def test_a_wrong_cursor(quiet_site: Site) -> None:
    headers = await staff_headers(quiet_site, "api-clerk")
    answer = await get(quiet_site, f"/{quiet_site.member}/timeline", headers, after="nonsense")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")
