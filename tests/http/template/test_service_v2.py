# SPDX-License-Identifier: MIT
INPUT = {
    "age": 5,
    "surface": 120.5,
    "has_attic": True,
    "garden_surface": 30,
    "address": "Gilbert, Ames, Iowa",
}


def test_healthcheck(client, granted_headers):
    response = client.get("/mlservice/v2/healthcheck", headers=granted_headers)
    assert response.status_code == 200
    assert response.json() == {"status": "healthy"}


def test_healthcheck_without_token(client):
    response = client.get("/mlservice/v2/healthcheck")
    assert response.status_code == 401
    assert response.json()["detail"] == "Not authenticated"


def test_healthcheck_without_access(client, user_headers):
    response = client.get("/mlservice/v2/healthcheck", headers=user_headers)
    assert response.status_code == 401
    assert response.json()["detail"] == "User does not have access to the service"


def test_predict(client, granted_headers):
    response = client.post("/mlservice/v2/predict", json=INPUT, headers=granted_headers)
    assert response.status_code == 200
    assert list(response.json()) == ["price"]
    assert response.json()["price"] > 0


def test_predict_leaves_a_call(server, client, granted_headers, user_id):
    assert client.post("/mlservice/v2/predict", json=INPUT, headers=granted_headers).status_code == 200
    rows = server.sql("SELECT * FROM service_calls WHERE owner_id = ?", user_id)
    assert [(row["service_version"], row["success"]) for row in rows] == [("v2", 1)]


def test_predict_with_a_wrong_input(client, granted_headers):
    response = client.post("/mlservice/v2/predict", json={**INPUT, "age": "five"}, headers=granted_headers)
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["body", "age"]
    assert response.json()["detail"][0]["type"] == "int_type"


def test_predict_with_nothing(client, granted_headers):
    response = client.post("/mlservice/v2/predict", json={}, headers=granted_headers)
    assert response.status_code == 422
    assert {row["type"] for row in response.json()["detail"]} == {"missing"}


def test_predict_without_access(client, user_headers):
    response = client.post("/mlservice/v2/predict", json=INPUT, headers=user_headers)
    assert response.status_code == 401
    assert response.json()["detail"] == "User does not have access to the service"


def test_predict_without_token(client):
    response = client.post("/mlservice/v2/predict", json=INPUT)
    assert response.status_code == 401
    assert response.json()["detail"] == "Not authenticated"
