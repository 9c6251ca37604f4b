# SPDX-License-Identifier: MIT
"""The people who use a server, each of a name of their own."""

import itertools
import uuid

from harness import PASSWORD_MARK, SUPERUSER
from services import NAMES

serial = itertools.count(1)


def new_name():
    return f"person-{next(serial)}-{uuid.uuid4().hex[:8]}@example.com"


def new_password():
    return PASSWORD_MARK + uuid.uuid4().hex


def access(grants):
    """The flags of all services: these, and no others."""
    return {f"has_access_{service}": service in grants for service in NAMES}


class Client:
    """Somebody who speaks to the server, with a token or without."""

    def __init__(self, server, username=None, password=None, token=None):
        self.server = server
        self.username = username
        self.password = password
        self.token = token
        self._id = None

    def request(self, method, path, **arguments):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers.update(arguments.pop("headers", {}))
        arguments.setdefault("timeout", 30)
        arguments.setdefault("allow_redirects", False)
        return self.server.session.request(method, self.server.base + path, headers=headers, **arguments)

    def get(self, path, **arguments):
        return self.request("GET", path, **arguments)

    def post(self, path, **arguments):
        return self.request("POST", path, **arguments)

    def put(self, path, **arguments):
        return self.request("PUT", path, **arguments)

    def delete(self, path, **arguments):
        return self.request("DELETE", path, **arguments)

    def send_json(self, method, path, text):
        """A JSON body byte for byte."""
        body = text if isinstance(text, bytes) else text.encode()
        return self.request(method, path, data=body, headers={"Content-Type": "application/json"})

    def with_token(self, token):
        return Client(self.server, self.username, self.password, token)

    def login(self):
        """The same person with a new token."""
        return Api(self.server).login(self.username, self.password)

    @property
    def id(self):
        if self._id is None:
            answer = self.get("/user")
            assert answer.status_code == 200, answer.text
            self._id = answer.json()["id"]
        return self._id


class Api:
    """Makes people; each of a name of its own, so that tests do not meet."""

    def __init__(self, server):
        self.server = server

    def body(self, **fields):
        """A sound body for /auth/create."""
        body = {
            "username": new_name(),
            "first_name": "Ada",
            "last_name": "Lovelace",
            "password": new_password(),
        }
        body.update(fields)
        return body

    def nobody(self):
        return Client(self.server)

    def with_token(self, token):
        return Client(self.server, token=token)

    def register(self, **fields):
        """Somebody with an account who has not signed in yet."""
        body = self.body(**fields)
        answer = self.nobody().post("/auth/create", json=body)
        assert answer.status_code == 201, answer.text
        return Client(self.server, body["username"], body["password"])

    def try_login(self, username, password, **fields):
        form = {"username": username, "password": password, **fields}
        return self.nobody().post("/auth/token", data=form)

    def login(self, username, password):
        answer = self.try_login(username, password)
        assert answer.status_code == 200, answer.text
        return Client(self.server, username, password, answer.json()["access_token"])

    def superuser(self):
        """The admin who was made at start; one sign-in for each life of the server."""
        known = getattr(self.server, "superuser", None)
        if known is None or known[0] != self.server.pid:
            self.server.superuser = (self.server.pid, self.login(*SUPERUSER))
        return self.server.superuser[1]

    def create(self, role, grants=(), **fields):
        """Somebody whom the superuser makes, signed in."""
        body = self.body(role=role, **access(grants), **fields)
        answer = self.superuser().post("/admin/create", json=body)
        assert answer.status_code == 201, answer.text
        return self.login(body["username"], body["password"])

    def user(self, grants=()):
        return self.create("user", grants)

    def admin(self, grants=()):
        return self.create("admin", grants)

    def set_rights(self, person, is_active=True, grants=()):
        rights = {"is_active": is_active, **access(grants)}
        answer = self.superuser().put(f"/admin/users/{person.id}", json=rights)
        assert answer.status_code == 204, answer.text
