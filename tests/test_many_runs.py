"""Hundreds of runs are exported together in bounded memory."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from blender_synth.dev import ten_million
from blender_synth.frames.run_folder import find_runs
from tests.made_frames import make_run

_EXPORT = """
import resource, sys
from pathlib import Path
from blender_synth.exporters import export_dataset, exporter_settings
from blender_synth.frames.run_folder import find_runs
from tests.made_frames import NEUTRAL
runs = find_runs([sys.argv[1]])
export_dataset(runs, Path(sys.argv[2]), exporter_settings({"kind": "coco", "panoptic": False}), NEUTRAL)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def _shards(folder: Path, count: int) -> Path:
    """Run folders of one frame each, as the jobs of `shards=COUNT` leave them."""
    one = make_run(folder / "one", 1)
    meta = json.loads((one / "frames/000000/frame.json").read_text())
    for number in range(count):
        run = shutil.copytree(one, folder / f"runs/shard-{number:03d}-of-{count}")
        frame = (run / "frames/000000").rename(run / f"frames/{number:06d}")
        meta["frame_index"] = meta["spec"]["scene_index"] = number
        (frame / "frame.json").write_text(json.dumps(meta))
    return folder / "runs"


def test_three_hundred_runs_become_one_dataset_in_the_memory_of_thirty(tmp_path):
    peaks = {}
    for count in (30, 300):
        (tmp_path / str(count)).mkdir()
        runs, dataset = _shards(tmp_path / str(count), count), tmp_path / f"data{count}"
        assert len(find_runs([str(runs)])) == count
        words = [sys.executable, "-c", _EXPORT, str(runs), str(dataset)]
        done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
        peaks[count] = int(done.stdout.split()[-1])
        images = [
            image
            for file in dataset.glob("annotations/instances_*.json")
            for image in json.loads(file.read_text())["images"]
        ]
        assert len({image["file_name"] for image in images}) == len({image["id"] for image in images}) == count
        assert {image["frame_index"] for image in images} == set(range(count))
    assert peaks[300] < peaks[30] + 30, peaks


def test_what_is_in_a_run_is_not_searched_for_runs(tmp_path):
    runs = _shards(tmp_path, 2)
    for place in ("deeper/still/run", "shard-000-of-2/inner", "frames/run"):
        (runs / place).mkdir(parents=True)
        shutil.copy(runs / "shard-001-of-2/run.json", runs / place)
    names = [run.relative_to(runs).as_posix() for run in find_runs([str(runs)])]
    assert names == ["deeper/still/run", "shard-000-of-2", "shard-001-of-2"]


def test_ten_million_frames_are_worked_out_from_a_run_and_its_dataset(tmp_path, capsys):
    run = make_run(tmp_path / "run", 2)
    seconds = {"build": 3.0, "labels": 0.5, "picture": 9.0, "files": 0.5}
    lines = [json.dumps({"frame_index": index, "seconds": seconds}) for index in range(2)]
    (run / "frames.jsonl").write_text("\n".join(lines))
    (tmp_path / "data").mkdir()
    (tmp_path / "data/train-0.tar").write_bytes(bytes(2_000_000))
    ten_million.main([str(run), str(tmp_path / "data"), "--frames", "1000000", "--gpus", "100"])
    shown = {line[10:68].strip(): line[69:] for line in capsys.readouterr().out.splitlines()}
    assert shown["seconds per frame and GPU with 2 workers"] == "2.50"  # (4 s of a worker + 1 s of the GPU) / 2
    assert shown["share of the time that a GPU renders"] == "40%"
    assert shown["days on 100 GPUs"] == "0.3"
    assert shown["dataset: TB, thousand files"] == "1.00, 3.9 (archives of 256 MB)"
    assert shown["cost of 1,000 frames: render, export"].startswith("1.389,")
