# SPDX-License-Identifier: MIT
"""The power goes at any moment under load: what was answered before is there, whatever was not synced."""

import dataclasses
import pathlib
import random
import time

import figures
import pytest
from books import compare
from harness import run_program
from load import Load
from operations import Scene
from order import SENDS, Step, answered, steps
from power_cut import LOSSES, SECTOR, TRACE, Disk, dropped, reordered, torn
from stores import SqliteStore
from tracing import Strace

CUTS = 10  # for each kind of loss
CUTS_FULL = 100
CHECKPOINTS = 1  # that the load goes on through, at least


@dataclasses.dataclass
class Run:
    """A server under load, traced from a moment at which nothing was under way."""

    files: dict  # what they held then
    told: dict  # what was answered: {request id: (call id, request id, digest)}
    steps: list


@pytest.fixture(scope="module")
def run(full, new_store, start_server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("power")
    store = new_store()
    scene = Scene(store, start_server)
    assert scene.predict().status_code == 200  # SQLite's log is there, and synced
    with Strace([scene.server.pid], folder / "trace", TRACE, "-y", "-s", "70000") as tracing:
        paths = [store.file, pathlib.Path(f"{store.file}-wal")]
        files = {str(path): path.read_bytes() for path in paths}
        with Load(scene.server, scene.caller.token, folder / "notes") as load:
            time.sleep(20 if full else 3)
    assert load.refused == [] and load.cut == []
    told = {
        answer.request_id: (answer.call, answer.request_id, answer.digest) for answer in load.acknowledged
    }
    return Run(files, told, list(steps(tracing.lines)))


def replay(run, cuts, power_cut):
    """Follows the run, and calls `power_cut(disk, what was told until then)` at each of the `cuts`."""
    disk, told = Disk(run.files), []
    for number, step in enumerate(run.steps):
        disk.take(step)
        if step.name in SENDS and step.is_entry:
            told += [run.told[request_id] for request_id in answered(step) if request_id in run.told]
        if number in cuts:
            power_cut(disk, told)


def restored(files, folder):
    """The files as the next start finds them, opened once so that SQLite reads its log."""
    folder.mkdir()
    for path, content in files.items():
        (folder / pathlib.Path(path).name).write_bytes(content)
    return SqliteStore(folder)


def chosen_cuts(run, count, chance):
    return set(chance.sample(range(len(run.steps)), count))


def test_the_load_went_through_a_checkpoint(run):
    synced = [step for step in run.steps if step.name in ("fsync", "fdatasync") and "test.db>" in step.text]
    assert len(synced) >= CHECKPOINTS


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__)
def test_nothing_acknowledged_is_lost(run, full, tmp_path, loss):
    chance = random.Random()
    losses, damages, refused, folders = [], [], [], iter(range(10**6))

    def power_cut(disk, told):
        store = restored(disk.after_cut(loss, chance), tmp_path / str(next(folders)))
        opened = run_program("--mode", "test", "migrate", "status", SQL_URL=store.url)
        refused.extend([opened.stderr] if opened.returncode else [])
        damages.extend(filter(None, [store.integrity()]))
        losses.append(compare(store, told))
        store.close()
        figures.count("power cuts")
        figures.count("answered before a power cut", len(told))

    replay(run, chosen_cuts(run, CUTS_FULL if full else CUTS, chance), power_cut)
    assert refused == [] and damages == []
    for found in losses:
        assert (found.lost, found.doubled, found.unlogged, found.half) == ([], [], [], [])


def test_without_syncs_it_would_be_lost(run, tmp_path):
    """So it is the syncs that keep it."""
    unsynced = dataclasses.replace(run, steps=[step for step in run.steps if "sync" not in step.name])
    found = []

    def power_cut(disk, told):
        store = restored(disk.after_cut(dropped, random.Random()), tmp_path / "unsynced")
        run_program("--mode", "test", "migrate", "status", SQL_URL=store.url)
        found.append(compare(store, told))

    replay(unsynced, {len(unsynced.steps) - 1}, power_cut)
    assert len(found[0].lost) > 100


# ---- the disk itself ---------------------------------------------------------------------------------

FILE = "/x/test.db"
WRITE = rf'pwrite64(9<{FILE}>, "\1\0022", 3, 2) = 3'
SYNC = f"fsync(9<{FILE}>) = 0"


def disk_after(*calls, files=None):
    disk = Disk(files or {FILE: b"abc"})
    for call in calls:
        disk.take(Step("1", call, True, True))
    return disk


def test_a_synced_write_is_kept():
    for loss in LOSSES:
        assert disk_after(WRITE, SYNC).after_cut(loss, random.Random()) == {FILE: b"ab\1\x022"}


def test_an_unsynced_write_is_dropped():
    assert disk_after(SYNC, WRITE).after_cut(dropped, random.Random()) == {FILE: b"abc"}


def test_a_failed_sync_keeps_nothing():
    failed = f"fsync(9<{FILE}>) = -1 EIO (Input/output error) (INJECTED)"
    assert disk_after(WRITE, failed).after_cut(dropped, random.Random()) == {FILE: b"abc"}


def test_a_cut_of_the_file_is_a_write():
    cut = f"ftruncate(9<{FILE}>, 1) = 0"
    assert disk_after(cut).after_cut(dropped, random.Random()) == {FILE: b"abc"}
    assert disk_after(cut, SYNC).after_cut(dropped, random.Random()) == {FILE: b"a"}


def test_large_writes_are_torn_and_mixed_by_sectors():
    text = "x" * (4 * SECTOR)
    disk = disk_after(f'pwrite64(9<{FILE}>, "{text}", {len(text)}, 0) = 1', files={FILE: b"-" * len(text)})
    wholes = {b"x" * SECTOR, b"-" * SECTOR}
    for loss in (torn, reordered):
        seen = set()
        for seed in range(300):
            content = bytes(disk.after_cut(loss, random.Random(seed))[FILE])
            sectors = [content[at : at + SECTOR] for at in range(0, len(content), SECTOR)]
            assert set(sectors) <= wholes
            seen.add(content)
        assert len(seen) == (5 if loss is torn else 16)
