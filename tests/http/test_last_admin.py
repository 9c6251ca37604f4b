# SPDX-License-Identifier: MIT
"""At least one active admin remains, whatever admins do to themselves and to each other (Z5)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from answers import assert_error, assert_ok
from people import Api
from test_admin import RIGHTS, everything


@pytest.fixture
def alone(start_server):
    """A server whose superuser is its only admin."""
    return Api(start_server())


def lock_out(actor, target):
    return actor.put(f"/admin/users/{target.id}", json={**RIGHTS, "is_active": False})


def remove(actor, target):
    return actor.delete(f"/admin/users/{target.id}")


@pytest.mark.parametrize("act", [lock_out, remove])
def test_the_last_admin_stays(alone, act):
    admin = alone.superuser()
    before = everything(alone.server)
    assert_error(act(admin, admin), 409, "last_admin")
    assert everything(alone.server) == before
    assert_ok(admin.get("/admin/users"))


@pytest.mark.parametrize("act", [lock_out, remove])
def test_an_inactive_admin_does_not_count(alone, act):
    admin, other = alone.superuser(), alone.admin()
    assert_ok(lock_out(admin, other), 204)
    assert_error(act(admin, admin), 409, "last_admin")


@pytest.mark.parametrize("act", [lock_out, remove])
def test_an_admin_may_go_while_another_stays(alone, act):
    admin, other = alone.superuser(), alone.admin()
    assert_ok(act(admin, admin), 204)
    assert_error(admin.get("/user"), 401, "invalid_token")
    assert_error(act(other, other), 409, "last_admin")


@pytest.mark.parametrize("act", [lock_out, remove])
def test_of_two_admins_who_turn_on_each_other_one_remains(alone, act):
    first = alone.superuser()
    for _ in range(15):
        body = alone.body()
        assert_ok(first.post("/admin/create", json=body), 201)
        second = alone.login(body["username"], body["password"])
        pairs = [(first, second), (second, first)]
        assert first.id != second.id  # both ids are known before either is gone
        with ThreadPoolExecutor(2) as both:
            statuses = [answer.status_code for answer in both.map(lambda pair: act(*pair), pairs)]
        left = alone.server.sql(
            "SELECT id FROM users WHERE role = 'admin' AND is_active AND deleted_at IS NULL"
        )
        assert len(left) == 1
        assert statuses.count(204) == 1 and set(statuses) <= {204, 401, 409}
        first = first if first.id == left[0]["id"] else second
