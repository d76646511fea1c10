"""Blender in processes of its own, as it is for frames."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
from typing import Any

from blender_synth.blender_process import worker_environment
from blender_synth.errors import AssetError, BlenderSynthError


class Lost(Exception):
    """The process died or took too long over a job."""


class Answering:
    """A process of `blender.answering`, started at the first job and again whenever it was lost; a context manager.

    Args:
        module: of `blender_synth.blender`. timeout_s: longest wait for one answer.
    """

    def __init__(self, module: str, timeout_s: float):
        self._module, self._timeout_s = module, timeout_s
        self._process: subprocess.Popen | None = None

    def ask(self, job: dict[str, Any]) -> dict[str, Any]:
        """The answer to one job.

        Raises:
            Lost: no answer; the next job gets a fresh process. AssetError: it cannot be done.
        """
        self._start()
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(job).encode() + b"\n")
            self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], self._timeout_s)[0]:
            self.stop()
            raise Lost(f"Blender took longer than {self._timeout_s:g} s over it and was stopped")
        line = self._process.stdout.readline()
        if not line:
            status = self._process.wait()
            self.stop()
            died = f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
            raise Lost(f"Blender crashed over it ({died})")
        answer = json.loads(line)
        if answer["ok"]:
            return answer
        if answer["defect"]:
            raise Lost(f"Blender failed over it: {answer['error'].strip().splitlines()[-1]}")
        value = {} if answer["value"] is None else {"value": answer["value"]}
        raise AssetError(answer["problem"], file=answer["file"], key=answer["key"], hint=answer["hint"], **value)

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        with contextlib.suppress(BrokenPipeError):  # what it no longer read
            process.stdin.close()
        process.stdout.close()

    def __enter__(self) -> Answering:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start(self) -> None:
        if self._process is None:
            command, environment = _command(self._module)
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )


def run_blender(module: str, *arguments: str, failed: str) -> None:
    """Run a module of `blender_synth.blender` to its end; what it says goes to the terminal.

    Raises:
        BlenderSynthError: `failed`, when it ends with another status than 0.
    """
    command, environment = _command(module, *arguments)
    if subprocess.run(command, env=environment).returncode:
        raise BlenderSynthError(failed, hint="see the message above")


def _command(module: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    return [sys.executable, "-m", f"blender_synth.blender.{module}", *arguments], worker_environment()
