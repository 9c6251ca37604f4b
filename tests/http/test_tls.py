# SPDX-License-Identifier: MIT
"""HTTPS by the program itself: who is let in, who is cut off, and how a certificate is renewed."""

import secrets
import signal
import socket
import ssl
import time

import pytest
from answers import assert_error, assert_ok
from certificates import Certificate
from exposition import Scrape
from harness import PASSWORD_MARK, SLOWNESS, run_program
from people import Api
from test_http_framing import HIDDEN, MARK, read_answers

GET = b"GET /healthcheck HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = GET.replace(b"a\r\n", b"a\r\nConnection: close\r\n")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return Certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def secure(start_server, certificate):
    return start_server(**certificate.settings)


def client(certificate, **limits):
    context = ssl.create_default_context(cafile=certificate.file)
    for name, value in limits.items():
        setattr(context, name, value)
    return context


def handshake(server, context):
    connection = socket.create_connection((server.host, server.port), 10)
    return context.wrap_socket(connection, server_hostname=server.host)


def ask(connection):
    """The status of one request on a connection that stays open."""
    connection.sendall(GET)
    return int(connection.recv(65536).split(b" ", 2)[1])


def fingerprint(connection):
    return connection.getpeercert(binary_form=True)


# ---- a secure connection -------------------------------------------------------------------------


def test_everything_works_as_without_it(secure):
    api = Api(secure)
    assert secure.base.startswith("https://")
    admin = api.admin(grants=["v1", "v2"])
    assert_ok(admin.send_json("POST", "/mlservice/v1/predict", '{"text": "a text"}'))
    assert_error(api.nobody().get("/user"), 401, "not_authenticated")
    assert assert_ok(admin.get("/openapi.json")).json()["openapi"]


def test_answers_tell_browsers_to_stay_with_it(secure):
    answer = secure.session.get(secure.base + "/healthcheck")
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000"


def test_without_it_they_do_not(start_server):
    plain = start_server()
    assert "Strict-Transport-Security" not in plain.session.get(plain.base + "/healthcheck").headers


def test_large_bodies_and_answers_pass_whole(secure):
    """Longer than a record of TLS, which has 16 KiB at most."""
    admin = Api(secure).admin(grants=["v1"])
    texts = [{"text": "a text of some length " * 20}] * 500
    answer = admin.post("/mlservice/v1/predict/batch", json={"inputs": texts})
    assert len(assert_ok(answer).json()["outputs"]) == 500
    page = admin.get("/openapi.json")
    assert len(page.content) > 60_000


def test_many_requests_may_come_in_one_piece(secure):
    answers, rest = read_answers(secure.raw(GET * 19 + LAST), ["GET"] * 20)
    assert [answer.status for answer in answers] == [200] * 20 and rest == b""


def test_nothing_behind_a_bad_head_is_answered(secure):
    received = secure.raw(b"GET /healthcheck HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\n" + HIDDEN)
    assert received.startswith(b"HTTP/1.1 400 ") and MARK not in received


def test_the_end_of_an_answer_is_told_apart_from_a_cut(secure, certificate):
    with handshake(secure, client(certificate)) as connection:
        connection.sendall(LAST)
        while connection.recv(65536):  # a cut would raise: ragged ends are no ends to this client
            pass


# ---- which handshakes are taken ------------------------------------------------------------------


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=lambda v: v.name)
def test_tls_of_today_is_spoken(secure, certificate, version):
    context = client(certificate, minimum_version=version, maximum_version=version)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with handshake(secure, context) as connection:
        assert ask(connection) == 200
        assert connection.version() == version.name.replace("_", ".")
        assert connection.selected_alpn_protocol() == "http/1.1"
        assert "GCM" in connection.cipher()[0] or "CHACHA20" in connection.cipher()[0]
        assert not connection.session.has_ticket


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_older_tls_is_refused(secure, certificate):
    context = client(certificate, minimum_version=ssl.TLSVersion.TLSv1, maximum_version=ssl.TLSVersion.TLSv1_1)
    context.set_ciphers("ALL:@SECLEVEL=0")  # else this client would not even ask
    with pytest.raises(ssl.SSLError):
        handshake(secure, context)
    assert secure.logged("tls.refused")[0]["reason"] == "unsupported protocol"


@pytest.mark.parametrize("ciphers", ["AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256"])
def test_ciphers_without_forward_secrecy_or_integrity_of_today_are_refused(secure, certificate, ciphers):
    context = client(certificate, maximum_version=ssl.TLSVersion.TLSv1_2)
    context.set_ciphers(ciphers)
    with pytest.raises(ssl.SSLError):
        handshake(secure, context)


def test_a_client_of_another_protocol_is_refused(secure, certificate):
    context = client(certificate)
    context.set_alpn_protocols(["h2"])
    with pytest.raises(ssl.SSLError):
        handshake(secure, context)


def test_plain_http_is_told_where_it_is(secure):
    with socket.create_connection((secure.host, secure.port), 10) as connection:
        connection.sendall(GET + HIDDEN)
        received = b""
        while more := connection.recv(65536):
            received += more
    (answer,), rest = read_answers(received)
    assert answer.status == 400 and "TLS" in answer.json["detail"] and MARK not in received


@pytest.mark.parametrize(
    "noise",
    [b"\0" * 500, b"SSH-2.0-OpenSSH_9.2\r\n", b"\x16\x03\x01\xff\xff" + b"x" * 3000],
    ids=["zeros", "SSH", "a record too long"],
)
def test_noise_is_cut_off(secure, noise):
    with socket.create_connection((secure.host, secure.port), 10) as connection:
        connection.sendall(noise)
        try:
            while more := connection.recv(65536):
                assert not more.startswith(b"HTTP/")
        except ConnectionResetError:
            pass
    secure.alive()


@pytest.mark.parametrize("spoken", [b"", b"\x16\x03\x01\x02\x00\x01"], ids=["nothing", "a beginning"])
def test_a_silent_handshake_is_cut(start_server, certificate, spoken):
    server = start_server(TLS_HANDSHAKE_TIMEOUT_MS=500, **certificate.settings)
    with socket.create_connection((server.host, server.port), 30) as connection:
        connection.sendall(spoken)
        assert connection.recv(65536) == b""
    server.alive()


def test_a_stop_does_not_wait_for_handshakes(start_server, certificate):
    server = start_server(DRAIN_TIMEOUT_MS=60000, **certificate.settings)
    with socket.create_connection((server.host, server.port), 30):
        time.sleep(0.2)
        server.stop()


def test_a_stop_lets_the_request_under_way_end(start_server, certificate):
    server = start_server(**certificate.settings)
    with handshake(server, client(certificate)) as connection:
        connection.sendall(b"POST /auth/create HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        connection.sendall(b"{}")
        assert connection.recv(65536).startswith(b"HTTP/1.1 415 ")
    assert server.process.wait(15 * SLOWNESS) == 0
    server.has_ended = True


# ---- renewal -------------------------------------------------------------------------------------


def test_a_hangup_renews_the_certificate_for_new_connections(start_server, tmp_path):
    old = Certificate(tmp_path)
    server = start_server(**old.settings)
    before = client(old)
    with handshake(server, before) as connection:
        first = fingerprint(connection)
        assert ask(connection) == 200
        new = Certificate(tmp_path, "new")
        after = client(new)
        old.replace(new)
        server.process.send_signal(signal.SIGHUP)
        assert len(server.logged("tls.certificate", count=2)) == 2
        with handshake(server, after) as later:
            assert fingerprint(later) != first
            assert ask(later) == 200
        assert ask(connection) == 200, "the old connection lives on"


def test_the_end_of_the_certificate_in_use_is_measured(start_server, tmp_path):
    def days_left():
        seen = Scrape(server.session.get(server.base + "/metrics").text)
        return (seen.value("inferkeep_tls_certificate_expiry_timestamp_seconds") - time.time()) / (24 * 3600)

    own = Certificate(tmp_path)
    server = start_server(**own.settings)
    assert 29 < days_left() < 31
    own.replace(Certificate(tmp_path, "new", days=60))
    server.process.send_signal(signal.SIGHUP)
    assert len(server.logged("tls.certificate", count=2)) == 2
    assert 59 < days_left() < 61


@pytest.mark.parametrize("fault", ["another key", "no certificate", "no file", "open key"])
def test_a_hangup_with_bad_files_changes_nothing(start_server, tmp_path, fault):
    own = Certificate(tmp_path)
    server = start_server(**own.settings)
    trust = client(own)
    if fault == "another key":
        Certificate(tmp_path, "other").key.replace(own.key)
    elif fault == "no certificate":
        own.file.write_text("nothing")
    elif fault == "no file":
        own.file.unlink()
    else:
        own.key.chmod(0o644)
    server.process.send_signal(signal.SIGHUP)
    (line,) = server.logged("tls.not_reloaded")
    assert line["level"] == "error" and "TLS_" in line["reason"]
    with handshake(server, trust) as connection:
        assert ask(connection) == 200
    server.session.close()


def test_a_hangup_without_tls_is_no_end(start_server):
    server = start_server()
    server.process.send_signal(signal.SIGHUP)
    assert server.logged("reload.nothing")
    server.alive()


# ---- what is refused at the start ----------------------------------------------------------------


def refused(tmp_path, command=(), **settings):
    url = f"sqlite:///{tmp_path}/test.db"
    ended = run_program("--mode", "test", *command, SQL_URL=url, PORT=0, **settings)
    assert ended.returncode == 78 and ended.stdout == ""
    (line,) = [line for line in ended.stderr.splitlines() if not line.startswith("{")]
    assert line.startswith("inferkeep: TLS_")
    return line


@pytest.mark.parametrize("one", ["TLS_CERTIFICATE_FILE", "TLS_KEY_FILE"])
def test_one_file_alone_is_refused(tmp_path, certificate, one):
    assert "both or none" in refused(tmp_path, **{one: certificate.settings[one]})


@pytest.mark.parametrize("command", [(), ("check-config",)], ids=["serve", "check-config"])
def test_a_key_of_another_certificate_is_refused(tmp_path, certificate, command):
    other = Certificate(tmp_path)
    said = refused(tmp_path, command, TLS_CERTIFICATE_FILE=certificate.file, TLS_KEY_FILE=other.key)
    assert "does not belong to the certificate" in said


def test_an_expired_certificate_is_refused(tmp_path):
    own = Certificate(tmp_path)
    own.expire()
    assert "has expired" in refused(tmp_path, **own.settings)


def test_a_weak_key_is_refused(tmp_path):
    weak = Certificate(tmp_path, key=("-newkey", "rsa:1024"))
    assert "too small" in refused(tmp_path, **weak.settings)


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_key_that_others_may_read_is_refused(tmp_path, mode):
    own = Certificate(tmp_path)
    own.key.chmod(mode)
    assert "TLS_KEY_FILE names a file that group or others may touch" in refused(tmp_path, **own.settings)


def test_a_key_with_a_passphrase_is_refused_without_asking(tmp_path):
    own = Certificate(tmp_path)
    own.key.write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")
    assert "passphrase" in refused(tmp_path, **own.settings)


@pytest.mark.parametrize("name", ["TLS_CERTIFICATE_FILE", "TLS_KEY_FILE"])
@pytest.mark.parametrize("content", [None, "", "no PEM at all\n"], ids=["no file", "empty", "no PEM"])
def test_a_file_that_holds_nothing_of_use_is_refused(tmp_path, certificate, name, content):
    file = tmp_path / "file"
    if content is not None:
        file.write_text(content)
        file.chmod(0o600)
    refused(tmp_path, **{**certificate.settings, name: file})


def test_a_damaged_chain_is_refused(tmp_path):
    own = Certificate(tmp_path)
    own.file.write_text(own.file.read_text() + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    assert "chain" in refused(tmp_path, **own.settings)


def test_other_commands_need_no_certificate(stopped, tmp_path):
    gone = {"TLS_CERTIFICATE_FILE": tmp_path / "gone.pem", "TLS_KEY_FILE": tmp_path / "gone.key"}
    url = stopped.settings["SQL_URL"]
    assert run_program("--mode", "test", "migrate", "status", SQL_URL=url, **gone).returncode == 0


def test_prod_listens_in_the_open_with_it(made_server, certificate):
    key = PASSWORD_MARK + secrets.token_hex(24)
    server = made_server(
        mode="prod", CREATE_SUPERUSER="false", SECRET_KEY=key, HOST="0.0.0.0", **certificate.settings
    )
    assert run_program("--mode", "prod", "migrate", "up", **server.settings).returncode == 0
    assert server.start().alive()


def test_a_certificate_that_ends_soon_is_a_warning(start_server, tmp_path):
    server = start_server(**Certificate(tmp_path, days=3).settings)
    assert server.logged("tls.expires_soon")[0]["level"] == "warning"
