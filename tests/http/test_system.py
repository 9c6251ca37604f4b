# SPDX-License-Identifier: MIT
"""Pages, probes, the document, and what is not there."""

import html.parser
import re
import urllib.parse

import pytest
from answers import ask, assert_error, assert_headers, assert_ok

POLICY = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
]


class Links(html.parser.HTMLParser):
    """What a page names in src and href, and whether it holds script or style of its own."""

    def __init__(self, text):
        super().__init__()
        self.targets, self.inline = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.targets += [named[name] for name in ("src", "href") if named.get(name)]
        if tag == "style" or (tag == "script" and "src" not in named) or "style" in named:
            self.inline.append(tag)
        self.inline += [name for name in named if name.startswith("on")]


def assert_page(answer):
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    for rule in POLICY:
        assert rule in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    links = Links(answer.text)
    assert not links.inline, "the policy forbids what stands in the page itself"
    return links


# ---- pages ---------------------------------------------------------------------------------------


def test_the_home_page_greets_and_leads_on(nobody):
    answer = nobody.get("/")
    links = assert_page(answer)
    assert "Welcome to this ML Base API!" in answer.text
    assert "/docs" in [urllib.parse.urljoin("/", target) for target in links.targets]
    assert "{{" not in answer.text
    assert "House price" in answer.text and "Text category" in answer.text


@pytest.mark.parametrize("page", ["/", "/docs"])
def test_all_that_a_page_needs_is_here(nobody, page):
    links = assert_page(nobody.get(page))
    for target in links.targets:
        assert not re.match(r"[a-z]+:|//", target), f"{target} is of another origin"
        path = urllib.parse.urljoin(page, target)
        assert nobody.get(path).status_code == 200, path


def test_assets_have_their_types_and_are_kept_by_their_tags(nobody):
    for name, content_type in (("swagger-ui.css", "text/css"), ("swagger-ui-bundle.js", "text/javascript")):
        answer = nobody.get(f"/docs/{name}")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith(content_type)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        again = nobody.get(f"/docs/{name}", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "name",
    [
        "nothing.js",
        "..",
        ".",
        "%2e%2e",
        "..%2fhome.html",
        "%2e%2e%2fhome.html",
        "..%5chome.html",
        "index.html%00.css",
        "blocked_passwords.txt",
        "../blocked_passwords.txt",
        "%2fetc%2fpasswd",
        "a/b.css",
        "C:%5cx",
        "x" * 300,
    ],
)
def test_no_other_file_is_served(server, name):
    answer = ask(server, "GET", f"/docs/{name}", [])
    assert answer.status_code in (400, 404)
    assert answer.headers["Content-Type"] == "application/json"


# ---- probes --------------------------------------------------------------------------------------


def test_probes_say_one_word(nobody):
    assert_ok(nobody.get("/healthcheck"), 200, {"status": "healthy"})
    assert_ok(nobody.get("/readiness"), 200, {"status": "ready"})


# ---- what is not there ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/nothing", "/auth", "/auth/", "/mlservice/", "/user/1", "/healthcheck/", "/docs/"]
)
def test_an_unknown_path_is_not_found_for_all_alike(api, nobody, path):
    for caller in (nobody, api.with_token("x"), api.superuser()):
        for method in ("GET", "POST", "DELETE", "OPTIONS"):
            assert_error(caller.request(method, path), 404, "not_found", "Not Found")


@pytest.mark.parametrize(
    "path", ["/user", "/user/service_calls", "/admin/users", "/auth/token", "/healthcheck"]
)
def test_a_wrong_method_is_told_the_right_ones(nobody, path):
    for method in ("PATCH", "TRACE", "DELETE"):
        assert_error(nobody.request(method, path), 405, "method_not_allowed")


# Z2: spellings that other servers take for a guarded path. None may serve its data.
ODD_PATHS = [
    "/ADMIN/users",
    "//admin/users",
    "/admin//users",
    "/admin/users/",
    "/admin/%75sers",
    "/admin/users;x",
    "/./admin/users",
    "/auth/../admin/users",
    "/auth/%2e%2e/admin/users",
    "/admin/users%00",
    "/admin/users%20",
    "/admin%2fusers",
    "/admin/users/.",
    "/admin\\users",
    "/%61dmin/users",
    "/admin/users/..",
    "/admin/users%3f",
    "/admin/users#x",
]


@pytest.mark.parametrize("path", ODD_PATHS)
def test_an_odd_spelling_opens_no_guarded_door(server, api, path):
    for headers in ([], [("Authorization", f"Bearer {api.user().token}")]):
        answer = ask(server, "GET", path, headers)
        assert answer.status_code in (400, 401, 404, 405)
        assert "username" not in answer.text


# Z3: headers with which a stranger could pass for somebody else, were they believed.
TRUSTING = [
    ("X-HTTP-Method-Override", "GET"),
    ("X-Original-URL", "/healthcheck"),
    ("X-Rewrite-URL", "/healthcheck"),
    ("X-Forwarded-For", "127.0.0.77"),
    ("Forwarded", "for=127.0.0.77"),
    ("X-Real-IP", "127.0.0.77"),
    ("X-Forwarded-User", "superuser@example.com"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "elsewhere"),
]


@pytest.mark.parametrize("header", TRUSTING, ids=lambda header: header[0])
def test_no_header_of_a_proxy_is_believed(server, header):
    answer = ask(server, "GET", "/admin/users", [header])
    assert_error(answer, 401, "not_authenticated")
    (line,) = server.logged("request", request_id=answer.headers["X-Request-Id"])
    assert line["peer"] == "127.0.0.1" and line["route"] == "/admin/users"
    assert_error(ask(server, "POST", "/admin/users", [header]), 405, "method_not_allowed")


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://127.0.0.1"])
def test_no_other_origin_is_let_in(nobody, origin):
    for method, path in (
        ("GET", "/user"),
        ("OPTIONS", "/auth/token"),
        ("GET", "/openapi.json"),
        ("GET", "/"),
    ):
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        answer = nobody.request(method, path, headers=headers)
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


def test_an_error_shows_nothing_of_the_path(nobody):
    answer = nobody.get("/<script>alert(1)</script>")
    assert_error(answer, 404, "not_found", "Not Found")
    assert "script" not in answer.text


def test_the_log_has_one_line_for_each_request(server, nobody):
    answers = [
        nobody.get("/user"),
        nobody.get("/healthcheck"),
        nobody.get("/nothing"),
        nobody.request("OPTIONS", "/user"),
    ]
    for answer, route, status in zip(answers, ("/user", "/healthcheck", "", ""), (401, 200, 404, 204)):
        assert_headers(answer)
        (line,) = server.logged("request", request_id=answer.headers["X-Request-Id"])
        assert (line["route"], line["status"]) == (route, status)
        assert (line["user_id"], line["peer"]) == (None, "127.0.0.1")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])


def test_options_of_the_whole_server(server):
    answer = server.raw(b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 204 ")
    assert b"\r\nAllow: " in answer
