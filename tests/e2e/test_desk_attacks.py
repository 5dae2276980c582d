"""What customers write is text, on the desk as in the shop: nothing of it ever runs.

Two hundred pieces of markup and script go through every field that a customer controls.
"""

import itertools
import re
from collections.abc import Iterator

import pytest
from conftest import Server, Visit
from desk_people import agent
from playwright.async_api import expect

from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from crm_store.types.conversations import ConversationKey, InboundMessage
from crm_store.types.handoffs import HandoffReason
from crm_store.types.people import IdentityKind, IdentityStatus, NewIdentity, NewMember

pytestmark = pytest.mark.browser

RUN = "window.__ran=1"
TAGS = (
    "<script>{0}</script>",
    "<img src=x onerror={0}>",
    "<svg onload={0}>",
    "<svg><script>{0}</script></svg>",
    "<iframe srcdoc='<script>parent.{0}</script>'></iframe>",
    "<details open ontoggle={0}>",
    "<video><source onerror={0}></video>",
    "<body onload={0}>",
    "<input autofocus onfocus={0}>",
    "<a href='javascript:{0}'>转人工</a>",
    "<math><mtext><img src=x onerror={0}></mtext></math>",
    "<template><script>{0}</script></template>",
    "<object data='javascript:{0}'></object>",
    "<marquee onstart={0}>",
    "{{{{constructor.constructor('{0}')()}}}}",
    "${{{0}}}",
    "{{% {0} %}}",
    "javascript:{0}",
    "`${{{0}}}`",
    "[x](javascript:{0})",
)
FRAMES = ("{0}", "'>{0}", '">{0}', "</textarea>{0}", "</script>{0}", "-->{0}", "]]>{0}",
          "</style>{0}", "\\u003c{0}", "`;{0}//")  # fmt: skip


def payloads() -> Iterator[str]:
    """Return every tag in every frame: two hundred."""
    for tag, frame in itertools.product(TAGS, FRAMES):
        yield frame.format(tag.format(RUN))


async def test_nothing_that_a_customer_controls_ever_runs(
    visit: Visit, server: Server, desk_store: SqlStore
) -> None:
    attacks = list(payloads())
    assert len(attacks) == len(set(attacks)) == 200
    key = ConversationKey("web", "shop", "attacker")
    async with desk_store.writing(SYSTEM) as uow:
        name = attacks[1][:60]
        card = NewIdentity(IdentityKind.SOCIAL, attacks[2], IdentityStatus.CLAIMED, "shop")
        member = await uow.members.add(NewMember(name, identities=(card,)))
        said = [
            InboundMessage(key, str(n), text, payload={"title": text}, member_id=member.id)
            for n, text in enumerate(attacks)
        ]
        receipts = await uow.conversations.receive(said)
        packet = {
            "asked": attacks[1],
            "intent": attacks[0],
            "slots": {"product": attacks[1], "colour": attacks[4]},
            "orders": [attacks[1]],
            "products": [attacks[1]],
        }
        here = receipts[0].conversation_id
        await uow.handoffs.request(here, HandoffReason.ASKED, packet, epoch=0)
    lin = await agent(visit, server, "agent-lin")
    await lin.entry(name).first.click()
    await expect(lin.transcript.locator(".message .text").last).to_be_visible()
    await expect(lin.packet).to_contain_text(attacks[1])
    await lin.take.click()
    await expect(lin.box).to_be_focused()
    await lin.page.locator(".mode.note_mode").click()
    note = lin.page.get_by_role("textbox", name="备注内容")
    await note.fill(attacks[1])
    await note.press("Enter")
    await expect(lin.transcript.locator(".message.note")).to_contain_text(attacks[1])
    await lin.page.keyboard.press("Escape")
    await lin.page.locator(".tool.search").click()
    await lin.page.get_by_role("textbox", name="搜索").fill("onerror")
    await expect(lin.page.locator(".found-talk").first).to_be_visible()
    assert await lin.page.evaluate("window.__ran") is None
    assert await lin.page.locator(".desk img, .desk iframe, .desk script, .found img").count() == 0


async def test_the_desk_has_a_strict_policy_and_its_socket_is_for_who_is_logged_in(
    visit: Visit, server: Server
) -> None:
    lin = await agent(visit, server, "agent-lin")
    answer = await lin.page.reload()
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert re.search(r"script-src 'self' 'nonce-[\w-]+' 'unsafe-eval';", policy)
    await expect(lin.page.locator(".pane.queue")).to_be_visible()
    stranger = await visit()
    got = await stranger.context.request.get(
        f"{server.url}/desk/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    )
    assert got.status == 403
