"""The parent's side of the workers: starts them, talks to them, survives them. Never imports bpy."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from multiprocessing.connection import Connection
from typing import Any

from blender_synth import errors
from blender_synth.errors import BlenderSynthError
from blender_synth.packs.pack import Pack
from blender_synth.packs.problems import OPENED, OPENING
from blender_synth.settings import RunSettings


class WorkerLost(Exception):
    """The worker died or ran out of time; a fresh one may do better."""


class WorkerClosed(Exception):
    """The run is being stopped; no worker is wanted any more."""


class SceneRefused(Exception):
    """The worker is well but could not do this scene (a damaged asset, say)."""


class ItemBroken(Exception):
    """The worker is well, but an item of an asset pack (`pack`, `item`) cannot be used in any scene."""

    def __init__(self, error: str, pack: str, item: str):
        super().__init__(error)
        self.pack, self.item = pack, item


def worker_environment() -> dict[str, str]:
    """What a process that builds people runs under.

    One thread for the matrix products: their sums, and so vertices, then do not depend on the number of cores. Freed
    arrays stay with the process instead of going back to the system and being cleared again, which saves some of the
    time that people take (glibc; ignored elsewhere). What the user has set is kept.
    """
    wanted = {
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_MMAP_THRESHOLD_": str(2**28),
        "MALLOC_TRIM_THRESHOLD_": str(2**30),
    }
    return wanted | os.environ


class Worker:
    """One worker process, started at the first message and again whenever it was lost.

    Args:
        setup: what every fresh process is told first: `render` settings and `packs`.
        timeout_s: longest wait for one answer.
    """

    def __init__(self, setup: dict[str, Any], timeout_s: float):
        self._setup, self._timeout_s = setup, timeout_s
        self._process: subprocess.Popen | None = None
        self._connection: Connection | None = None
        self._closed = False
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the worker
        fcntl.fcntl(self._log, fcntl.F_SETFL, os.O_APPEND)
        self.device = self.blender = ""
        self.frames = 0
        self.memory_mb = 0

    def start(self) -> None:
        """Start the process if none runs.

        Raises:
            BlenderSynthError: Blender cannot be loaded, or the device is not there.
        """
        if self._closed:
            raise WorkerClosed
        if self._process is not None:
            return
        ours, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "blender_synth.blender.worker", str(theirs.fileno()), str(os.getpid())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=self._log,  # Blender prints a line for every render
            stderr=self._log,
            start_new_session=True,
            env=worker_environment(),
        )
        theirs.close()
        self._connection = Connection(ours.detach())
        self.frames = 0
        answer = self._exchange({"do": "setup", **self._setup})
        self.device, self.blender = answer["device"], answer["blender"]

    def probe(self, spec_json: bytes) -> list[dict[str, Any]]:
        """Build a spec and render its labels; returns who is seen (see `blender.record.seen_people`)."""
        self.start()
        self._log.truncate(0)
        return self._exchange({"do": "probe", "spec": spec_json.decode()})["seen"]

    def render(self, folder: str) -> dict[str, float]:
        """Render the picture of the spec last probed and write the frame; returns seconds per stage."""
        seconds = self._exchange({"do": "render", "folder": folder})["seconds"]
        self.frames += 1
        return seconds

    def stop(self) -> None:
        """End the process, whatever it is doing; the next message starts a fresh one."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        """End the process for good; may be called from another thread than the one that waits for an answer."""
        self._closed = True
        self.stop()

    def _exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        process = self._process
        try:
            self._connection.send_bytes(json.dumps(message).encode())
            if not self._connection.poll(self._timeout_s):
                self.stop()
                self._blame_item(f"Blender took longer than worker.timeout_s={self._timeout_s:g}")
                raise WorkerLost(f"no answer within worker.timeout_s={self._timeout_s:g}; the worker was stopped")
            answer = json.loads(self._connection.recv_bytes())
        except (EOFError, OSError):
            if self._closed:
                raise WorkerClosed from None
            self.stop()
            self._blame_item(f"Blender died ({_status(process.wait())})")
            raise WorkerLost(
                f"the worker died ({_status(process.wait())}); its last words:\n{self._last_words()}"
            ) from None
        if answer["ok"]:
            self.memory_mb = answer["memory_mb"]
            return answer
        if answer["type"] == "OSError":
            raise OSError(answer["errno"], answer["error"])
        if answer["type"] == "defect":
            raise SceneRefused(answer["error"])
        if answer["type"] == "ItemError":
            raise ItemBroken(answer["error"], *answer["item"])
        family = getattr(errors, answer["type"], BlenderSynthError)
        error = family(answer["error"])
        if message["do"] == "setup":
            self.stop()
            raise error
        raise SceneRefused(str(error))

    def _blame_item(self, what: str) -> None:
        """Tell which item's file Blender was reading when it was lost.

        Raises:
            ItemBroken: it was reading one.
        """
        words = self._last_words()
        opening = words.rfind(OPENING)
        if opening > words.rfind(OPENED):
            pack, _, item = words[opening + len(OPENING) :].splitlines()[0].partition("/")
            raise ItemBroken(f"{pack}/{item}: {what} over its file\n  fix:   export it again", pack, item)

    def _last_words(self) -> str:
        self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, self._log.tell() - 2000))
        return self._log.read().decode(errors="replace")


def worker_for(settings: RunSettings, packs: Iterable[Pack]) -> Worker:
    """A worker for the scenes of a run; its process starts with the first of them."""
    setup = {
        "render": asdict(settings.render),
        "packs": {pack.name: _pack_entry(pack) for pack in packs},
        "scene_folder": getattr(settings.scenery, "folder", ""),
    }
    return Worker(setup, settings.worker.timeout_s)


def _pack_entry(pack: Pack) -> dict[str, str]:
    """What a worker needs to know of an asset pack."""
    credit = {"name": pack.name, "licence": pack.licence, "author": pack.author, "source": pack.source}
    return {"folder": str(pack.folder), "kind": pack.kind, **credit}


def _status(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
