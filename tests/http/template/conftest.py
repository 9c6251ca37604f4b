# SPDX-License-Identifier: MIT
"""The template's own habits: a client with relative paths, and a header for each kind of person."""

import uuid

import pytest
import requests


class TemplateClient:
    """Calls the server as the template's clients do: redirects followed, JSON read."""

    def __init__(self, base):
        self.base = base
        self.session = requests.Session()
        self.session.trust_env = False

    def call(self, method, path, **arguments):
        return self.session.request(method, self.base + path, timeout=30, **arguments)

    def get(self, path, **arguments):
        return self.call("GET", path, **arguments)

    def post(self, path, **arguments):
        return self.call("POST", path, **arguments)

    def put(self, path, **arguments):
        return self.call("PUT", path, **arguments)

    def delete(self, path, **arguments):
        return self.call("DELETE", path, **arguments)

    def headers_of(self, username, password):
        form = {"grant_type": "password", "username": username, "password": password}
        token = self.post("/auth/token", data=form).json()
        return {"Authorization": f"{token['token_type']} {token['access_token']}"}


@pytest.fixture
def client(server):
    return TemplateClient(server.base)


@pytest.fixture
def user(client):
    """The body that registers somebody, who is registered."""
    body = {
        "username": f"user-{uuid.uuid4().hex[:12]}@example.com",
        "first_name": "Test",
        "last_name": "User",
        "password": "kept-Secret-1234",
        "country": "Belgium",
    }
    assert client.post("/auth/create", json=body).status_code == 201
    return body


@pytest.fixture
def user_headers(client, user):
    return client.headers_of(user["username"], user["password"])


@pytest.fixture
def admin_headers(client):
    return client.headers_of("superuser@example.com", "8888")


@pytest.fixture
def user_id(client, user_headers):
    return client.get("/user", headers=user_headers).json()["id"]


@pytest.fixture
def granted_headers(client, user_headers, admin_headers, user_id):
    """The user's header, who may call both services."""
    rights = {"is_active": True, "has_access_v1": True, "has_access_v2": True}
    assert client.put(f"/admin/users/{user_id}", json=rights, headers=admin_headers).status_code == 204
    return user_headers
