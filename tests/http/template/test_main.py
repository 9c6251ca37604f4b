# SPDX-License-Identifier: MIT


def test_home_page(client):
    response = client.get("/")
    assert response.status_code == 200
    assert "text/html" in response.headers["content-type"]
    assert "Welcome to this ML Base API!" in response.text


def test_healthcheck(client):
    response = client.get("/healthcheck")
    assert response.status_code == 200
    assert response.json() == {"status": "healthy"}


def test_docs(client):
    assert client.get("/docs").status_code == 200
    assert client.get("/openapi.json").json()["openapi"].startswith("3.1")


def test_unknown_path(client):
    response = client.get("/nothing/here")
    assert response.status_code == 404
    assert response.json()["detail"] == "Not Found"


def test_wrong_method(client):
    response = client.get("/auth/create")
    assert response.status_code == 405
    assert response.json()["detail"] == "Method Not Allowed"
