# SPDX-License-Identifier: MIT
import pytest


@pytest.mark.parametrize("path", ["/user", "/user/"])
def test_get_user(client, user, user_headers, path):
    response = client.get(path, headers=user_headers)
    assert response.status_code == 200
    profile = response.json()
    assert {name: profile[name] for name in ("username", "first_name", "last_name", "country")} == {
        name: user[name] for name in ("username", "first_name", "last_name", "country")
    }
    assert profile["role"] == "user"
    assert profile["is_active"] is True
    assert profile["has_access_v1"] is False and profile["has_access_v2"] is False
    assert "password" not in response.text


def test_get_user_without_token(client):
    response = client.get("/user")
    assert response.status_code == 401
    assert response.json()["detail"] == "Not authenticated"


def test_get_user_with_a_bad_token(client):
    response = client.get("/user", headers={"Authorization": "Bearer nonsense"})
    assert response.status_code == 401
    assert response.json()["detail"] == "Could not validate user"


def test_change_password(client, user, user_headers):
    body = {"password": user["password"], "new_password": "kept-Secret-5678"}
    assert client.put("/user/password", json=body, headers=user_headers).status_code == 204
    form = {"username": user["username"], "password": "kept-Secret-5678"}
    assert client.post("/auth/token", data=form).status_code == 200
    assert client.post("/auth/token", data={**form, "password": user["password"]}).status_code == 401


def test_change_password_with_a_wrong_one(client, user_headers):
    body = {"password": "wrong", "new_password": "kept-Secret-5678"}
    response = client.put("/user/password", json=body, headers=user_headers)
    assert response.status_code == 401
    assert response.json()["detail"] == "Error on password change"


def test_change_password_to_a_short_one(client, user, user_headers):
    body = {"password": user["password"], "new_password": "123"}
    assert client.put("/user/password", json=body, headers=user_headers).status_code == 422
