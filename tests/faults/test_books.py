# SPDX-License-Identifier: MIT
"""The harness itself: a loss that it could not see would prove nothing."""

import pytest
from books import compare
from load import digest


class Kept:
    """A store that holds three sound calls, of which a test spoils one."""

    def __init__(self):
        self.rows = [{"id": id, "request_id": f"r{id}", "outcome": "success", "items": 2} for id in (1, 2, 3)]
        self.prices = {id: [float(id), 0.5] for id in (1, 2, 3)}

    def calls(self, after):
        return [row for row in self.rows if row["id"] > after]

    def predictions(self, after):
        return {call: prices for call, prices in self.prices.items() if call > after}


@pytest.fixture
def kept():
    return Kept()


TOLD = [(id, f"r{id}", digest([id, 0.5])) for id in (1, 2, 3)]


def test_sound_books_have_no_findings(kept):
    findings = compare(kept, TOLD)
    assert (findings.lost, findings.doubled, findings.unlogged, findings.half) == ([], [], [], [])


def test_a_missing_row_is_a_loss(kept):
    kept.rows.pop(1)
    assert compare(kept, TOLD).lost == [TOLD[1]]


def test_a_row_of_another_request_is_a_loss(kept):
    kept.rows[1]["request_id"] = "another"
    assert compare(kept, TOLD).lost == [TOLD[1]]


def test_a_second_row_of_one_request_is_doubled(kept):
    kept.rows.append({**kept.rows[0], "id": 4})
    assert compare(kept, TOLD).doubled == ["r1"]


def test_another_price_than_the_answered_one_is_seen(kept):
    kept.prices[3][0] += 1e-9
    assert compare(kept, TOLD).unlogged == [TOLD[2]]


def test_a_missing_log_row_is_seen(kept):
    kept.prices[3].pop()
    findings = compare(kept, TOLD)
    assert (findings.half, findings.unlogged) == ([3], [TOLD[2]])


def test_what_was_looked_at_before_is_left_out(kept):
    kept.rows.pop(0)
    assert compare(kept, TOLD, after=1).lost == []
