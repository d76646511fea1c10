"""Blender as a child process: one client for rendering, describing, converting and previewing. Never imports bpy.

`blender.job_server` is the other side. Messages are JSON over a socket pair: the parent sends `{"do": job, ...}`; the
child sends any number of events (`{"event": name, ...}`), then one answer. What Blender prints goes to a log.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any

from blender_synth.cache import SCRATCH_ENVIRONMENT, scratch_folder
from blender_synth.errors import error_from_json
from blender_synth.safe_path import PACKAGE_PARENT, absolute_entries

_LOG_TAIL_BYTES = 2000
_START_BYTES = 2**31
"""Of address space that Blender needs to start on any machine."""


class JobError(Exception):
    """A job got no result, for a reason other than a `BlenderSynthError`; its text is one line.

    Attributes:
        details: the text with a traceback or the last lines of the log.
    """

    def __init__(self, text: str, details: str = ""):
        super().__init__(text)
        self.details = details or text


class JobFailed(JobError):
    """The handler raised an unexpected exception; the process is still usable.

    Attributes:
        os_error: that exception, if it was an `OSError`.
    """

    os_error: OSError | None = None


class JobOutOfMemory(JobFailed):
    """The handler ran out of memory; the process is still usable."""


class ProcessLost(JobError):
    """The process died or was stopped because it took too long; the next job gets a fresh one.

    Attributes:
        starting: whether it never became ready. opening: (pack, item) whose file it was reading, if any.
        out_of_time: the system ended it because it took more processor time than its limit.
    """

    out_of_time = False

    def __init__(self, text: str, log: str, starting: bool, opening: tuple[str, str] | None):
        super().__init__(text, f"{text}; last lines of its log:\n{log}" if log else text)
        self.last_line = log.splitlines()[-1] if log else ""
        self.starting, self.opening = starting, opening


class ProcessClosed(Exception):
    """`close` was called; no process is wanted any more."""


class BlenderProcess:
    """A child process that answers jobs, started at the first one and again whenever it was lost; a context manager.

    Args:
        module: with a function `handlers` (see `blender.job_server`).
        timeout_s: longest wait for one answer. timeout_key: config key that sets it, for messages.
        setup: arguments of the job `setup`, which every fresh process gets first; its answer is kept in `greeting`.
        memory_limit_bytes: of address space for the process; 0: no limit. A lower limit of the machine stays.
        on_event: called with every event that the process sends, but for `opening` and `opened`.
        environment: variables of the process, in addition to those of `child_environment`.
        cpus: numbers of the processors that it may run on; empty: all.

    Attributes:
        memory_mb: largest resident size so far. limited_by_machine: the machine allows less than `memory_limit_bytes`.
    """

    def __init__(
        self,
        module: str,
        timeout_s: float,
        *,
        timeout_key: str = "",
        setup: Mapping[str, Any] | None = None,
        memory_limit_bytes: int = 0,
        on_event: Callable[[dict[str, Any]], object] = lambda event: None,
        environment: Mapping[str, str] | None = None,
        cpus: Sequence[int] = (),
    ):
        self._environment, self._cpus = dict(environment or {}), ",".join(map(str, cpus))
        self._module, self._timeout_s, self._setup, self._on_event = module, timeout_s, setup, on_event
        self._timeout_key, self._memory_limit_bytes = timeout_key, memory_limit_bytes
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._folder: Path | None = None
        self._lock = threading.Lock()  # of the three above: `close` comes from another thread
        self._closed = False
        self._opening: tuple[str, str] | None = None
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as this object
        fcntl.fcntl(self._log, fcntl.F_SETFL, os.O_APPEND)
        self.greeting: dict[str, Any] = {}
        self.memory_mb = 0
        self.limited_by_machine = False

    @property
    def running(self) -> bool:
        """Whether a process was started and not stopped since."""
        return self._process is not None

    @property
    def pid(self) -> int:
        """Of the running process; 0 if none runs."""
        return self._process.pid if self._process is not None else 0

    def start(self) -> None:
        """Start the process if none runs, and wait until it is ready and set up.

        Raises:
            BlenderSynthError: Blender cannot be loaded, or the setup failed. ProcessLost: it died before.
        """
        if self._closed:
            raise ProcessClosed
        if self._process is not None:
            return
        self._launch()
        try:
            limits = self._receive(starting=True)
            self.limited_by_machine = limits["limited_by_machine"]
            if self._setup is not None:
                self.greeting = self._exchange({"do": "setup", **self._setup}, starting=True)
        except BaseException:
            self.stop()
            raise

    def ask(self, job: str, **arguments: Any) -> dict[str, Any]:
        """The answer to one job.

        Raises:
            BlenderSynthError: raised by the handler. JobFailed: the handler failed otherwise.
            ProcessLost: no answer; the next job gets a fresh process. ProcessClosed: `close` was called.
        """
        self.start()
        self._opening = None
        self._log.truncate(0)
        return self._exchange({"do": job, **arguments})

    def stop(self) -> None:
        """End the process and its children, whatever they do, and remove their temporary files."""
        with self._lock:
            process, folder = self._process, self._folder
            self._process = self._folder = None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """End the process for good; may be called from another thread than the one that waits for an answer."""
        self._closed = True
        self.stop()

    def __enter__(self) -> BlenderProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _launch(self) -> None:
        ours, theirs = socket.socketpair()
        folder = Path(tempfile.mkdtemp(prefix="blender-", dir=scratch_folder()))
        command = [sys.executable, "-P", "-m", "blender_synth.blender.job_server", self._module]
        process = subprocess.Popen(
            [*command, str(theirs.fileno()), str(os.getpid()), str(self._memory_limit_bytes), self._cpus],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=self._log,  # Blender prints a line for every render
            stderr=self._log,
            start_new_session=True,
            env=child_environment() | self._environment | self._own_environment(folder),
        )
        theirs.close()
        _, machine_bytes = resource.getrlimit(resource.RLIMIT_AS)
        wanted_bytes = self._memory_limit_bytes or _START_BYTES
        self.limited_by_machine = machine_bytes != resource.RLIM_INFINITY and machine_bytes < wanted_bytes
        with self._lock:
            self._process, self._folder = process, folder
            self._connection = Connection(ours.detach())
        self._opening = None

    def _own_environment(self, folder: Path) -> dict[str, str]:
        environment = dict.fromkeys(("TMPDIR", "TEMP", "TMP", SCRATCH_ENVIRONMENT), str(folder))
        if self._memory_limit_bytes:
            environment["MALLOC_ARENA_MAX"] = "2"  # less address space on many cores
        return environment

    def _exchange(self, message: dict[str, Any], starting: bool = False) -> dict[str, Any]:
        connection = self._connection
        if connection is None or self._closed:
            raise ProcessClosed
        try:
            connection.send_bytes(json.dumps(message).encode())
        except OSError:
            raise self._death(starting) from None
        return self._receive(starting)

    def _receive(self, starting: bool = False) -> dict[str, Any]:
        """The next answer; events before it are handled."""
        connection, deadline = self._connection, time.monotonic() + self._timeout_s
        assert connection is not None
        try:
            while True:
                if not connection.poll(max(0.0, deadline - time.monotonic())):
                    key = f" ({self._timeout_key})" if self._timeout_key else ""
                    raise self._lost(f"Blender took longer than {self._timeout_s:g} s{key} and was stopped", starting)
                answer = json.loads(connection.recv_bytes())
                if "event" not in answer:
                    break
                self._note(answer)
        except (EOFError, ConnectionError):
            raise self._death(starting) from None
        return self._result(answer)

    def _note(self, event: dict[str, Any]) -> None:
        if event["event"] == "opening":
            self._opening = (event["pack"], event["item"])
        elif event["event"] == "opened":
            self._opening = None
        else:
            self._on_event(event)

    def _result(self, answer: dict[str, Any]) -> dict[str, Any]:
        self.memory_mb = answer["memory_mb"]
        outcome = answer["outcome"]
        if outcome == "done":
            return answer["result"]
        if outcome == "error":
            raise error_from_json(answer["error"])
        last_line = answer["traceback"].strip().splitlines()[-1]
        failure = (JobOutOfMemory if outcome == "out_of_memory" else JobFailed)(
            f"Blender failed: {last_line}", answer["traceback"]
        )
        if "os_error" in answer:
            failure.os_error = OSError(*answer["os_error"])
        raise failure

    def _death(self, starting: bool) -> Exception:
        """The error for a process that is gone."""
        process = self._process
        if self._closed or process is None:
            return ProcessClosed()
        self.stop()
        text = f"Blender {'did not start' if starting else 'crashed'} ({_status(process)})"
        if self.limited_by_machine:
            text += "; it may need more memory than this machine allows one process (ulimit -v)"
        lost = self._lost(text, starting)
        lost.out_of_time = process.returncode == -signal.SIGXCPU
        return lost

    def _lost(self, text: str, starting: bool) -> ProcessLost:
        self.stop()
        return ProcessLost(text, self._log_tail(), starting, self._opening)

    def _log_tail(self) -> str:
        self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, self._log.tell() - _LOG_TAIL_BYTES))
        return self._log.read().decode(errors="replace").strip()


def child_environment() -> dict[str, str]:
    """Environment variables of a process that runs Blender.

    One thread for the matrix products: their sums, and so vertices, then do not depend on the number of cores. Freed
    arrays stay with the process instead of going back to the system and being cleared again, which saves some of the
    time that people take (glibc; ignored elsewhere). What the user has set is kept. The package is found as it is
    here; nothing is imported from the working directory.
    """
    defaults = {
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_MMAP_THRESHOLD_": str(2**28),
        "MALLOC_TRIM_THRESHOLD_": str(2**30),
    }
    paths = absolute_entries(os.environ.get("PYTHONPATH", ""))
    found_on = sys.path if sys.flags.safe_path else sys.path[1:]  # the first entry is a script's or working directory
    if PACKAGE_PARENT not in {*found_on, *paths}:
        paths.append(PACKAGE_PARENT)
    return defaults | os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONSAFEPATH": "1"}


def _status(process: subprocess.Popen[bytes]) -> str:
    status = process.wait()
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
