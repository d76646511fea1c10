"""Sweeps on a real Slurm and a real Ray of this machine: the frames are those of a run of one process.

`make cluster` runs them (see .docs/clusters.md); what is not there is skipped. CLUSTER_PYTHON is a Python with the
extras `slurm` and `ray`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.commands import TINY
from tests.test_kills_blender import _files

pytestmark = [pytest.mark.cluster, pytest.mark.blender]

PYTHON = os.path.abspath(os.environ.get("CLUSTER_PYTHON", sys.executable))
SMALL = [*TINY, "worker.count=1"]


def _run(*words: str, cwd: Path, seconds: float = 300.0) -> str:
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=seconds, check=False)
    print(" ".join(words), done.stdout, done.stderr, sep="\n")
    assert done.returncode == 0, done.stderr
    return done.stdout


def _needs(module: str) -> None:
    if subprocess.run([PYTHON, "-c", f"import {module}"], capture_output=True, check=False).returncode:
        pytest.skip(f"{PYTHON} has no {module}")


@pytest.fixture
def slurm():
    if shutil.which("sinfo") is None:
        pytest.skip("there is no Slurm")
    done = subprocess.run(["sinfo", "--noheader", "--format=%T"], capture_output=True, text=True, check=False)
    if done.returncode or not {"idle", "mixed", "allocated"} & set(done.stdout.split()):
        pytest.skip("Slurm does not run: sh tests/cluster/start_slurm.sh")


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Files of the frames of one process."""
    folder = tmp_path_factory.mktemp("alone")
    _run(PYTHON, "-m", "blender_synth", "render", *SMALL, "frames=12", "output=run", cwd=folder)
    return _files(folder / "run")


def _merged(output: Path, shards: int) -> dict[str, bytes]:
    runs = sorted(output.glob("shard-*"))
    assert [run.name for run in runs] == [f"shard-{number}-of-{shards}" for number in range(shards)]
    return {name: content for run in runs for name, content in _files(run).items()}


def _wait(condition, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "timed out"
        time.sleep(0.5)


def test_slurm_by_hydras_launcher(slurm, alone, tmp_path):
    _needs("submitit")
    words = ["hydra/launcher=slurm", "hydra.launcher.cpus_per_task=1", "hydra.launcher.mem_gb=2"]
    sweep = ["-m", *SMALL, "frames=12", "shards=3", "shard=range(0,3)", "output=out", *words]
    _run(PYTHON, "-m", "blender_synth", "render", *sweep, cwd=tmp_path)
    assert _merged(tmp_path / "out", 3) == alone
    print(next((tmp_path / "out/.submitit").glob("*_0/*_log.out")).read_text())
    _run(PYTHON, "-m", "blender_synth", "export", "runs=out", "dataset=data", cwd=tmp_path)


ARRAY = """#!/bin/sh
#SBATCH --array=0-1 --cpus-per-task=1
#SBATCH --requeue --open-mode=append --signal=B:TERM@120 --output=%a.log
exec {python} -m blender_synth render {words} frames=12 output=out shards=2 shard=$SLURM_ARRAY_TASK_ID
"""


def _restarts(job: str) -> int:
    shown = subprocess.run(["scontrol", "show", "job", job], capture_output=True, text=True, check=False).stdout
    return int(shown.partition("Restarts=")[2].split()[0])


def test_slurm_array_whose_jobs_are_requeued(slurm, alone, tmp_path):
    """As after a pre-emption: the job ends in the middle, and the same script, run again, renders what is missing."""
    (tmp_path / "array.sh").write_text(ARRAY.format(python=PYTHON, words=" ".join(f"'{word}'" for word in SMALL)))
    job = _run("sbatch", "--parsable", "array.sh", cwd=tmp_path).strip()
    kept = tmp_path / "out/shard-0-of-2/frames/000000/radiance.exr"
    _wait(kept.exists)
    stamp = kept.stat().st_mtime_ns
    _run("scontrol", "requeue", f"{job}_0", cwd=tmp_path)
    _wait(lambda: _restarts(f"{job}_0") == 1)
    time.sleep(1)
    _run("scontrol", "update", f"JobId={job}_0", "StartTime=now", cwd=tmp_path)  # else Slurm waits for two minutes
    _wait(lambda: not subprocess.run(["squeue", "-h", "-j", job], capture_output=True, check=False).stdout, 300.0)
    print((tmp_path / "0.log").read_text())
    assert kept.stat().st_mtime_ns == stamp
    assert len(list((tmp_path / "out/shard-0-of-2/frames").iterdir())) == 6
    assert "the same command renders the rest" in (tmp_path / "0.log").read_text()
    assert _merged(tmp_path / "out", 2) == alone


def test_ray_by_hydras_launcher(alone, tmp_path):
    _needs("hydra_plugins.hydra_ray_launcher.ray_launcher, ray")
    words = ["hydra/launcher=ray", "hydra.launcher.ray.remote.num_cpus=1"]
    sweep = ["-m", *SMALL, "frames=12", "shards=2", "shard=range(0,2)", "output=out", *words]
    _run(PYTHON, "-m", "blender_synth", "render", *sweep, cwd=tmp_path, seconds=600.0)
    assert _merged(tmp_path / "out", 2) == alone
