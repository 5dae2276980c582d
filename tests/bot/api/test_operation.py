"""For whoever runs the service: health, metrics, headers, limits, cross-origin rules, files."""

import json

import pytest
from heguang import Assistant
from small_site import Site, opened, settings_of

from bot.api import static
from bot.api.app import create_api
from bot.api.parts import ApiParts
from crm_store.errors import StoreError


async def test_alive_and_ready(site: Site) -> None:
    assert (await site.client.get("/healthz")).json() == {"status": "ok"}
    ready = await site.client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["checks"] == {"store": "ok", "engine": "ok"}


async def test_not_ready_says_what_is_missing_and_no_more(quiet_site: Site) -> None:
    async def schema() -> None:
        raise StoreError("the secret reason")

    parts = quiet_site.api.state.api.parts
    api = create_api(
        ApiParts(
            settings=parts.settings,
            store=parts.store,
            inbox=parts.inbox,
            bell=parts.bell,
            nlu=parts.nlu,
            search=parts.search,
            readiness={"schema": schema},
        )
    )
    quiet_site.client._transport.app = api  # type: ignore[attr-defined]
    answer = await quiet_site.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["schema"] == "failed"
    assert "secret" not in answer.text


async def test_metrics_count_who_waits(site: Site) -> None:
    talk = await site.open()
    assert "huike_handoffs_waiting 0.0" in (await site.client.get("/metrics")).text
    await talk.say("/talk_to_human")
    await talk.answered()
    assert "huike_handoffs_waiting 1.0" in (await site.client.get("/metrics")).text


async def test_a_broken_part_is_no_stack_trace(
    quiet_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken() -> None:
        raise RuntimeError("a secret path")

    monkeypatch.setattr(quiet_site.api.state.api.shelf, "categories", broken)
    answer = await quiet_site.client.get("/api/v1/categories")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ["/", "/products/COS-0001", "/docs", "/products/none"])
async def test_pages_allow_nothing_inline_and_no_frame(site: Site, path: str) -> None:
    answer = await site.client.get(path)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"]
    assert " style=" not in answer.text
    assert "<script>" not in answer.text


async def test_other_sites_may_not_call_unless_named(assistant: Assistant) -> None:
    asking = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,last-event-id",
    }
    for origins, allowed in (((), None), (("https://shop.example",), "https://shop.example")):
        async with opened(assistant, settings_of(allowed_origins=origins)) as site:
            answer = await site.client.options("/api/v1/conversations", headers=asking)
            assert answer.headers.get("access-control-allow-origin") == allowed
            other = await site.client.options(
                "/api/v1/conversations", headers={**asking, "Origin": "https://evil.example"}
            )
            assert "access-control-allow-origin" not in other.headers


async def test_an_address_that_floods_is_slowed_down(assistant: Assistant) -> None:
    async with opened(assistant, settings_of(requests_per_minute=6)) as site:
        answers = [await site.client.get("/api/v1/categories") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[-1].json()["code"] == "too_many_requests"
        assert int(answers[-1].headers["retry-after"]) > 0
        assert (await site.client.get("/healthz")).status_code == 200


async def test_a_body_without_a_declared_length_is_counted(site: Site) -> None:
    async def endless() -> object:
        for _ in range(100):
            yield b'{"text": "' + b"x" * 1000

    answer = await site.client.post(
        "/model/parse",
        content=endless(),  # type: ignore[arg-type]
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "content_too_large")


async def test_files_are_kept_by_browsers_and_checked_by_tag(site: Site) -> None:
    plain = await site.client.get("/static/huike-chat.js")
    assert plain.headers["cache-control"] == "public, no-cache"
    tag = {"If-None-Match": plain.headers["etag"]}
    assert (await site.client.get("/static/huike-chat.js", headers=tag)).status_code == 304
    kept = await site.client.get(static.address("huike-chat.js"))
    assert kept.text == plain.text
    assert "immutable" in kept.headers["cache-control"]
    assert (await site.client.get("/static/0123456789ab/huike-chat.js")).status_code == 404
    assert (await site.client.get("/static/../templates/base.html")).status_code == 404


async def test_the_description_is_complete(site: Site) -> None:
    answer = await site.client.get("/openapi.json")
    described = answer.json()
    for path, methods in described["paths"].items():
        for operation in methods.values():
            assert operation["description"], path
    assert "http" not in json.dumps(described["paths"]["/model/parse"])


async def test_demo_logins_are_only_for_the_demo(assistant: Assistant) -> None:
    member = assistant.people.members["waiting"]
    path = f"/api/v1/demo/members/{member}/token"
    async with opened(assistant, settings_of(logins=False)) as site:
        assert (await site.client.post(path)).status_code == 404
        assert "data-member" not in (await site.client.get("/")).text
    async with opened(assistant, settings_of()) as site:
        token = (await site.client.post(path)).json()["token"]
        assert site.tokens.read_member(token).member_id == member
        assert (await site.client.post("/api/v1/demo/members/0/token")).status_code == 404
        assert "data-member" in (await site.client.get("/")).text
