"""The review of matches: who may decide, and what a decision twice or from elsewhere comes to."""

import httpx
import pytest
from desk_site import log_in
from store_rows import SmallShop

from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from crm_store.types.merges import Evidence, MatchState, MemberMatch

pytestmark = pytest.mark.usefixtures("proposal")


@pytest.fixture
async def proposal(store: SqlStore, shop: SmallShop) -> int:
    evidence = (Evidence("name", "same", 9.0), Evidence("phone", "different", -1.8))
    async with store.writing(SYSTEM) as work:
        await work.merges.propose([MemberMatch(shop.member, shop.other, 7.2, 0.993, evidence)])
        [found] = await work.merges.candidates()
    return found.id


async def test_members_stand_side_by_side_masked_and_the_look_is_audited(
    browser: httpx.AsyncClient, store: SqlStore, shop: SmallShop
) -> None:
    await log_in(browser, "agent", "secret")
    page = (await browser.get("/desk/matches?lang=zh")).text
    assert "王小明" in page
    assert "李雷" in page
    assert "138****8000" in page
    assert "13800138000" not in page
    async with store.reading(SYSTEM) as work:
        for member in (shop.member, shop.other):
            [look] = [
                one
                for one in await work.audit.about(f"member:{member}")
                if one.purpose == "match_review"
            ]
            assert look.actor_id == shop.agent


async def test_clerks_and_strangers_are_sent_away(
    browser: httpx.AsyncClient, store: SqlStore, proposal: int
) -> None:
    for login in (None, "clerk"):
        if login:
            await log_in(browser, login, "secret")
        assert (await browser.get("/desk/matches")).status_code == 303
        decided = await browser.post(f"/desk/matches/{proposal}", data={"decision": "distinct"})
        assert decided.status_code == 303
    async with store.reading(SYSTEM) as work:
        found = await work.merges.candidate(proposal)
    assert found is not None
    assert found.state is MatchState.OPEN


async def test_the_second_to_decide_learns_that_it_is_done(
    browser: httpx.AsyncClient, shop: SmallShop, proposal: int
) -> None:
    await log_in(browser, "manager", "secret")
    address = f"/desk/matches/{proposal}"
    elsewhere = {"sec-fetch-site": "cross-site"}
    refused = await browser.post(address, data={"decision": "later"}, headers=elsewhere)
    assert refused.status_code == 403
    merged = await browser.post(address, data={"decision": "merge", "keep": str(shop.other)})
    assert "merged=" in merged.headers["location"]
    again = await browser.post(address, data={"decision": "distinct"})
    assert again.headers["location"].endswith("told=gone")
    page = (await browser.get(merged.headers["location"])).text
    undo = f"/desk/merges/{merged.headers['location'].rsplit('=', 1)[1]}/undo"
    assert undo in page
    assert (await browser.post(undo)).headers["location"].endswith("told=undone")
    assert (await browser.post(undo)).headers["location"].endswith("told=gone")
