# SPDX-License-Identifier: MIT
import base64
import json

import pytest


def test_create_user(client, user):
    body = {**user, "username": "other-" + user["username"]}
    response = client.post("/auth/create", json=body)
    assert response.status_code == 201
    assert response.json() is None


def test_create_user_without_country(client, user):
    body = {**user, "username": "other-" + user["username"]}
    del body["country"]
    assert client.post("/auth/create", json=body).status_code == 201


@pytest.mark.parametrize("field", ["username", "first_name", "last_name", "password"])
def test_create_user_without_a_required_field(client, user, field):
    body = {name: value for name, value in user.items() if name != field}
    response = client.post("/auth/create", json=body)
    assert response.status_code == 422
    detail = response.json()["detail"][0]
    assert (detail["type"], detail["loc"], detail["msg"]) == ("missing", ["body", field], "Field required")


def test_create_user_with_a_name_that_is_no_email(client, user):
    response = client.post("/auth/create", json={**user, "username": "somebody"})
    assert response.status_code == 422
    assert response.json()["detail"][0]["msg"].startswith("value is not a valid email address")


def test_create_user_with_a_short_password(client, user):
    response = client.post(
        "/auth/create", json={**user, "username": "b" + user["username"], "password": "123"}
    )
    assert response.status_code == 422
    assert response.json()["detail"][0]["msg"] == "String should have at least 4 characters"


def test_login(client, user):
    response = client.post("/auth/token", data={"username": user["username"], "password": user["password"]})
    assert response.status_code == 200
    assert response.json()["token_type"] == "bearer"
    payload = response.json()["access_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["username"] == user["username"]
    assert claims["role"] == "user"
    assert claims["has_access_v1"] is False
    assert claims["has_access_v2"] is False
    assert isinstance(claims["user_id"], int) and isinstance(claims["exp"], int)


@pytest.mark.parametrize("change", [{"password": "wrong"}, {"username": "nobody-at-all@example.com"}])
def test_login_with_wrong_credentials(client, user, change):
    form = {"username": user["username"], "password": user["password"], **change}
    response = client.post("/auth/token", data=form)
    assert response.status_code == 401
    assert response.json()["detail"] == "Could not validate user"


def test_login_without_credentials(client):
    assert client.post("/auth/token", data={"username": "a@b.example"}).status_code == 422
