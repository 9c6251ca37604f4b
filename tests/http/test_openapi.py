# SPDX-License-Identifier: MIT
"""The document that describes the API: GET /openapi.json."""

import re

import pytest


OPERATIONS = {
    *("create_user_auth_create_post", "login_for_access_token_auth_token_post"),
    *("get_all_users_admin_users_get", "create_admin_admin_create_post"),
    *("change_user_access_rights_admin_users__user_id__put", "delete_user_admin_users__user_id__delete"),
    *("get_user_user__get", "change_password_user_password_put", "get_healthcheck_healthcheck_get"),
    *("check_service_v1_mlservice_v1_healthcheck_get", "make_prediction_v1_mlservice_v1_predict_post"),
    *("check_service_v2_mlservice_v2_healthcheck_get", "make_prediction_v2_mlservice_v2_predict_post"),
}
SCHEMAS = {
    *("CreateUser", "CreateAdmin", "ReadUser", "ChangeUserAccessRights", "UserVerification", "Token"),
    *("HTTPValidationError", "ValidationError"),
}


@pytest.fixture(scope="module")
def document(server):
    answer = server.session.get(server.base + "/openapi.json", timeout=10)
    assert answer.headers["Content-Type"] == "application/json"
    return answer.json()


def every(value):
    """All objects within."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from every(inner)


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_document_is_openapi_3_1(document):
    assert document["openapi"] == "3.1.0"
    assert document["info"]["title"] == "Inferkeep" and document["info"]["version"]
    assert set(document) <= {
        "openapi",
        "info",
        "servers",
        "paths",
        "components",
        "tags",
        "security",
        "externalDocs",
    }
    assert set(document["components"]) <= {"schemas", "securitySchemes"}


def test_every_reference_resolves(document):
    references = [inner["$ref"] for inner in every(document) if "$ref" in inner]
    assert references
    for reference in references:
        found = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert isinstance(found, dict)


def test_the_names_of_the_template_are_kept(document):
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    assert OPERATIONS <= set(ids)
    assert SCHEMAS <= set(document["components"]["schemas"])
    tags = {tag for _, _, operation in operations(document) for tag in operation.get("tags", [])}
    assert {"auth", "admin", "user", "mlservice/v1", "mlservice/v2"} <= tags


def test_every_operation_is_described_whole(document):
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        assert operation["summary"], where
        named = {
            parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "path"
        }
        assert named == set(re.findall(r"{(\w+)}", path)), where
        assert all("schema" in parameter for parameter in operation.get("parameters", [])), where
        for status, response in operation["responses"].items():
            assert re.fullmatch(r"[1-5](\d\d|XX)", status) and response["description"], where
        guarded = operation["x-access"]["level"] != "open"
        assert ("security" in operation) == guarded, where
        assert not guarded or "401" in operation["responses"], where
        if "requestBody" in operation:
            assert {"413", "415", "422"} <= set(operation["responses"]), where
            for content in operation["requestBody"]["content"].values():
                assert "schema" in content, where


def test_the_lock_signs_in(document):
    scheme = document["components"]["securitySchemes"]["OAuth2PasswordBearer"]
    assert scheme == {"type": "oauth2", "flows": {"password": {"scopes": {}, "tokenUrl": "auth/token"}}}


def test_secrets_are_marked_and_have_no_example(document):
    for name in ("CreateUser", "CreateAdmin"):
        password = document["components"]["schemas"][name]["properties"]["password"]
        assert password["format"] == "password" and "example" not in password
        assert (password["minLength"], password["maxLength"]) == (4, 72)


def test_required_and_additional_members_are_said(document):
    schemas = document["components"]["schemas"]
    assert schemas["CreateUser"]["required"] == ["username", "first_name", "last_name", "password"]
    assert set(schemas["ChangeUserAccessRights"]["required"]) == {
        "is_active",
        "has_access_v1",
        "has_access_v2",
    }
    assert list(schemas["ReadUser"]["properties"])[:3] == ["username", "first_name", "last_name"]
    for name in ("CreateUser", "CreateAdmin", "ChangeUserAccessRights", "UserVerification"):
        assert schemas[name]["additionalProperties"] is False
