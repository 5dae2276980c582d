"""Every place of the program that acts for staff says from where, which is why they look."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot
from crm_store.errors import NotPermittedError
from crm_store.store import SqlStore
from crm_store.types.actors import STAFF_ROLES, SYSTEM, Actor, Role, Surface
from tests.store_rows import SmallShop

SOURCES = sorted(Path(bot.__file__).parent.rglob("*.py"))


def _calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == name:
                yield f"{path.name}:{node.lineno}", node


def _given(call: ast.Call) -> set[str | None]:
    return {keyword.arg for keyword in call.keywords}


def test_whoever_makes_an_actor_of_staff_names_the_surface() -> None:
    for_staff = [(where, call) for where, call in _calls("Actor") if "staff_id" in _given(call)]
    assert for_staff
    assert [where for where, call in for_staff if "surface" not in _given(call)] == []


def test_every_surface_is_one_that_is_there() -> None:
    named = {
        node.attr
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", None) == "Surface"
    }
    assert named == set(Surface.__members__)


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
async def test_staff_who_do_not_say_why_see_nothing(
    store: SqlStore, shop: SmallShop, role: Role
) -> None:
    nameless = Actor(role, staff_id=shop.agent, purpose="member_lookup")
    for opened in (store.reading, store.writing):
        with pytest.raises(NotPermittedError):
            async with opened(nameless) as work:
                await work.members.card(shop.member)
    assert await _looks(store, shop) == []


async def test_the_surface_is_the_purpose_unless_an_errand_says_more(
    store: SqlStore, shop: SmallShop
) -> None:
    for surface, errand in ((Surface.DESK, ""), (Surface.CLERK_CHAT, "member_lookup")):
        actor = Actor(Role.CLERK, staff_id=shop.clerk, surface=surface, purpose=errand)
        async with store.reading(actor) as work:
            await work.members.card(shop.member)
    assert await _looks(store, shop) == ["member_lookup", "desk"]


async def _looks(store: SqlStore, shop: SmallShop) -> list[str]:
    """Return for what staff looked at the member, newest first."""
    async with store.reading(SYSTEM) as work:
        entries = await work.audit.about(f"member:{shop.member}")
    return [entry.purpose for entry in entries if entry.actor_role in STAFF_ROLES]
