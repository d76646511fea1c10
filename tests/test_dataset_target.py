"""What an export may replace in its dataset folder, and that a kill leaves the old or the new dataset."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from blender_synth.errors import RunError
from blender_synth.exporters import check_dataset_target, export_dataset, target
from blender_synth.exporters.coco import Settings
from blender_synth.exporters.target import MARKER, read_marker, replacing, write_marker
from tests.made_frames import NEUTRAL, make_run

SETTINGS = Settings(splits={"train": 1.0}, panoptic=False)
HEAD = {"exporter": "test", "frames": 1}


def write(dataset: Path, files: dict[str, str], runs=()) -> None:
    """Export these files."""
    with replacing(dataset, runs) as folder:
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        write_marker(folder, HEAD)


def content(dataset: Path) -> dict[str, str]:
    """What lies in a folder, without the list of files."""
    return {
        path.relative_to(dataset).as_posix(): path.read_text()
        for path in dataset.rglob("*")
        if path.is_file() and path.name not in (MARKER, "SHA256SUMS")
    }


OLD = {"images/a.txt": "old a", "images/b.txt": "old b", "old/deep/c.txt": "old c"}
NEW = {"images/a.txt": "new a", "images/d.txt": "new d", "new/e.txt": "new e"}
NOTES = {"notes.txt": "mine", "images/mine.txt": "mine too", "my/labels/x.txt": "x"}


def put(dataset: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (dataset / path).parent.mkdir(parents=True, exist_ok=True)
        (dataset / path).write_text(text)


def test_the_list_names_every_file_and_sha256sum_agrees(tmp_path):
    run, dataset = make_run(tmp_path / "run", 2), tmp_path / "data"
    export_dataset([run], dataset, SETTINGS, NEUTRAL)
    listed = read_marker(dataset)
    there = {p.relative_to(dataset).as_posix() for p in dataset.rglob("*") if p.is_file()} - {MARKER}
    assert set(listed) == there
    for path, entry in listed.items():
        data = (dataset / path).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (entry.size_bytes, entry.sha256)
    subprocess.run(["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"], cwd=dataset, check=True)


@pytest.mark.parametrize("notes", [{}, NOTES])
def test_files_of_the_user_stay_and_those_of_the_export_go(tmp_path, notes):
    dataset = tmp_path / "data"
    write(dataset, OLD)
    put(dataset, notes)
    (dataset / "empty").mkdir()
    inodes = {path: (dataset / path).stat().st_ino for path in notes}
    write(dataset, NEW)
    assert content(dataset) == NEW | notes
    assert {path: (dataset / path).stat().st_ino for path in notes} == inodes
    assert (dataset / "empty").is_dir()
    assert not (dataset / "old").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["data"]


@pytest.mark.parametrize(
    ("path", "message"),
    [("images/d.txt", "not of the former export"), ("new", "not of the former export"), ("new/e.txt/f", "new/e.txt")],
)
def test_a_file_of_the_user_where_a_new_one_must_go_is_named(tmp_path, path, message):
    dataset = tmp_path / "data"
    write(dataset, OLD)
    put(dataset, {path: "mine"})
    with pytest.raises(RunError, match=message):
        write(dataset, NEW)
    assert content(dataset) == OLD | {path: "mine"}
    assert [p.name for p in tmp_path.iterdir()] == ["data"]


def test_a_folder_that_was_replaced_by_a_link_is_not_followed(tmp_path):
    dataset = tmp_path / "data"
    write(dataset, OLD)
    shutil.move(dataset / "images", tmp_path / "elsewhere")
    (dataset / "images").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match=r"data/images"):
        write(dataset, NEW)
    assert sorted(p.name for p in (tmp_path / "elsewhere").iterdir()) == ["a.txt", "b.txt"]


def test_a_changed_file_is_not_deleted(tmp_path):
    dataset = tmp_path / "data"
    write(dataset, OLD)
    (dataset / "images/b.txt").write_text("longer than it was")
    for attempt in (lambda: write(dataset, NEW), lambda: check_dataset_target(dataset)):
        with pytest.raises(RunError, match=r"changed after its export[\s\S]*images/b\.txt"):
            attempt()
    (dataset / "images/b.txt").write_text("OLD B")  # same size
    with pytest.raises(RunError, match="changed after its export"):
        write(dataset, NEW)
    (dataset / "images/b.txt").write_text(OLD["images/b.txt"])  # a copy with a new time
    write(dataset, NEW)
    assert content(dataset) == NEW


def test_deleted_files_are_no_obstacle(tmp_path):
    write(tmp_path / "data", OLD)
    shutil.rmtree(tmp_path / "data/images")
    write(tmp_path / "data", NEW)
    assert content(tmp_path / "data") == NEW


def test_runs_are_never_a_target(tmp_path):
    run = make_run(tmp_path / "sweep/run", 1)
    before = content_bytes(tmp_path)
    write(tmp_path / "other", OLD)
    shutil.copytree(run, tmp_path / "other/run")
    for dataset in (run, run / "data", run / "frames/000000/data", tmp_path / "sweep"):
        for attempt in (
            lambda d=dataset: check_dataset_target(d, [run]),
            lambda d=dataset: export_dataset([run], d, SETTINGS, NEUTRAL),
        ):
            with pytest.raises(RunError, match=r"run[\s\S]*outside the run"):
                attempt()
    with pytest.raises(RunError, match="outside the run"):  # another run than the one exported
        check_dataset_target(run / "data", [tmp_path / "different"])
    with pytest.raises(RunError, match="outside the run"):  # not rendered yet
        check_dataset_target(tmp_path / "later/data", [tmp_path / "later"])
    with pytest.raises(RunError, match="contains a run"):
        export_dataset([tmp_path / "other/run"], tmp_path / "other", SETTINGS, NEUTRAL)
    assert (tmp_path / "other/run/run.json").is_file()
    assert content_bytes(tmp_path / "sweep") == {
        p: d for p, d in before.items() if p.is_relative_to(tmp_path / "sweep")
    }


def content_bytes(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_run_that_was_moved_into_the_dataset_stays(tmp_path):
    run, dataset = make_run(tmp_path / "run", 1), tmp_path / "data"
    write(dataset, OLD)
    shutil.copytree(run, dataset / "run")
    before = content_bytes(dataset / "run")
    export_dataset([run], dataset, SETTINGS, NEUTRAL)
    assert content_bytes(dataset / "run") == before


def test_links_the_current_directory_and_mounts(tmp_path, monkeypatch):
    dataset = tmp_path / "disk/data"
    dataset.mkdir(parents=True)
    (tmp_path / "link").symlink_to(dataset)
    write(tmp_path / "link", OLD)
    assert (tmp_path / "link").is_symlink()
    assert content(dataset) == OLD
    monkeypatch.chdir(dataset)
    inode = dataset.stat().st_ino
    write(Path("."), NEW)
    assert content(dataset) == NEW
    assert dataset.stat().st_ino == inode  # a shell in it is still in it
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(target, "_mount_points", lambda: {os.fsencode(dataset)})
    write(dataset, OLD)
    assert content(dataset) == OLD
    assert dataset.stat().st_ino == inode
    monkeypatch.setattr(target, "_mount_points", lambda: {os.fsencode(dataset / "images")})
    with pytest.raises(RunError, match=r"mount[\s\S]*data/images"):
        write(dataset, NEW)
    assert [p.name for p in dataset.parent.iterdir()] == ["data"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: (p / "data").write_text("x"), "a file is in the place"),
        (lambda p: (p / "data").symlink_to(p / "nowhere"), "a link to nothing"),
        (lambda p: (p / "data").symlink_to(p / "data"), "cannot be used|link to nothing"),
        (lambda p: put(p / "data", {"thesis.txt": "x"}), "holds other files"),
        (lambda p: put(p / "data", {MARKER: "[1]", "thesis.txt": "x"}), "holds other files"),
        (lambda p: put(p / "data", {MARKER: '{"exporter": "coco", "frames": 1}', "x": "x"}), "kept no list"),
        (lambda p: put(p / "data", {MARKER: '{"exporter": "coco", "frames": 1, "files": 7}'}), "version"),
        (
            lambda p: put(
                p / "data",
                {MARKER: json.dumps({**HEAD, "dataset_version": 1, "files": {"../run/x": [1, "0"]}})},
            ),
            "list of files is damaged",
        ),
        (lambda p: put(p / "data", {MARKER: "{"}), "not readable"),
    ],
)
def test_what_is_no_dataset_is_named_and_not_touched(tmp_path, make, message):
    make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    for attempt in (lambda: write(tmp_path / "data", NEW), lambda: check_dataset_target(tmp_path / "data")):
        with pytest.raises(RunError, match=message):
            attempt()
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["a file/data", "x" * 300, "nul\0", "file.txt/deep/er"])
def test_impossible_paths_are_named(tmp_path, name):
    for file in ("a file", "file.txt"):
        (tmp_path / file).write_text("x")
    with pytest.raises(RunError, match=r"key:   dataset"):
        check_dataset_target(tmp_path / name)


def test_a_check_leaves_nothing_behind(tmp_path):
    check_dataset_target(tmp_path / "a/b/c", [tmp_path / "run"])
    assert not list(tmp_path.iterdir())


def test_a_failed_export_leaves_the_old_dataset_and_no_litter(tmp_path):
    write(tmp_path / "data", OLD)
    with pytest.raises(UnicodeEncodeError):
        write(tmp_path / "data", {"half": "x", "images/broken": "\ud800"})
    assert content(tmp_path / "data") == OLD
    assert [p.name for p in tmp_path.iterdir()] == ["data"]


def test_two_exports_at_once(tmp_path):
    with replacing(tmp_path / "data", ()) as folder:
        for attempt in (lambda: write(tmp_path / "data", OLD), lambda: check_dataset_target(tmp_path / "data")):
            with pytest.raises(RunError, match="another export is writing"):
                attempt()
        (folder / "x").write_text("x")
        write_marker(folder, HEAD)
    assert content(tmp_path / "data") == {"x": "x"}


def test_folders_of_former_versions_are_swept(tmp_path):
    child = subprocess.Popen(["true"])
    child.wait()
    write(tmp_path / "data", OLD)
    put(tmp_path / f".data.{child.pid}.tmp", {"images/x": "x"})
    put(tmp_path / f".data.{os.getpid()}.tmp", {"images/x": "of a living process"})
    put(tmp_path / f".data.{child.pid}.old", {"images/x": "x", MARKER: "{}", "thesis.txt": "mine"})
    put(tmp_path / ".data.mine.tmp", {"images/x": "x"})
    write(tmp_path / "data", NEW)
    assert content(tmp_path / f".data.{child.pid}.old") == {"thesis.txt": "mine"}
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        [f".data.{os.getpid()}.tmp", f".data.{child.pid}.old", ".data.mine.tmp", "data"]
    )


def test_an_old_dataset_of_a_former_version_is_put_back(tmp_path):
    child = subprocess.Popen(["true"])
    child.wait()
    put(tmp_path / f".data.{child.pid}.old", {"images/x": "x", MARKER: json.dumps(HEAD)})
    with pytest.raises(RunError, match="kept no list"):
        check_dataset_target(tmp_path / "data")
    assert (tmp_path / "data/images/x").is_file()


CALLS = ("replace", "rename", "unlink", "rmdir", "mkdir")


def killed_at(step: int, action) -> bool:
    """Run an action in a child that is killed before its n-th change of the disk; whether it was."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
    left = [step]

    def dying(call):
        def wrapped(*args, **kwargs):
            left[0] -= 1
            if left[0] < 0:
                os._exit(9)
            return call(*args, **kwargs)

        return wrapped

    for name in CALLS:
        setattr(os, name, dying(getattr(os, name)))
    target._exchanged = dying(target._exchanged)
    try:
        action()
    except BaseException:
        os._exit(1)
    os._exit(0)


@pytest.mark.parametrize("mode", ["exchange", "no exchange", "notes", "inside", "fresh"])
def test_a_kill_at_any_point_leaves_the_old_or_the_new_dataset(tmp_path, monkeypatch, mode):
    """And the next export finds nothing in its way and leaves no litter."""
    notes = NOTES if mode == "notes" else {}
    outcomes, step = [], 0
    while True:
        dataset = tmp_path / str(step) / "data"
        dataset.parent.mkdir()
        if mode == "no exchange":
            monkeypatch.setattr(target, "_exchanged", lambda *_: False)
        if mode == "inside":
            monkeypatch.setattr(target, "_mount_points", lambda d=dataset: {os.fsencode(d)})
        if mode != "fresh":
            write(dataset, OLD)
            put(dataset, notes)
        killed = killed_at(step, lambda d=dataset: write(d, NEW))
        if mode in ("exchange", "fresh"):  # whole at once, even before anybody cleans up
            found = content(dataset) if dataset.exists() else {}
            assert found in (({} if mode == "fresh" else OLD), NEW)
        check_dataset_target(dataset)
        found = content(dataset) if dataset.exists() else {}
        assert found in (({} if mode == "fresh" else OLD) | notes, NEW | notes), step
        assert [p.name for p in dataset.parent.iterdir()] == ["data"] * dataset.exists()
        assert not (dataset / ".export").exists()
        outcomes.append(found == NEW | notes)
        write(dataset, OLD)
        assert content(dataset) == OLD | notes
        if not killed:
            break
        step += 1
    assert outcomes[-1]
    assert outcomes == sorted(outcomes)  # once the new one counts, it stays
    assert step > 5


def test_a_disk_that_fails_during_the_exchange_is_finished_by_the_next_export(tmp_path, monkeypatch):
    dataset = tmp_path / "data"
    write(dataset, OLD)
    put(dataset, NOTES)
    plain, calls = os.replace, []

    def failing(source, destination):
        calls.append(destination)
        if str(destination).endswith("d.txt"):
            raise OSError(errno.EIO, "Input/output error", str(destination))
        return plain(source, destination)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(RunError, match="cannot be written"):
        write(dataset, NEW)
    monkeypatch.setattr(os, "replace", plain)
    check_dataset_target(dataset)
    assert content(dataset) == NEW | NOTES


def test_an_export_can_be_repeated(tmp_path):
    run, dataset = make_run(tmp_path / "run", 2), tmp_path / "data"
    for settings in (SETTINGS, replace(SETTINGS, image_format="png"), SETTINGS):
        export_dataset([run], dataset, settings, NEUTRAL)
    assert {p.suffix for p in (dataset / "images/train").iterdir()} == {".jpg"}


@pytest.mark.chaos
def test_exports_that_are_killed_at_random_moments(tmp_path):
    """The whole command, with and without processes: the dataset is always the old or the new one."""
    run, dataset = make_run(tmp_path / "run", 30), tmp_path / "data"
    export_dataset([run], dataset, replace(SETTINGS, image_format="png"), NEUTRAL)
    rng = random.Random(7)
    killed = 0
    for attempt in range(40):
        image_format = ("jpg", "png")[attempt % 2]
        command = [sys.executable, "-m", "blender_synth", "export", f"runs={run}", f"dataset={dataset}",
                   f"exporter.image_format={image_format}", f"exporter.workers={1 + attempt % 2}"]  # fmt: skip
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        with suppress(subprocess.TimeoutExpired):
            process.wait(rng.uniform(1.0, 6.0))
        killed += process.poll() is None
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        subprocess.run(["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"], cwd=dataset, check=True)
        assert len({p.suffix for p in (dataset / "images").rglob("*.*")}) == 1
    check_dataset_target(dataset)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data", "run"]
    assert killed > 5
