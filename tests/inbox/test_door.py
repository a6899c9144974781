"""Who gets in: the link that works once, the cookie, the Host, the token, the key, idleness."""

from __future__ import annotations

import pytest

from forms_api import keys
from forms_api.inbox.command import link_file
from tests.inbox.office import PORT, URL, Desk, Office, text_of


def test_the_link_works_once_and_leaves_a_cookie_that_scripts_and_other_sites_cannot_use(
    office: Office,
) -> None:
    desk = office.desk()
    link = desk.desktop.door.link().removeprefix(URL)
    assert desk.get("/").status_code == 403
    cookie = desk.client.post(link, base_url=URL).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert desk.client.post(link, base_url=URL).status_code == 403
    assert desk.get(link).status_code == 403
    assert desk.get("/").status_code == 200
    other = office.desk()
    other.client = other.app.test_client()
    assert other.get("/").status_code == 403


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {}),
        ("GET", {"Sec-Purpose": "prefetch;prerender", "Sec-Fetch-Mode": "navigate"}),
        ("OPTIONS", {}),
        ("POST", {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}),
    ],
)
def test_looking_at_the_link_does_not_use_it_up(
    office: Office, method: str, headers: dict[str, str]
) -> None:
    desk = office.desk()
    link = desk.desktop.door.link().removeprefix(URL)
    for _ in range(2):
        looked = desk.client.open(link, method=method, base_url=URL, headers=headers)
        assert "Set-Cookie" not in looked.headers
    desk.enters()
    assert desk.get("/").status_code == 200


def test_the_link_stands_in_a_file_of_this_user_and_not_in_the_list_of_processes() -> None:
    link = "http://127.0.0.1:8899/open/abc-_DEF"
    with link_file(link) as path:
        assert link in path.read_text("utf-8") and link not in path.as_uri()
        assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0
    assert not path.exists()


def test_a_new_link_shuts_out_who_came_in_by_the_one_before(office: Office) -> None:
    desk = office.desk()
    desk.enters()
    desk.desktop.door.new_link()
    second = desk.app.test_client()
    second.post(desk.desktop.door.link().removeprefix(URL), base_url=URL)
    assert second.get("/", base_url=URL).status_code == 200
    assert desk.get("/").status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1", "inbox.localhost:8899"])
def test_a_name_that_others_point_here_is_turned_away(desk: Desk, host: str) -> None:
    assert desk.get("/", Host=host).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": f"https://127.0.0.1:{PORT}"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_post_from_elsewhere_is_refused(desk: Desk, headers: dict[str, str]) -> None:
    given = {"csrf": desk.desktop.door.csrf}
    reply = desk.client.post("/lock", base_url=URL, data=given, headers=headers)
    assert reply.status_code == 403 and desk.desktop.vault.state == "open"


def test_every_post_needs_the_token_and_every_page_the_cookie(desk: Desk) -> None:
    stranger = desk.app.test_client()
    for rule in desk.app.url_map.iter_rules():
        path = rule.rule.replace("<reference>", "TY-AAAA-AAAA").replace("<link>", "x")
        path = path.split("<any")[0] + ("note" if "<any" in path else "")
        if "POST" in rule.methods:
            assert desk.client.post(path, base_url=URL).status_code == 403, path
        if "GET" in rule.methods and "/assets/" not in path:
            assert stranger.get(path, base_url=URL).status_code == 403, path


def test_nothing_is_cached_framed_or_loaded_from_elsewhere(desk: Desk) -> None:
    headers = desk.get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("holds", "says"),
    [("no key at all\n", "没有能用的钥匙"), ("", "没有能用的钥匙"), (None, "找不到钥匙文件")],
)
def test_a_file_that_is_no_key_says_so(office: Office, holds: str | None, says: str) -> None:
    path = office.folder / "other.key"
    if holds is not None:
        path.write_text(holds, "utf-8")
    office.identities["desk"] = path
    desk = office.desk()
    desk.enters()
    reply = desk.post("/unlock", desk="guide")
    assert reply.status_code == 422
    assert says in text_of(reply)
    assert "<title>错误：" in reply.text


def test_a_wrong_passphrase_says_so_and_the_right_one_opens(office: Office) -> None:
    listed = office.settings.keys_folder / "recipients.txt"
    _, path = keys.new("guide", office.folder / "sealed", listed, "回老家的那座石桥")
    office.identities["desk"] = path
    desk = office.desk()
    desk.enters()
    wrong = desk.post("/unlock", desk="guide", passphrase="回老家的那座木桥")
    assert wrong.status_code == 422 and "口令不对" in text_of(wrong)
    assert desk.post("/unlock", desk="", passphrase="回老家的那座石桥").status_code == 422
    right = desk.post("/unlock", desk="guide", passphrase="回老家的那座石桥")
    assert right.status_code == 303


def test_a_key_that_opens_nothing_here_is_told_so(office: Office) -> None:
    office.sends()
    desk = office.desk(key="foreign")
    desk.enters()
    desk.post("/unlock", desk="guide")
    desk.desktop.vault.wait(10)
    assert "打不开这里的任何一份" in text_of(desk.get("/"))
    assert desk.desktop.vault.state == "locked"


@pytest.mark.parametrize(
    ("action", "field", "page"),
    [("note", "note", "/s/{}"), ("publish", "answer_zh", "/s/{}/publish")],
)
def test_idleness_forgets_the_key_and_keeps_what_was_typed(
    office: Office, action: str, field: str, page: str
) -> None:
    reference = office.sends(publish_ok="yes").reference
    page = page.format(reference)
    desk = office.desk()
    desk.unlocks()
    shown = desk.fields(reference)
    desk.desktop.vault.seconds = -1
    reply = desk.post(f"/s/{reference}/{action}", **shown, **{field: "写到一半"})
    assert "自己锁上了" in text_of(reply) and "写的还在" in text_of(reply)
    assert desk.desktop.vault._shelf is None
    desk.desktop.vault.seconds = 900
    assert f'value="{page}"' in reply.text
    then = desk.post("/unlock", desk="guide", then=page)
    assert then.headers["Location"] == page
    desk.desktop.vault.wait(20)
    assert "写到一半" in desk.get(page).text
    assert office.rows("SELECT count(*) FROM note") == [(0,)]


def test_the_key_is_forgotten_when_nobody_asks_for_a_page_any_more(desk: Desk) -> None:
    desk.post("/search", text="林师傅")
    desk.desktop.vault.seconds = -1
    assert desk.desktop.vault.state == "locked"  # as the thread that looks at the time does
    assert desk.desktop.vault._shelf is None and not desk.desktop.searches


def test_locking_forgets_at_once(desk: Desk) -> None:
    desk.post("/search", text="林师傅")
    desk.post("/lock")
    assert desk.desktop.vault.state == "locked" and not desk.desktop.searches
    assert "打开收件箱" in text_of(desk.get("/"))
