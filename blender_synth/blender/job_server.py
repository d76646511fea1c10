"""The child's side of `blender_process`: hands each job to a handler and sends back its answer.

The served module has a function `handlers(report)` that returns the handlers by the name of their job. A handler takes
the job's fields as keyword arguments and returns JSON values; an exception leaves the process usable. `report(name,
**fields)` sends an event to the parent at once, so that it arrives even if Blender crashes right after.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, Protocol

from blender_synth.errors import BlenderSynthError
from blender_synth.parent_death import end_with_parent

Handlers = Mapping[str, Callable[..., dict[str, Any]]]


class Report(Protocol):
    """Sends an event to the parent process."""

    def __call__(self, event: str, **fields: Any) -> None: ...


def ignore_events(event: str, **fields: Any) -> None:
    """A `Report` for scenes that are not built for a parent process."""


def serve(connection: Connection, handlers: Handlers) -> None:
    """Answer jobs until the connection closes."""
    while True:
        try:
            job = json.loads(connection.recv_bytes())
        except (EOFError, ConnectionError):
            return
        _send(connection, _outcome(partial(_do, handlers, **job)))


def _do(handlers: Handlers, do: str, **fields: Any) -> dict[str, Any]:
    return handlers[do](**fields)


def _outcome(do: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `do` returned or raised, as a message."""
    try:
        result = do()
        json.dumps(result)
        return {"outcome": "done", "result": result}
    except BlenderSynthError as error:
        return {"outcome": "error", "error": error.to_json()}
    except OSError as error:
        about = (error.errno, error.strerror or str(error), None if error.filename is None else str(error.filename))
        return {"outcome": "failed", "traceback": traceback.format_exc(), "os_error": about}
    except MemoryError:
        return {"outcome": "out_of_memory", "traceback": traceback.format_exc()}
    except Exception:
        return {"outcome": "failed", "traceback": traceback.format_exc()}


def _send(connection: Connection, message: dict[str, Any]) -> None:
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    connection.send_bytes(json.dumps({**message, "memory_mb": memory_mb}).encode())


def _load(module: str, report: Report) -> Handlers:
    """The handlers of a module.

    Raises:
        SystemLibraryError: Blender's module cannot be loaded.
    """
    try:
        loaded = importlib.import_module(module)
    except ImportError as error:
        if (error.name or "").startswith("blender_synth"):
            raise
        from blender_synth.blender.system_libraries import explain

        raise explain(error) from None
    return loaded.handlers(report)


def _limit_memory(limit_bytes: int) -> bool:
    """Limit the address space; whether the machine allows even less."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not limit_bytes:
        return False
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    lower = hard != resource.RLIM_INFINITY and hard < limit_bytes
    limit = hard if lower else limit_bytes
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    return lower


def _stay_on(cpus: str) -> None:
    """Run on these processors only (Linux); on all where they are not there any more."""
    if cpus and sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, {int(number) for number in cpus.split(",")})


def main(arguments: list[str]) -> None:
    """`python -m blender_synth.blender.job_server MODULE FD PARENT MEMORY_LIMIT CPUS`.

    FD is this process's end of the parent's socket pair, PARENT the parent's pid, MEMORY_LIMIT in bytes, 0 for none,
    CPUS the numbers of the processors that it may run on, with commas between them; empty: all.
    """
    module, descriptor, parent, limit_bytes, cpus = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    end_with_parent(int(parent))  # elsewhere it ends when the connection closes
    _stay_on(cpus)  # before Blender counts the processors
    handlers: Handlers = {}
    with Connection(int(descriptor)) as connection:

        def report(event: str, **fields: Any) -> None:
            connection.send_bytes(json.dumps({"event": event, **fields}).encode())

        def start() -> dict[str, Any]:
            nonlocal handlers
            lower = _limit_memory(int(limit_bytes))
            handlers = _load(module, report)
            return {"limited_by_machine": lower}

        _send(connection, _outcome(start))
        serve(connection, handlers)


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # Blender 4.5 may hang when its module is unloaded
