"""The review of what the bot failed on, page by page: who may, what is shown, what is kept."""

from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from desk_site import log_in
from learned import propose
from store_rows import SmallShop

from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from crm_store.types.examples import Example, ExampleState

HOSTILE = "<script>alert(1)</script>\"'</textarea><img src=x onerror=alert(1)>"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Training data of two intents, in a folder of its own."""
    folder = tmp_path / "nlu" / "data"
    for intent, text in (("return_item", "我要退货"), ("greet", "你好")):
        (folder / "zh").mkdir(parents=True, exist_ok=True)
        body = f'version: "3.1"\nnlu:\n  - intent: {intent}\n    examples: |\n      - {text}\n'
        (folder / "zh" / f"{intent}.yml").write_text(body, encoding="utf-8")
    return folder


async def state_of(store: SqlStore, example_id: int) -> Example:
    async with store.reading(SYSTEM) as work:
        found = await work.examples.get(example_id)
    assert found is not None
    return found


async def test_a_manager_corrects_accepts_downloads_and_notes(
    browser: httpx.AsyncClient, store: SqlStore, shop: SmallShop, data: Path
) -> None:
    example = await propose(store, shop, "这货我不想留着了", member=shop.member)
    await log_in(browser, "manager", "secret")
    page = (await browser.get("/desk/learning?lang=zh")).text
    for shown in ("这货我不想留着了", "办结为“已办退货”", "不会自动训练", "待核对1条"):
        assert shown in page
    assert '<option value="return_item" selected>' in page
    form = {"decision": "accept", "text": "这个货我不想留着了", "intent": "return_item"}
    done = await browser.post(f"/desk/learning/{example.id}?lang=zh", data=form)
    assert done.headers["location"].endswith(f"told=accepted&undo={example.id}")
    kept = await state_of(store, example.id)
    assert (kept.accepted_text, kept.staff_id) == ("这个货我不想留着了", shop.manager)

    patch = await browser.get("/desk/learning/patch")
    assert patch.headers["content-disposition"] == "attachment; filename=learned.patch"
    assert '+      - text: "这个货我不想留着了"' in patch.text
    assert "by manager; handoff: not_understood, returned" in patch.text
    assert (data / "zh/return_item.yml").read_text(encoding="utf-8").count("- ") == 2

    nothing = await browser.post("/desk/learning/noted")
    assert "told=noted&count=0" in nothing.headers["location"]
    with (data / "zh/return_item.yml").open("a", encoding="utf-8") as file:
        file.write("      - 这个货我不想留着了\n")
    noted = await browser.post("/desk/learning/noted")
    assert "told=noted&count=1" in noted.headers["location"]
    assert (await browser.get("/desk/learning/patch")).headers["location"].endswith("told=nothing")


async def test_a_form_that_cannot_be_accepted_says_why_and_keeps_what_was_typed(
    browser: httpx.AsyncClient, store: SqlStore, shop: SmallShop
) -> None:
    example = await propose(store, shop, "退掉")
    await log_in(browser, "manager", "secret")
    address = f"/desk/learning/{example.id}?lang=en"
    for text, intent, why in (
        ("give it back", "", "choose an intent"),
        ("give it back", "sing_a_song", "choose an intent"),
        ("give [it(product)", "return_item", "entities are written"),
        (" ", "return_item", "no words"),
    ):
        form = {"decision": "accept", "text": text, "intent": intent}
        refused = await browser.post(address, data=form)
        assert refused.status_code == 422
        assert why in refused.text
        assert text in refused.text
    assert (await state_of(store, example.id)).state is ExampleState.WAITING


async def test_the_second_to_decide_learns_that_it_is_done_and_undoing_is_possible(
    browser: httpx.AsyncClient, store: SqlStore, shop: SmallShop
) -> None:
    example = await propose(store, shop, "退掉")
    await log_in(browser, "manager", "secret")
    address = f"/desk/learning/{example.id}"
    elsewhere = {"sec-fetch-site": "cross-site"}
    form = {"decision": "reject"}
    assert (await browser.post(address, data=form, headers=elsewhere)).status_code == 403
    assert "told=rejected" in (await browser.post(address, data=form)).headers["location"]
    assert (await browser.post(address, data=form)).headers["location"].endswith("told=gone")
    assert (await browser.post(f"{address}/undo")).headers["location"].endswith("told=undone")
    assert (await browser.post(f"{address}/undo")).headers["location"].endswith("told=gone")
    assert (await state_of(store, example.id)).state is ExampleState.WAITING


async def test_others_are_sent_away(
    browser: httpx.AsyncClient, store: SqlStore, shop: SmallShop
) -> None:
    example = await propose(store, shop, "退掉")
    for login in (None, "clerk", "agent"):
        if login:
            await log_in(browser, login, "secret")
        for address in ("", "/patch", f"/{example.id}"):
            assert (await browser.get(f"/desk/learning{address}")).status_code == 303
        for address in (f"/{example.id}", f"/{example.id}/undo", "/noted"):
            sent = await browser.post(f"/desk/learning{address}", data={"decision": "reject"})
            assert sent.status_code == 303
    assert (await state_of(store, example.id)).state is ExampleState.WAITING


async def test_a_look_at_the_conversation_is_on_record(
    browser: httpx.AsyncClient, store: SqlStore, shop: SmallShop
) -> None:
    example = await propose(store, shop, "退掉吧", member=shop.member)
    await log_in(browser, "manager", "secret")
    page = (await browser.get(f"/desk/learning/{example.id}?lang=zh")).text
    assert "退掉吧" in page
    assert "没听懂的这一句" in page
    async with store.reading(SYSTEM) as work:
        entries = await work.audit.about(f"member:{shop.member}")
    looks = {(one.action, one.purpose) for one in entries if one.actor_id == shop.manager}
    assert looks >= {("conversation.view", "example_review"), ("messages.review", "example_review")}
    gone = await browser.get("/desk/learning/4711?lang=zh")
    assert gone.headers["location"].endswith("told=gone")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_customers_words_stay_words(
    browser: httpx.AsyncClient, store: SqlStore, shop: SmallShop, language: str
) -> None:
    example = await propose(store, shop, HOSTILE)
    await log_in(browser, "manager", "secret")
    for address in ("", f"/{example.id}"):
        page = await browser.get(f"/desk/learning{address}?lang={language}")
        assert "<script" not in page.text
        assert "<img" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]


def test_the_command_teaches() -> None:
    from bot.cli.nlu import nlu

    told = CliRunner().invoke(nlu, ["examples", "--help"]).output
    for step in ("git apply", "huike nlu validate", "--done", "/desk/learning", "trains nothing"):
        assert step in " ".join(told.split())
