# SPDX-License-Identifier: MIT
"""Compares what clients were told with what the database has kept."""

import dataclasses

from load import digest


def none():
    return dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Findings:
    """Empty lists are what each of these must be."""

    lost: list = none()  # acknowledged, and no row or another request's
    doubled: list = none()  # request ids of more than one row
    unlogged: list = none()  # acknowledged, and the log rows say otherwise
    half: list = none()  # calls whose log rows are not as many as their items

    def add(self, other):
        for field in dataclasses.fields(self):
            getattr(self, field.name).extend(getattr(other, field.name))


def compare(store, told, after=0):
    """`told` as read_notes has it; rows up to the id `after` are left out on both sides."""
    rows = store.calls(after)
    predictions = store.predictions(after)
    by_id = {row["id"]: row["request_id"] for row in rows}
    told = [note for note in told if note[0] > after]
    seen, doubled = set(), []
    for request_id in [row["request_id"] for row in rows]:
        doubled += [request_id] if request_id in seen else []
        seen.add(request_id)
    return Findings(
        lost=[note for note in told if by_id.get(note[0]) != note[1]],
        doubled=doubled,
        unlogged=[note for note in told if digest(predictions.get(note[0], [])) != note[2]],
        half=[row["id"] for row in rows if len(predictions.get(row["id"], [])) != row["items"]],
    )
