"""The development server of the built files."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest
from werkzeug.test import Client

from forms_api.site_files import SiteFiles


@pytest.fixture
def root(tmp_path: Path) -> Path:
    release = tmp_path / "releases" / "1" / "public"
    files = {
        "index.html": "<html><main id=m><h1>首页</h1></main>",
        "404.html": "<main>没有这一页</main>",
        "en/404.html": "<main>No such page</main>",
        "en/index.html": "<main>Home</main>",
        "away/register/index.html": "<main>登记</main>",
        "assets/js/forms.js": "let a",
        "assets/js/forms.0123abcd.js": "let b",
        "pagefind/zh.pagefind": "x",
        "pagefind/zh.pf_meta": "x",
        "pagefind/wasm.wasm": "x",
        "data/events.ics": "x",
        "data/branches.geojson": "{}",
        "site.webmanifest": "{}",
        "找.html": "<main>找</main>",
        "big.json": json.dumps(["x"] * 500),
    }
    for name, text in files.items():
        path = release / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (release / "big.json.gz").write_bytes(gzip.compress((release / "big.json").read_bytes()))
    (release / "big.json.br").write_bytes(b"brotli")
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    (release / "leak").symlink_to(tmp_path / "secret.txt")
    current = tmp_path / "current"
    current.symlink_to(release.parent)
    return current / "public"


@pytest.fixture
def client(root: Path, tmp_path: Path) -> Client:
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"forms"]

    return Client(SiteFiles(root, app, tmp_path / "problems.json"))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/away/register/", "text/html; charset=utf-8"),
        ("/%E6%89%BE.html", "text/html; charset=utf-8"),
        ("/assets/js/forms.js", "text/javascript; charset=utf-8"),
        ("/pagefind/zh.pagefind", "application/octet-stream"),
        ("/pagefind/zh.pf_meta", "application/octet-stream"),
        ("/pagefind/wasm.wasm", "application/wasm"),
        ("/data/events.ics", "text/calendar; charset=utf-8"),
        ("/data/branches.geojson", "application/geo+json"),
        ("/site.webmanifest", "application/manifest+json"),
    ],
)
def test_each_kind_of_file_has_its_type_and_the_strict_headers(
    client: Client, path: str, kind: str
) -> None:
    reply = client.get(path)
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, kind)
    policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert reply.headers["Referrer-Policy"] == "same-origin"
    head = client.head(path)
    assert head.data == b"" and head.headers["Content-Length"] == reply.headers["Content-Length"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/nowhere", "没有这一页"),
        ("/en/nowhere/", "No such page"),
        ("/../../secret.txt", "没有这一页"),
        ("/%2e%2e/%2e%2e/secret.txt", "没有这一页"),
        ("/leak", "没有这一页"),
        ("/..%5csecret.txt", "没有这一页"),
        ("/index.html%00", "没有这一页"),
        ("/index.html/", "没有这一页"),
        ("/%ff", "没有这一页"),
        ("/" + "a" * 300, "没有这一页"),
        ("/assets/", "没有这一页"),
    ],
)
def test_what_is_not_there_or_outside_is_a_404_in_the_nearest_language(
    client: Client, path: str, body: str
) -> None:
    reply = client.get(path)
    assert reply.status_code == 404
    assert body in reply.text


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/away/register", "/away/register/"),
        ("/en?x=1", "/en/?x=1"),
        ("//evil.example/..", None),
        ("//en", "/en/"),
    ],
)
def test_a_folder_without_its_slash_redirects_on_this_site(
    client: Client, path: str, place: str | None
) -> None:
    reply = client.get(
        "/",
        environ_overrides={
            "PATH_INFO": path.split("?")[0],
            "QUERY_STRING": (path + "?").split("?")[1],
        },
    )
    if place is None:
        assert reply.status_code == 404
    else:
        assert (reply.status_code, reply.headers["Location"]) == (301, place)


def test_files_that_did_not_change_are_not_sent_again(client: Client) -> None:
    first = client.get("/")
    for headers in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-None-Match": f'"x", W/{first.headers["ETag"]}'},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ):
        assert client.get("/", headers=headers).status_code == 304
    assert client.get("/", headers={"If-None-Match": '"other"'}).status_code == 200


def test_only_assets_named_by_their_content_are_kept_for_good(client: Client) -> None:
    assert "immutable" in client.get("/assets/js/forms.0123abcd.js").headers["Cache-Control"]
    assert client.get("/assets/js/forms.js").headers["Cache-Control"] == "no-cache"
    assert client.get("/").headers["Cache-Control"] == "no-cache"
    for lost in ("/assets/js/gone.0123abcd.js", "/data/finder/0123456789ab/c0.json"):
        reply = client.get(lost)
        assert (reply.status_code, reply.headers["Cache-Control"]) == (404, "no-cache")


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", None), ("zstd", None)],
)
def test_a_compressed_twin_is_sent_to_who_takes_it(
    client: Client, accepted: str, encoding: str | None
) -> None:
    reply = client.get("/big.json", headers={"Accept-Encoding": accepted})
    assert reply.headers.get("Content-Encoding") == encoding
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("encoding", ["br", "gzip", ""])
def test_each_encoding_has_its_own_tag_and_is_not_sent_again(client: Client, encoding: str) -> None:
    first = client.get("/big.json", headers={"Accept-Encoding": encoding})
    tags = {
        client.get("/big.json", headers={"Accept-Encoding": other}).headers["ETag"]
        for other in ("br", "gzip", "")
    }
    assert first.headers["ETag"] in tags and len(tags) == 3
    held = {"Accept-Encoding": encoding, "If-None-Match": first.headers["ETag"]}
    again = client.get("/big.json", headers=held)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Vary"] == "Accept-Encoding"


def test_a_twin_older_than_its_file_is_never_sent(client: Client, root: Path) -> None:
    (root / "big.json").write_text(json.dumps(["new"] * 500), "utf-8")
    for suffix in (".br", ".gz"):
        os.utime(root / f"big.json{suffix}", (1, 1))
    reply = client.get("/big.json", headers={"Accept-Encoding": "br, gzip"})
    assert b"new" in gzip.decompress(reply.data)


@pytest.mark.parametrize(("accepted", "encoding"), [("br, gzip", "gzip"), ("br", None), ("", None)])
def test_text_without_a_twin_is_compressed_as_it_is_sent(
    client: Client, root: Path, accepted: str, encoding: str | None
) -> None:
    text = "<main>" + "一二三" * 200
    (root / "long.html").write_text(text, "utf-8")
    reply = client.get("/long.html", headers={"Accept-Encoding": accepted})
    assert reply.headers.get("Content-Encoding") == encoding
    assert reply.headers["Content-Length"] == str(len(reply.data))
    assert (gzip.decompress(reply.data) if encoding else reply.data).decode() == text


def test_short_files_and_files_that_are_no_text_go_as_they_are(client: Client, root: Path) -> None:
    (root / "dot.png").write_bytes(bytes(999))
    for path in ("/dot.png", "/site.webmanifest", "/"):
        reply = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in reply.headers, path


def test_a_new_release_shows_at_once(client: Client, root: Path) -> None:
    current = root.parent
    second = current.resolve().parent / "2"
    (second / "public").mkdir(parents=True)
    (second / "public" / "index.html").write_text("<main>second</main>", "utf-8")
    current.unlink()
    current.symlink_to(second)
    assert "second" in client.get("/").text


def test_problems_of_the_last_build_are_told_on_each_page(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "problems.json"
    one = {"file": "docs/zh/a.md", "line": 3, "code": "x", "message": "少了 <b>"}
    file.write_text(json.dumps({"problems": [one]}), "utf-8")
    page = client.get("/").text
    assert '<main id=m><div class="jq-problems" role="status">' in page
    assert "docs/zh/a.md:3" in page and "少了 &lt;b&gt;" in page
    file.write_text("{", "utf-8")
    assert "jq-problems" not in client.get("/").text


def test_forms_go_to_the_app_and_nothing_else_takes_a_post(client: Client) -> None:
    assert client.post("/forms/help-ask").text == "forms"
    assert client.get("/forms/").text == "forms"
    assert client.post("/").status_code == 405
