"""Who gets in where, how guessing is stopped, and how one gets out."""

from desk_site import PASSWORD, DeskSite, log_in, spoken_as

from bot.desk.attempts import SPAN, TRIES, Attempts, Guesser
from crm_store.types.actors import Role


async def test_each_role_comes_to_its_own_place(desk: DeskSite) -> None:
    homes = {Role.AGENT: "/desk/", Role.MANAGER: "/desk/", Role.CLERK: "/desk/clerk"}
    for role, home in homes.items():
        await desk.hire(f"new-{role}", role)
        async with desk.browser() as browser:
            answer = await log_in(browser, f"new-{role}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"{home}?lang=zh")


async def test_the_cookie_stays_with_the_browser_and_the_desk(desk: DeskSite) -> None:
    await desk.hire("new-agent", Role.AGENT)
    async with desk.browser() as browser:
        cookie = (await log_in(browser, "new-agent")).headers["set-cookie"]
    for attribute in ("HttpOnly", "SameSite=strict", "Secure", "Path=/desk"):
        assert attribute in cookie


async def test_clerks_get_the_chat_agents_do_not_managers_get_both(desk: DeskSite) -> None:
    clerk = await desk.hire("new-clerk", Role.CLERK)
    await desk.hire("new-agent", Role.AGENT)
    manager = await desk.hire("new-manager", Role.MANAGER)
    pages = {}
    for login in ("new-clerk", "new-agent", "new-manager"):
        async with desk.browser() as browser:
            await log_in(browser, login)
            pages[login] = await browser.get("/desk/clerk")
    assert pages["new-agent"].headers["location"] == "/desk/"
    assert spoken_as(pages["new-clerk"].text) == clerk.id
    assert "客服台</a>" not in pages["new-clerk"].text
    assert spoken_as(pages["new-manager"].text) == manager.id
    assert "客服台</a>" in pages["new-manager"].text


async def test_without_a_session_there_is_only_the_login(desk: DeskSite) -> None:
    async with desk.browser() as browser:
        answer = await browser.get("/desk/clerk")
    assert answer.headers["location"] == "/desk/login"


async def test_pages_allow_no_script_but_our_own(desk: DeskSite) -> None:
    await desk.hire("new-clerk", Role.CLERK)
    async with desk.browser() as browser:
        login = await browser.get("/desk/login")
        await log_in(browser, "new-clerk")
        clerk = await browser.get("/desk/clerk")
    assert "script-src" not in login.headers["content-security-policy"]
    assert "script-src 'self';" in clerk.headers["content-security-policy"]
    for page in (login, clerk):
        assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_clerks_read_the_name_of_their_shop_not_its_key(desk: DeskSite) -> None:
    await desk.hire("shop-clerk", Role.CLERK)
    async with desk.browser() as browser:
        await log_in(browser, "shop-clerk")
        chinese = await browser.get("/desk/clerk?lang=zh")
        english = await browser.get("/desk/clerk?lang=en")
    assert "· 南京西路店" in chinese.text
    assert "· West Nanjing Road" in english.text
    assert "SH01" not in chinese.text


async def test_a_refused_login_keeps_the_name_and_never_the_password(desk: DeskSite) -> None:
    async with desk.browser() as browser:
        answer = await log_in(browser, 'no"body<', "not the password")
    assert answer.status_code == 401
    assert 'value="no&#34;body&lt;"' in answer.text
    assert "not the password" not in answer.text
    assert "账号或密码不对" in answer.text


async def test_the_form_speaks_the_language_asked_for(desk: DeskSite) -> None:
    async with desk.browser() as browser:
        english = await browser.get("/desk/login", headers={"Accept-Language": "en-GB,en"})
        asked = await browser.get("/desk/login?lang=zh", headers={"Accept-Language": "en"})
    assert "<h1>Staff login</h1>" in english.text
    assert "<h1>员工登录</h1>" in asked.text


async def test_guessing_ends_after_ten_wrong_passwords(desk: DeskSite) -> None:
    await desk.hire("new-agent", Role.AGENT)
    await desk.hire("colleague", Role.AGENT)
    async with desk.browser() as browser:
        wrong = [(await log_in(browser, "new-agent", "guess")).status_code for _ in range(TRIES)]
        right = await log_in(browser, "new-agent")
        other = await log_in(browser, "colleague")
    assert wrong == [401] * TRIES
    assert right.status_code == 429
    assert int(right.headers["retry-after"]) > 0
    assert "密码输错次数太多" in right.text
    assert other.status_code == 303
    assert await desk.audited("desk") == ["desk_login_refused"] * TRIES + ["desk_login_blocked"]


def test_guessing_may_go_on_later_and_a_right_password_clears_the_count() -> None:
    now = [0.0]
    attempts, who = Attempts(lambda: now[0]), Guesser("agent", "10.0.0.1")
    assert [attempts.take(who) for _ in range(TRIES)] == [0.0] * TRIES
    assert attempts.take(Guesser("agent", "10.0.0.2")) == 0.0
    now[0] = 100.0
    assert attempts.take(who) == SPAN - 100
    now[0] = SPAN + 1
    assert attempts.take(who) == 0.0
    attempts.clear(who)
    assert not attempts.used_up(who)


async def test_logging_in_and_out_is_written_down_and_ends_the_session(desk: DeskSite) -> None:
    staff = await desk.hire("new-clerk", Role.CLERK)
    async with desk.browser() as browser:
        await log_in(browser, "new-clerk")
        assert (await browser.get("/desk/clerk")).status_code == 200
        assert (await browser.get("/desk/logout")).status_code != 303
        assert (await browser.get("/desk/clerk")).status_code == 200
        assert (await browser.post("/desk/logout")).status_code == 303
        assert (await browser.get("/desk/clerk")).headers["location"] == "/desk/login"
    assert "desk_login" in await desk.audited(f"staff:{staff.id}")


async def test_another_site_can_neither_log_in_nor_out(desk: DeskSite) -> None:
    await desk.hire("new-clerk", Role.CLERK)
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    form = {"login": "new-clerk", "password": PASSWORD}
    async with desk.browser() as browser:
        refused = await browser.post("/desk/login", data=form, headers=elsewhere)
        assert (refused.status_code, "set-cookie" in refused.headers) == (403, False)
        await log_in(browser, "new-clerk")
        assert (await browser.post("/desk/logout", headers=elsewhere)).status_code == 403
        assert (await browser.get("/desk/clerk")).status_code == 200
