"""The GPUs of this machine, counted without Blender.

`python -m blender_synth.gpus` asks the drivers' libraries and prints JSON. `find_gpus` runs it in a child process,
since these libraries start threads and keep memory in the process that loads them.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from glob import glob
from pathlib import Path

from blender_synth.safe_path import PACKAGE_PARENT

VISIBLE = {"cuda": "CUDA_VISIBLE_DEVICES", "hip": "HIP_VISIBLE_DEVICES", "oneapi": "ZE_AFFINITY_MASK"}
"""The variable that limits which GPUs a process sees, by the kind of its driver."""
_DEVICE_FILES = ("/dev/nvidia[0-9]*", "/dev/nvidiactl", "/dev/dxg", "/dev/kfd", "/dev/dri/renderD*")
_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Gpu:
    """One GPU that this process sees.

    Attributes:
        kind: of its driver, a key of `VISIBLE`. visible: what selects it alone in the variable of that kind.
        node: NUMA node next to it; -1 where it is not known.
    """

    kind: str
    visible: str
    node: int = -1


def find_gpus() -> tuple[Gpu, ...]:
    """The GPUs of the kind that Cycles prefers (NVIDIA, AMD, Intel); none where there are none, or on macOS."""
    if sys.platform == "darwin" or not any(glob(pattern) for pattern in _DEVICE_FILES):
        return ()
    path = os.pathsep.join(filter(None, (PACKAGE_PARENT, os.environ.get("PYTHONPATH"))))
    environment = os.environ | driver_order(os.environ) | {"PYTHONPATH": path}
    command = [sys.executable, "-P", "-m", "blender_synth.gpus"]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_TIMEOUT_S)
        counted: dict[str, list[str]] = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ()
    kind = next((kind for kind in VISIBLE if counted.get(kind)), "")
    return gpus_of(kind, counted[kind], os.environ) if kind else ()


def gpus_of(kind: str, pci: list[str], environment: Mapping[str, str]) -> tuple[Gpu, ...]:
    """GPUs as a driver lists them. `pci`: bus id of each, or empty. `environment`: that they were counted in."""
    given = [entry.strip() for entry in environment.get(VISIBLE[kind], "").split(",") if entry.strip()]
    names = given if len(given) >= len(pci) else [str(number) for number in range(len(pci))]
    return tuple(Gpu(kind, name, _node_of(bus)) for name, bus in zip(names, pci, strict=False))


def driver_order(environment: Mapping[str, str]) -> dict[str, str]:
    """Variables that make CUDA count as `nvidia-smi` does, unless the user has chosen devices by another order."""
    chosen = "CUDA_VISIBLE_DEVICES" in environment or "CUDA_DEVICE_ORDER" in environment
    return {} if chosen else {"CUDA_DEVICE_ORDER": "PCI_BUS_ID"}


def _node_of(bus: str) -> int:
    try:
        return int(Path(f"/sys/bus/pci/devices/{bus.lower()}/numa_node").read_text())
    except (OSError, ValueError):
        return -1


def _cuda() -> list[str]:
    driver = ctypes.CDLL("libcuda.so.1" if sys.platform != "win32" else "nvcuda.dll")
    return _by_bus(driver.cuInit, driver.cuDeviceGetCount, driver.cuDeviceGetPCIBusId)


def _hip() -> list[str]:
    for name in ("libamdhip64.so", "libamdhip64.so.6", "libamdhip64.so.5"):
        try:
            driver = ctypes.CDLL(name)
        except OSError:
            continue
        return _by_bus(driver.hipInit, driver.hipGetDeviceCount, driver.hipDeviceGetPCIBusId)
    return []


def _by_bus(start: Callable[..., int], count_into: Callable[..., int], bus_into: Callable[..., int]) -> list[str]:
    """Bus ids of the devices; the functions are those of CUDA's driver, or HIP's of the same arguments."""
    count, found = ctypes.c_int(0), []
    if start(0) or count_into(ctypes.byref(count)):
        return []
    for number in range(count.value):
        text = ctypes.create_string_buffer(32)
        found.append("" if bus_into(text, 32, number) else text.value.decode())
    return found


def _oneapi() -> list[str]:
    """One empty bus id for each GPU that Level Zero lists."""
    driver = ctypes.CDLL("libze_loader.so.1")
    drivers, devices = ctypes.c_uint32(0), 0
    if driver.zeInit(1) or driver.zeDriverGet(ctypes.byref(drivers), None):
        return []
    handles = (ctypes.c_void_p * drivers.value)()
    driver.zeDriverGet(ctypes.byref(drivers), handles)
    for handle in handles:
        count = ctypes.c_uint32(0)
        if not driver.zeDeviceGet(ctypes.c_void_p(handle), ctypes.byref(count), None):
            devices += count.value
    return [""] * devices


def _counted() -> dict[str, list[str]]:
    found = {}
    for kind, listing in (("cuda", _cuda), ("hip", _hip), ("oneapi", _oneapi)):
        try:
            found[kind] = listing()
        except (OSError, AttributeError):
            found[kind] = []
    return found


if __name__ == "__main__":
    print(json.dumps(_counted()))
