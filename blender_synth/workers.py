"""Render workers as the pipeline sees them: the processes of `blender.worker`. Never imports bpy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from blender_synth.acceptance import SeenPerson
from blender_synth.blender_process import BlenderProcess, JobFailed, ProcessLost
from blender_synth.errors import AssetError, BlenderSynthError, ItemError
from blender_synth.packs.items import Pack
from blender_synth.settings import RunSettings
from blender_synth.worker_slots import WHOLE_MACHINE, Slot

MODULE = "blender_synth.blender.worker"


class SceneRefused(Exception):
    """The worker is usable but could not do this scene."""


class Worker:
    """One render worker, started at the first scene and again whenever it was lost.

    Args:
        setup: `render` settings, `packs` and `scene_folder` (see `blender.worker`).
        timeout_s: longest wait for one answer. slot: its part of the machine.

    Attributes:
        frames: rendered since the process was started. spent: seconds by stage of all scenes so far.
    """

    def __init__(self, setup: dict[str, Any], timeout_s: float, module: str = MODULE, slot: Slot = WHOLE_MACHINE):
        self._process = BlenderProcess(
            module,
            timeout_s,
            timeout_key="worker.timeout_s",
            setup=setup,
            environment=slot.environment,
            cpus=slot.cpus,
        )
        self.slot = slot
        self.frames = 0
        self.spent: dict[str, float] = {}

    @property
    def device(self) -> str:
        """The device that renders, once the worker was started."""
        return self._process.greeting.get("device", "")

    @property
    def blender(self) -> str:
        """Blender's version, once the worker was started."""
        return self._process.greeting.get("blender", "")

    @property
    def memory_mb(self) -> int:
        """Largest resident size of the process."""
        return self._process.memory_mb

    @property
    def pid(self) -> int:
        """Of the running process; 0 if none runs."""
        return self._process.pid

    def start(self) -> None:
        """Start the process if none runs.

        Raises:
            BlenderSynthError: Blender cannot be loaded, or the device is missing. ProcessLost: it died.
            SceneRefused: it could not be set up otherwise.
        """
        if not self._process.running:
            self.frames = 0
        try:
            self._process.start()
        except JobFailed as failed:
            raise SceneRefused(failed.details) from None

    def probe(self, spec_json: bytes) -> list[SeenPerson]:
        """Build a spec and render its labels; returns who is seen (see `blender.instance_table.seen_people`)."""
        self.start()
        answer = self._ask("probe", spec=spec_json.decode())
        self._add(answer.get("seconds", {}))
        return answer["seen"]

    def render(self, folder: str, shortfall: str = "") -> dict[str, float]:
        """Render the picture of the spec last probed and write the frame; returns seconds per stage.

        Args:
            shortfall: what the frame misses of the acceptance criteria, in words.
        """
        seconds = self._ask("render", folder=folder, shortfall=shortfall)["seconds"]
        self.frames += 1
        self._add({stage: seconds[stage] for stage in ("picture", "files") if stage in seconds})
        return seconds

    def _add(self, seconds: Mapping[str, float]) -> None:
        for stage, value in seconds.items():
            self.spent[stage] = self.spent.get(stage, 0.0) + value

    def stop(self) -> None:
        """End the process, whatever it does; the next scene starts a fresh one."""
        self._process.stop()

    def close(self) -> None:
        """End the process for good; may be called from another thread than the one that waits for an answer."""
        self._process.close()

    def _ask(self, job: str, **arguments: str) -> dict[str, Any]:
        """The answer to one job.

        Raises:
            ItemError: an item of a pack cannot be used in any scene. SceneRefused: this scene cannot be rendered.
            OSError: the disk. ProcessLost: the process died or took too long over something else than an item.
        """
        try:
            return self._process.ask(job, **arguments)
        except ProcessLost as lost:
            if lost.opening is None:
                raise
            error = AssetError(f"{lost} while it read the item's file", hint="export it again, smaller or simpler")
            raise ItemError.of(error, *lost.opening) from None
        except JobFailed as failed:
            if failed.os_error is not None:
                raise failed.os_error from None
            raise SceneRefused(failed.details) from None
        except ItemError:
            raise
        except BlenderSynthError as error:
            raise SceneRefused(str(error)) from None


def worker_for(settings: RunSettings, packs: Iterable[Pack], slot: Slot = WHOLE_MACHINE) -> Worker:
    """A worker for the scenes of a run; its process starts with the first of them.

    Args:
        slot: the worker's part of the machine; by default all of it.
    """
    return Worker(worker_setup(settings, packs, slot), settings.worker.timeout_s, slot=slot)


def worker_setup(settings: RunSettings, packs: Iterable[Pack], slot: Slot = WHOLE_MACHINE) -> dict[str, Any]:
    """What a process that builds scenes of a run gets first."""
    return {
        "render": asdict(settings.render) | {"threads": slot.threads or settings.render.threads},
        "packs": {pack.name: _pack_entry(pack) for pack in packs},
        "scene_folder": settings.scenery.folder,
    }


def _pack_entry(pack: Pack) -> dict[str, str]:
    """What a worker needs to know about an asset pack."""
    credit = {"name": pack.name, "licence": pack.licence, "author": pack.author, "source": pack.source}
    return {"folder": str(pack.folder), "kind": pack.kind, **credit}
