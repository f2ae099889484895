"""People and access in a real browser: by keyboard, and as each role sees it."""

import re

import pytest
from playwright.sync_api import expect
from test_desk import axe

from streaming.auth import SESSION

pytestmark = pytest.mark.browser

NEW = "three quiet harbours"
LOOKS = [("light", {"width": 1280, "height": 800}), ("dark", {"width": 390, "height": 844})]


def sign_in(page, server, name, password):
    page.goto(f"{server.url}/login")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.keyboard.press("Enter")


def test_an_admin_adds_a_reviewer_who_signs_in_and_changes_the_password(pages, guarded):
    guarded.person("ada", "admin", display="Ada")
    guarded.person("ana", "agent", agent="Ana")
    admin = pages.open()
    sign_in(admin, guarded, "ada", "a good long password")
    admin.get_by_role("link", name="People").click()
    expect(admin.get_by_role("link", name="ana", exact=True)).to_be_visible()
    admin.get_by_label("Name to sign in with").focus()
    admin.keyboard.type("quinn")
    admin.keyboard.press("Tab")
    admin.keyboard.type("Quinn")
    admin.locator("select[name=role]").select_option("qa")
    admin.get_by_role("button", name="Add", exact=True).press("Enter")
    first = admin.locator(".once code").inner_text()
    assert axe(admin) == []

    quinn = pages.open()
    sign_in(quinn, guarded, "quinn", first)
    quinn.get_by_role("link", name="Quinn").click()
    quinn.get_by_role("link", name="Change your password").click()
    quinn.get_by_label("Present password").fill(first)
    quinn.get_by_label("New password", exact=True).fill(NEW)
    quinn.get_by_label("New password again").fill(NEW)
    quinn.keyboard.press("Enter")
    expect(quinn.get_by_role("status")).to_contain_text("Your password is changed")
    assert axe(quinn) == []
    quinn.get_by_role("button", name="Sign out").click()
    expect(quinn).to_have_url(re.compile("/login"))

    again = pages.open(expected=("401",))
    sign_in(again, guarded, "quinn", first)
    expect(again.get_by_role("alert")).to_contain_text("not right")
    sign_in(again, guarded, "quinn", NEW)
    expect(again.get_by_role("link", name="Quinn")).to_be_visible()

    agent = pages.open(expected=("403",))
    sign_in(agent, guarded, "ana", "a good long password")
    expect(agent.get_by_role("link", name="People")).to_have_count(0)
    agent.goto(f"{guarded.url}/people")
    expect(agent.get_by_role("alert")).to_contain_text("does not include the page")


@pytest.mark.parametrize(("scheme", "size"), LOOKS)
def test_the_pages_are_clean_and_fit_in_both_themes(pages, guarded, scheme, size):
    cookie = guarded.person("ada", "admin", display="Ada")[SESSION]
    page = pages.open(color_scheme=scheme, viewport=size)
    page.context.add_cookies([{"name": SESSION, "value": cookie, "url": guarded.url}])
    for path in ("people", "people/ada", "audit", "keeping", "me/tokens", "me/password"):
        page.goto(f"{guarded.url}/{path}")
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
