"""Many jobs make one dataset of one seed: which frames each of them has, where they go, and their merged export."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from blender_synth import frame_numbers
from blender_synth.config import Identity, compose
from blender_synth.errors import ConfigError
from blender_synth.frame_numbers import Shard
from blender_synth.frames.run_folder import find_runs
from tests.commands import TINY, run_here
from tests.test_kills_blender import _files


@pytest.mark.parametrize("per_scene", [1, 2, 3])
@pytest.mark.parametrize(("start", "stop"), [(0, 40), (7, 31), (5, 6), (3, 3)])
@pytest.mark.parametrize("count", [2, 3, 50])
def test_every_frame_is_of_one_job_and_scenes_are_whole(start, stop, per_scene, count):
    shares = [Shard(start, stop, per_scene, number, count) for number in range(count)]
    assert sorted(index for share in shares for index in share) == list(range(start, stop))
    for share in shares:
        assert len(list(share)) == len(share)
        assert list(share) == sorted(share) == [index for index in range(-5, 60) if index in share]
    jobs = {}
    for number, share in enumerate(shares):
        for index in share:
            assert jobs.setdefault(index // per_scene, number) == number
    for share in shares:
        assert [list(share[:2]), list(share[1:])] == [list(share)[:2], list(share)[1:]]
    more = Shard(start, stop + 20, per_scene, 1, count)
    assert set(shares[1]) <= set(more)  # frames stay with their job when more are asked for


def test_a_job_renders_its_share_into_a_folder_of_its_own(tmp_path):
    words = ["frames=[10,40]", "views_per_scene=4", "mirrors.paired=true", "shards=12", f"output={tmp_path}"]
    settings = [compose([*words, f"shard={number}"]) for number in range(12)]
    assert [s.output.name for s in settings[:2]] == ["shard-00-of-12", "shard-01-of-12"]
    assert sorted(index for s in settings for index in s.frames) == list(range(10, 40))
    assert {s.scene_of(index)[0] % 12 for s in settings[2:3] for index in s.frames} == {2}
    assert Identity.of(settings[0]) == Identity.of(settings[5])
    for s in settings:
        assert list(frame_numbers.of_config(s.plain) or ()) == list(s.frames)
        assert frame_numbers.from_plain(json.loads(json.dumps(frame_numbers.to_plain(s.frames)))) == s.frames


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (["shard=1"], "shard"),
        (["shards=4", "shard=4"], "shard"),
        (["shards=4", "shard=-1"], "shard"),
        (["shards=0"], "shards"),
        (["shards=many"], "shards"),
        (["shards=2", "shard=0.5"], "shard"),
    ],
)
def test_a_share_that_is_not_there_is_refused(words, key):
    with pytest.raises(ConfigError) as refused:
        compose(words)
    assert refused.value.key == key


def test_another_division_of_a_folder_is_refused(tmp_path):
    (tmp_path / "shard-0-of-4").mkdir()
    compose([f"output={tmp_path}", "shards=4", "shard=2"])
    with pytest.raises(ConfigError, match="divided into 4 shards"):
        compose([f"output={tmp_path}", "shards=5", "shard=2"])


def test_what_is_no_share_is_not_read_as_one():
    for plain in (None, 3, [1], [1, "2"], {}, {"start": 0, "stop": 9, "per_scene": 0, "shard": 0, "shards": 2}):
        assert frame_numbers.from_plain(plain) is None
    for config in ({}, {"frames": "many"}, {"frames": 4, "shards": 2, "shard": 7}, {"frames": 4, "shards": "x"}):
        assert frame_numbers.of_config(config) is None
    assert frame_numbers.of_config({"frames": 4}) == range(4)


@pytest.mark.blender
def test_a_sweep_over_shards_makes_the_same_frames_and_one_dataset(rendered, tmp_path):
    """The frames of three jobs are those of one run, and are exported, verified and counted together."""
    parallel = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"]
    words = ["-m", *TINY, "frames=3", "shards=3", "shard=range(0,3)", "output=out", *parallel]
    done = run_here("render", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    runs = sorted((tmp_path / "out").glob("shard-*"))
    assert [run.name for run in runs] == [f"shard-{number}-of-3" for number in range(3)]
    assert find_runs([str(tmp_path / "out")]) == runs
    together, apart = _files(rendered / "run"), {}
    for run in runs:
        apart |= _files(run)
    assert apart == together
    shutil.rmtree(runs[1] / "frames/000001")  # as after a kill: the same command renders it again
    again = run_here("render", *TINY, "frames=3", "shards=3", "shard=1", "output=out", cwd=tmp_path)
    assert "1 of 1 frames" in again.stdout, again.stderr
    assert _files(runs[1]) == {name: content for name, content in together.items() if name.startswith("000001")}
    for words in (("verify", "out"), ("status", "out"), ("export", "runs=out", "dataset=data", "exporter=coco")):
        done = run_here(*words, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
    images = [
        image
        for file in (tmp_path / "data/annotations").glob("instances_*.json")
        for image in json.loads(Path(file).read_text())["images"]
    ]
    assert sorted(image["frame_index"] for image in images) == [0, 1, 2]
    assert len({image["file_name"] for image in images}) == len({image["id"] for image in images}) == 3
