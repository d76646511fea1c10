"""Processes of `multiprocessing` end with the process that started them, however that ends."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.commands import descendants

_STARTER = """
import multiprocessing, sys, time
from concurrent.futures import ProcessPoolExecutor
from blender_synth.parent_death import end_with_starter

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    pool = ProcessPoolExecutor(2, context, end_with_starter)
    busy = [pool.submit(time.sleep, float(seconds)) for seconds in sys.argv[2].split(",")]
    pool.submit(time.sleep, 0)
    time.sleep(1)
    print("ready", flush=True)
    time.sleep(60)
"""


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("method", ["forkserver", "spawn"])
@pytest.mark.parametrize("seconds", ["0,0", "50,0"], ids=["idle", "busy"])
def test_a_pool_ends_with_its_starter(tmp_path, method, seconds):
    script = tmp_path / "starter.py"
    script.write_text(_STARTER)
    root = os.path.dirname(os.path.dirname(__file__))
    starter = subprocess.Popen(
        [sys.executable, script, method, seconds], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    assert starter.stdout.readline() == "ready\n"
    below = descendants(starter.pid)
    assert len(below) >= 3  # a pool of two, and the server or the resource tracker
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    end = time.monotonic() + 10
    while (left := [pid for pid in below if _alive(pid)]) and time.monotonic() < end:
        time.sleep(0.05)
    assert not left
