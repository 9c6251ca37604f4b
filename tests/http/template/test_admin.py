# SPDX-License-Identifier: MIT
def test_get_all_users(client, user, admin_headers):
    response = client.get("/admin/users", headers=admin_headers)
    assert response.status_code == 200
    mine = [row for row in response.json() if row["username"] == user["username"]]
    assert len(mine) == 1
    assert set(mine[0]) >= {
        *("username", "first_name", "last_name", "role", "country"),
        *("id", "is_active", "has_access_v1", "has_access_v2"),
    }


def test_get_all_users_as_a_user(client, user_headers):
    response = client.get("/admin/users", headers=user_headers)
    assert response.status_code == 401
    assert response.json()["detail"] == "Unauthorized"


def test_get_all_users_without_token(client):
    response = client.get("/admin/users")
    assert response.status_code == 401
    assert response.json()["detail"] == "Not authenticated"


def test_create_admin(client, user, admin_headers):
    body = {**user, "username": "admin-" + user["username"]}
    response = client.post("/admin/create", json=body, headers=admin_headers)
    assert response.status_code == 201
    assert response.json() is None
    profile = client.get("/user", headers=client.headers_of(body["username"], body["password"])).json()
    assert profile["role"] == "admin"
    assert profile["is_active"] and profile["has_access_v1"] and profile["has_access_v2"]


def test_change_user_access_rights(client, user_headers, user_id, admin_headers):
    rights = {"is_active": True, "has_access_v1": True, "has_access_v2": False}
    response = client.put(f"/admin/users/{user_id}", json=rights, headers=admin_headers)
    assert response.status_code == 204
    profile = client.get("/user", headers=user_headers).json()
    assert {name: profile[name] for name in rights} == rights


def test_change_rights_of_an_unknown_user(client, admin_headers):
    rights = {"is_active": True, "has_access_v1": True, "has_access_v2": True}
    response = client.put("/admin/users/999999999", json=rights, headers=admin_headers)
    assert response.status_code == 404
    assert response.json()["detail"] == "User not found"


def test_change_rights_as_a_user(client, user_headers, user_id):
    rights = {"is_active": True, "has_access_v1": True, "has_access_v2": True}
    response = client.put(f"/admin/users/{user_id}", json=rights, headers=user_headers)
    assert response.status_code == 401
    assert response.json()["detail"] == "Unauthorized"


def test_delete_user(client, user, user_id, admin_headers):
    assert client.delete(f"/admin/users/{user_id}", headers=admin_headers).status_code == 204
    names = [row["username"] for row in client.get("/admin/users", headers=admin_headers).json()]
    assert user["username"] not in names


def test_delete_user_as_a_user(client, user_headers, user_id):
    response = client.delete(f"/admin/users/{user_id}", headers=user_headers)
    assert response.status_code == 401
    assert response.json()["detail"] == "Unauthorized"
