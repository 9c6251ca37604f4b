# SPDX-License-Identifier: MIT
INPUT = {"text": "This is a great product"}


def test_healthcheck(client, granted_headers):
    response = client.get("/mlservice/v1/healthcheck", headers=granted_headers)
    assert response.status_code == 200
    assert response.json() == {"status": "healthy"}


def test_healthcheck_without_token(client):
    response = client.get("/mlservice/v1/healthcheck")
    assert response.status_code == 401
    assert response.json()["detail"] == "Not authenticated"


def test_healthcheck_without_access(client, user_headers):
    response = client.get("/mlservice/v1/healthcheck", headers=user_headers)
    assert response.status_code == 401
    assert response.json()["detail"] == "User does not have access to the service"


def test_predict(client, granted_headers):
    response = client.post("/mlservice/v1/predict", json=INPUT, headers=granted_headers)
    assert response.status_code == 200
    assert list(response.json()) == ["category"]
    assert response.json()["category"] in ("great", "other")


def test_predict_leaves_a_call(server, client, granted_headers, user_id):
    assert client.post("/mlservice/v1/predict", json=INPUT, headers=granted_headers).status_code == 200
    rows = server.sql("SELECT * FROM service_calls WHERE owner_id = ?", user_id)
    assert [(row["service_version"], row["success"]) for row in rows] == [("v1", 1)]


def test_predict_with_a_wrong_input(client, granted_headers):
    response = client.post("/mlservice/v1/predict", json={"text": 5}, headers=granted_headers)
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["body", "text"]
    assert response.json()["detail"][0]["type"] == "string_type"


def test_predict_with_nothing(client, granted_headers):
    response = client.post("/mlservice/v1/predict", json={}, headers=granted_headers)
    assert response.status_code == 422
    assert {row["type"] for row in response.json()["detail"]} == {"missing"}


def test_predict_without_access(client, user_headers):
    response = client.post("/mlservice/v1/predict", json=INPUT, headers=user_headers)
    assert response.status_code == 401
    assert response.json()["detail"] == "User does not have access to the service"


def test_predict_without_token(client):
    response = client.post("/mlservice/v1/predict", json=INPUT)
    assert response.status_code == 401
    assert response.json()["detail"] == "Not authenticated"
