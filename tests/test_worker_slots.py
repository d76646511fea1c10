"""The parts of the machine that render workers get. No GPU is needed: machines and drivers are made up."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from blender_synth import gpus, worker_slots
from blender_synth.blender_process import BlenderProcess
from blender_synth.config import compose
from blender_synth.errors import ConfigError
from blender_synth.gpus import Gpu
from blender_synth.worker_slots import WHOLE_MACHINE, Machine, slots

FAKE = "tests.fake_server"
FOUR = tuple(Gpu("cuda", str(number)) for number in range(4))


def _machine(cpus: int = 16, **more) -> Machine:
    return Machine(tuple(range(cpus)), cpus, **more)


def _slots(*overrides: str, machine: Machine, frames: int = 1000):
    return slots(compose(list(overrides)), frames, machine)


@pytest.fixture(autouse=True)
def no_devices_are_chosen(monkeypatch):
    for name in (*gpus.VISIBLE.values(), "CUDA_DEVICE_ORDER"):
        monkeypatch.delenv(name, raising=False)


def test_every_gpu_gets_two_workers_that_see_it_alone():
    made = _slots(machine=_machine(gpus=FOUR))
    assert [slot.environment["CUDA_VISIBLE_DEVICES"] for slot in made] == ["0", "1", "2", "3"] * 2
    assert {slot.environment["CUDA_DEVICE_ORDER"] for slot in made} == {"PCI_BUS_ID"}
    assert {slot.threads for slot in made} == {2}


def test_some_gpus_can_be_chosen():
    made = _slots("worker.gpus=[0,2]", "worker.per_gpu=3", machine=_machine(gpus=FOUR))
    assert [slot.gpu for slot in made] == ["0", "2"] * 3
    assert [slot.gpu for slot in _slots("worker.gpus=[1,1]", "worker.count=5", machine=_machine(gpus=FOUR))] == [
        "1"
    ] * 5


def test_a_gpu_that_is_not_there_is_an_error():
    with pytest.raises(ConfigError, match=r"(?s)no such GPU.*worker\.gpus.*from 0 to 3"):
        _slots("worker.gpus=[0,4]", machine=_machine(gpus=FOUR))
    with pytest.raises(ConfigError, match="none that its drivers list"):
        _slots("worker.gpus=[0]", "render.device=cpu", machine=_machine(gpus=FOUR))
    with pytest.raises(ConfigError, match=r"worker\.gpus"):
        compose(["worker.gpus=[-1]"])


def test_the_device_decides_which_gpus_count():
    mixed = _machine(gpus=(Gpu("hip", "0"), Gpu("hip", "1")))
    assert [slot.environment for slot in _slots("render.device=hip", machine=mixed)] == [
        {**gpus.driver_order(os.environ), "HIP_VISIBLE_DEVICES": number} for number in "0101"
    ]
    (slot,) = _slots("render.device=optix", machine=mixed)
    assert slot.environment == {}


def test_workers_on_the_cpu_divide_its_threads():
    made = _slots("render.device=cpu", machine=_machine(8))
    assert [(slot.environment, slot.threads) for slot in made] == [({}, 4), ({}, 4)]
    assert [slot.threads for slot in _slots("worker.count=5", machine=_machine(8))] == [1] * 5
    assert [slot.threads for slot in _slots("worker.count=2", "render.threads=3", machine=_machine(8))] == [3, 3]
    assert _slots(machine=_machine(1)) == [WHOLE_MACHINE]


def test_auto_starts_no_more_workers_than_frames_and_memory_are_worth():
    machine = _machine(gpus=FOUR)
    assert [len(_slots(machine=machine, frames=frames)) for frames in (1, 4, 5, 29, 1000)] == [1, 1, 2, 8, 8]
    assert len(_slots("worker.count=8", machine=machine, frames=3)) == 3
    assert len(_slots(machine=_machine(gpus=FOUR, memory_mb=3 * worker_slots.WORKER_MB))) == 3
    assert len(_slots(machine=_machine(gpus=FOUR, memory_mb=100))) == 1


def test_workers_stay_on_a_numa_node():
    nodes = (tuple(range(8)), tuple(range(8, 16)))
    near = _machine(nodes=nodes, gpus=(Gpu("cuda", "0", 1), Gpu("cuda", "1", 0)))
    assert [(slot.cpus, slot.threads) for slot in _slots("worker.per_gpu=1", machine=near)] == [
        (nodes[1], 8),
        (nodes[0], 8),
    ]
    unknown = _machine(nodes=nodes, gpus=(Gpu("cuda", "0"),))
    assert [(slot.cpus, slot.threads) for slot in _slots(machine=unknown)] == [((), 8), ((), 8)]
    made = _slots("worker.count=4", machine=_machine(nodes=nodes))
    assert [(slot.cpus, slot.threads) for slot in made] == [(nodes[0], 4), (nodes[1], 4)] * 2
    assert _slots("worker.count=1", machine=_machine(nodes=nodes)) == [WHOLE_MACHINE]
    half = _machine(8, nodes=(tuple(range(8)), ()))  # the second node is not this process's
    assert [slot.cpus for slot in _slots("worker.count=2", machine=half)] == [(), ()]


def test_the_kernels_lists_of_cpus_are_read():
    assert worker_slots.parse_cpu_list("0-3,8,10-11\n") == [0, 1, 2, 3, 8, 10, 11]
    assert worker_slots.parse_cpu_list("\n") == []


def test_a_process_sees_its_gpu_and_its_processors(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,6")
    cpu = min(os.sched_getaffinity(0))
    with BlenderProcess(FAKE, 30.0, environment={"CUDA_VISIBLE_DEVICES": "6"}, cpus=[cpu]) as process:
        seen = process.ask("part_of_machine")
    assert (seen["environment"]["CUDA_VISIBLE_DEVICES"], seen["cpus"]) == ("6", [cpu])


def test_devices_that_the_user_chose_are_divided_among_the_workers():
    slurm = {"CUDA_VISIBLE_DEVICES": "3, GPU-5f2b"}
    assert gpus.gpus_of("cuda", ["", ""], slurm) == (Gpu("cuda", "3"), Gpu("cuda", "GPU-5f2b"))
    assert gpus.gpus_of("cuda", ["", ""], {}) == (Gpu("cuda", "0"), Gpu("cuda", "1"))
    assert gpus.driver_order(slurm) == {}


DRIVER = """
#include <string.h>
int cuInit(unsigned flags) { return 0; }
int cuDeviceGetCount(int *count) { *count = 3; return 0; }
int cuDeviceGetPCIBusId(char *text, int size, int device) { strcpy(text, "0000:3B:00.0"); text[6] += device; return 0; }
"""


def test_the_driver_is_asked_in_another_process(tmp_path, monkeypatch):
    """The whole way from a driver's library to the environments; the library is a made-up one."""
    (tmp_path / "cuda.c").write_text(DRIVER)
    try:
        command = ["cc", "-shared", "-fPIC", "-o", tmp_path / "libcuda.so.1", tmp_path / "cuda.c"]
        subprocess.run(command, check=True, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("no C compiler")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    done = subprocess.run([sys.executable, "-m", "blender_synth.gpus"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["cuda"] == ["0000:3B:00.0", "0000:3C:00.0", "0000:3D:00.0"]
    monkeypatch.setattr(gpus, "_DEVICE_FILES", (str(tmp_path / "cuda.c"),))
    assert [gpu.visible for gpu in gpus.find_gpus()] == ["0", "1", "2"]
    made = slots(compose([]), 1000, Machine((0, 1), 2, gpus=gpus.find_gpus()))
    assert [slot.environment["CUDA_VISIBLE_DEVICES"] for slot in made] == ["0", "1", "2"] * 2


def test_without_device_files_no_driver_is_asked(monkeypatch):
    monkeypatch.setattr(gpus, "_DEVICE_FILES", ("/dev/no-such-device*",))
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: pytest.fail("a process was started"))
    assert gpus.find_gpus() == ()
    assert worker_slots.this_machine("auto").gpus == ()
    machine = worker_slots.this_machine("cpu")
    assert 1 <= machine.threads <= len(machine.cpus)
    assert machine.memory_mb > 100


def test_a_worker_gets_its_number_of_threads():
    from blender_synth.workers import worker_for

    settings = compose(["render.threads=7"])
    slot = slots(compose(["worker.count=4"]), 9, _machine(8))[1]
    assert worker_for(settings, [], slot)._process._setup["render"]["threads"] == 2
    assert worker_for(settings, [])._process._setup["render"]["threads"] == 7
