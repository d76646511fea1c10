"""The real command end to end on tiny pictures: its output, and its behaviour when something is killed or fails."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from pycocotools.coco import COCO

from blender_synth.frames.raw_frame import RawFrame, read_exr
from tests.commands import TINY, parent_of, run_here, start
from tests.small_glb import write_box

pytestmark = pytest.mark.blender


def _command(*arguments, cwd):
    done = run_here(*arguments, cwd=cwd)
    return done.returncode, done.stdout, done.stderr


def _labels(run: Path) -> dict[str, dict]:
    return {f.parent.name: read_exr(f) for f in sorted(run.glob("frames/[0-9]*/labels.exr"))}


def _workers() -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if b"blender_synth.blender.worker" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def _wait_for(condition, process=None, seconds=90.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        assert process is None or process.poll() is None, process.communicate()[1]
        time.sleep(0.05)
    raise AssertionError("timed out")


def test_a_run_writes_pictures_and_coco_files_and_prints_where(rendered):
    folder, out = rendered, (rendered / "output.txt").read_text()
    assert "3 of 3 frames in run" in out
    assert "in data" in out
    coco = COCO(str(folder / "data/annotations/instances_train.json"))
    assert len(coco.getImgIds()) == 3
    for image in coco.loadImgs(coco.getImgIds()):
        picture = cv2.imread(str(folder / "data/images/train" / image["file_name"]))
        assert picture.shape == (36, 64, 3)
        assert 20 < picture.mean() < 235
    reflections = coco.loadAnns(coco.getAnnIds(catIds=[2]))
    assert reflections
    for reflection in reflections:
        (mirror,) = reflection["via"]
        mask = coco.annToMask(reflection)
        same = coco.getAnnIds(imgIds=[reflection["image_id"]], catIds=[3])
        owner = next(a for a in coco.loadAnns(same) if a["object_id"] == mirror)
        assert (mask <= coco.annToMask(owner)).all()
        assert 0 < reflection["visibility"] <= 1
    assert len(COCO(str(folder / "data/annotations/person_keypoints_train.json")).anns) > 0


def test_a_frame_is_self_contained(rendered):
    frame = RawFrame(rendered / "run/frames/000000")
    assert frame.radiance.dtype == np.float32
    assert np.isfinite(frame.radiance).all()
    assert frame.meta.root_seed == 1
    (line, *_) = (json.loads(text) for text in (rendered / "run/frames.jsonl").read_text().splitlines())
    assert {"build", "labels", "picture", "files"} <= set(line["seconds"])
    assert not frame.meta.seconds  # equal frames are equal files
    assert frame.meta.accept.satisfied
    assert frame.meta.licences[0].licence == "CC0-1.0"
    seen = set(np.unique(frame.labels["surface_id"])) - {0}
    assert seen <= set(frame.meta.by_id)


def test_the_same_command_again_renders_only_missing_frames(rendered, tmp_path):
    folder = tmp_path
    shutil.copytree(rendered / "run", folder / "run")
    before = _labels(folder / "run")
    kept = folder / "run/frames/000000/radiance.exr"
    stamp = kept.stat().st_mtime_ns
    for file in (folder / "run/frames/000001").iterdir():
        file.unlink()
    (folder / "run/frames/000001").rmdir()
    code, _, err = _command("render", *TINY, "frames=3", "output=run", cwd=folder)
    assert code == 0, err
    assert kept.stat().st_mtime_ns == stamp
    after = _labels(folder / "run")
    assert before.keys() == after.keys()
    for index in before:
        for layer, values in before[index].items():
            np.testing.assert_array_equal(values, after[index][layer], err_msg=f"{index} {layer}")


def test_another_config_for_the_same_folder_is_refused(rendered):
    code, _, err = _command("render", *TINY, "frames=3", "output=run", "seed=99", cwd=rendered)
    assert code == 1
    assert "seed" in err
    assert "another output" in err


def test_weather_changes_no_label(rendered, tmp_path):
    code, _, err = _command("render", *TINY, "frames=1", "output=run", "weather=cloudy", cwd=tmp_path)
    assert code == 0, err
    sunny, cloudy = _labels(rendered / "run")["000000"], _labels(tmp_path / "run")["000000"]
    for layer, values in sunny.items():
        np.testing.assert_array_equal(values, cloudy[layer], err_msg=layer)


def test_a_run_survives_a_killed_worker_and_leaves_no_temporary_files(rendered, tmp_path, monkeypatch):
    places = [tmp_path / "temporary", tmp_path / "cache"]
    places[0].mkdir()
    monkeypatch.setenv("TMPDIR", str(places[0]))
    monkeypatch.setenv("BLENDER_SYNTH_CACHE", str(places[1]))
    process = start("render", *TINY, "frames=3", "output=run", cwd=tmp_path)
    worker = _wait_for(lambda: [p for p in _workers() if parent_of(p) == process.pid], process)[0]
    _wait_for(lambda: list(tmp_path.glob("run/frames/000000")), process)
    os.kill(worker, signal.SIGKILL)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert "SIGKILL" in err
    assert not list(places[0].iterdir())  # not even Blender's own folder
    assert [path.name for path in places[1].glob("scratch/*")] == [".lock"]
    for index, layers in _labels(tmp_path / "run").items():
        np.testing.assert_array_equal(layers["surface_id"], _labels(rendered / "run")[index]["surface_id"])


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_a_stopped_run_leaves_complete_frames_only_and_can_be_continued(tmp_path, sent, status):
    process = start("render", *TINY, "frames=4", "output=run", cwd=tmp_path)
    _wait_for(lambda: list(tmp_path.glob("run/frames/000000/frame.json")), process)
    worker = next(p for p in _workers() if parent_of(p) == process.pid)
    os.kill(process.pid, sent)
    process.communicate(timeout=60)
    assert process.returncode == status
    _wait_for(lambda: not Path(f"/proc/{worker}").exists() or parent_of(worker) != process.pid)
    whole = list(tmp_path.glob("run/frames/[0-9]*"))
    assert 1 <= len(whole) < 4
    for folder in whole:
        _ = RawFrame(folder).radiance, RawFrame(folder).labels
    code, out, err = _command("render", *TINY, "frames=4", "output=run", cwd=tmp_path)
    assert code == 0, err
    assert "4 of 4 frames" in out
    assert not list(tmp_path.glob("run/frames/.*.tmp"))


def test_a_missing_device_is_an_error_that_lists_the_available_ones(tmp_path):
    code, _, err = _command("render", *TINY[:-1], "render.device=metal", "output=run", cwd=tmp_path)
    assert code == 1
    assert "metal" in err
    assert "cpu" in err


def test_jobs_of_a_sweep_run_in_parallel_in_separate_folders(tmp_path):
    process = start(
        "render", "-m", *TINY[:-2], "frames=1", "weather=sunny,cloudy", "output=sweep",
        "hydra/launcher=joblib", "hydra.launcher.n_jobs=2", cwd=tmp_path,
    )  # fmt: skip
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    runs = sorted(p.parent.name for p in tmp_path.glob("sweep/*/run.json"))
    assert len(runs) == 2
    assert "weather-cloudy" in runs[0]
    exported = run_here("export", "runs=sweep", "dataset=data", cwd=tmp_path)
    assert exported.returncode == 0, exported.stderr
    assert exported.stdout.startswith("2 pictures")
    assert json.loads((tmp_path / "data/dataset.json").read_text())["frames"] == 2


def test_items_of_an_untrusted_pack_are_labelled_with_their_category(tmp_path):
    write_box(tmp_path / "harbour" / "crate.glb", (-0.3, 0.0, -0.3), (0.3, 0.9, 0.3))
    (tmp_path / "harbour" / "pack.yaml").write_text("name: harbour\nlicence: CC0-1.0\ncategory: crate\n")
    code, _, err = _command(
        "run", *TINY, "frames=1", "packs=[harbour]", "props.count=3", "props.weights={starter: 0}", "output=run",
        "dataset=data", cwd=tmp_path,
    )  # fmt: skip
    assert code == 0, err
    coco = COCO(str(tmp_path / "data/annotations/instances_train.json"))
    (crate,) = [c["id"] for c in coco.loadCats(coco.getCatIds()) if c["name"] == "crate"]
    assert coco.getAnnIds(catIds=[crate])
    assert "harbour/crate" in [entry["item"] for entry in coco.dataset["licenses"]]
    (tmp_path / "harbour" / "crate.glb").write_bytes(b"glTF but not really")
    code, _, err = _command("render", *TINY, "packs=[harbour]", "output=other", cwd=tmp_path)
    assert code == 1
    assert "crate.glb" in err
    assert not (tmp_path / "other").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small disk")
def test_a_full_disk_stops_the_run_and_keeps_finished_frames(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=70m", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("no mounts here")
    try:
        first = _command("render", *TINY, "frames=1", "output=disk/run", cwd=tmp_path)
        assert first[0] == 0, first[2]
        before = _labels(disk / "run")
        with open(disk / "ballast", "wb") as file:
            file.write(b"\0" * (shutil.disk_usage(disk).free - 65 * 2**20 + 2**20))
        command = start("render", *TINY, "frames=3", "output=disk/run", cwd=tmp_path)
        _wait_for(lambda: list(disk.glob("run/frames/.*.tmp")) or command.poll() is not None, None)
        with open(disk / "more", "wb") as file:
            while True:
                try:
                    file.write(b"\0" * 2**16)
                    file.flush()
                except OSError:
                    break
        _, err = command.communicate(timeout=120)
        assert command.returncode == 1
        assert "disk is full" in err
        after = _labels(disk / "run")
        np.testing.assert_array_equal(after["000000"]["surface_id"], before["000000"]["surface_id"])
        assert not list(disk.glob("run/frames/.*.tmp"))
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
