"""The review of possible duplicates in a real browser: look, merge, undo."""

import pytest
from conftest import Server, Visit
from playwright.async_api import expect

from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from crm_store.types.merges import Evidence, MemberMatch
from crm_store.types.people import (
    IdentityKind,
    IdentityStatus,
    MemberStatus,
    NewIdentity,
    NewMember,
)

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)


async def two_profiles(store: SqlStore) -> tuple[int, int]:
    """Enrol one person twice, and propose to merge the two."""
    phone = NewIdentity(IdentityKind.PHONE, "18329168154", IdentityStatus.ATTESTED, "loyalty")
    async with store.writing(SYSTEM) as work:
        known = await work.members.add(NewMember("柳思远", identities=(phone,)))
        other = await work.members.add(NewMember("柳斯远"))
        evidence = (Evidence("name", "same_sound", 9.3), Evidence("gender", "different", -6.6))
        await work.merges.propose([MemberMatch(known.id, other.id, 99.0, 0.997, evidence)])
    return known.id, other.id


async def test_an_agent_compares_two_members_merges_and_undoes(
    server: Server, visit: Visit, desk_store: SqlStore
) -> None:
    known, other = await two_profiles(desk_store)
    visitor = await visit()
    page = await visitor.page("/desk/login?lang=zh")
    await page.get_by_label("账号").fill("agent-lin")
    await page.get_by_label("密码").fill(server.secrets["HUIKE_DEMO_PASSWORD"])
    await page.get_by_role("button", name="登录").click()
    await page.get_by_role("link", name="重复会员").click()

    review = page.locator("article", has_text="柳斯远")
    await expect(review).to_contain_text("183****8154")
    await expect(review).to_contain_text("读音相同")
    await expect(review.locator("tr", has_text="姓名")).to_contain_text("+9.3")
    await expect(page.locator("body")).not_to_contain_text("18329168154")

    await review.get_by_role("button", name="合并", exact=True).click()
    await expect(page.get_by_role("status")).to_contain_text(f"会员#{other}已并入#{known}")
    await expect(review).to_have_count(0)
    await page.get_by_role("button", name="撤销合并").click()
    await expect(page.get_by_role("status")).to_contain_text("合并已撤销")
    await page.get_by_role("link", name="客服台").click()
    await page.get_by_role("link", name="English").click()
    await expect(page.get_by_role("link", name="Duplicates")).to_be_visible()
    async with desk_store.reading(SYSTEM) as work:
        parted = await work.members.get(other)
    assert parted is not None
    assert (parted.id, parted.status) == (other, MemberStatus.ACTIVE)
    assert visitor.errors == []
