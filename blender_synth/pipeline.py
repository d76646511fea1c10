"""The stages in order: sample, probe until the acceptance criteria are met, render; then export."""

from __future__ import annotations

import math
import queue
import shlex
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import NoReturn

from tqdm import tqdm

from blender_synth.acceptance import sample_until_accepted
from blender_synth.blender_process import ProcessLost
from blender_synth.config import Identity
from blender_synth.errors import ItemError, RunError
from blender_synth.exporters import export_dataset
from blender_synth.frames.run_folder import RunFolder, disk_errors, find_runs
from blender_synth.packs.items import Pack
from blender_synth.packs.search import find_packs
from blender_synth.packs.skies import sky_of_packs
from blender_synth.settings import RunSettings
from blender_synth.workers import SceneRefused, Worker, worker_for
from blender_synth.world.sample import check_packs
from blender_synth.world.scene_spec import SceneSpec


def run(settings: RunSettings) -> int:
    """Render into `output`, then export it into `dataset`; returns the number of failed frames."""
    failed = render(settings, then_export=True)
    export(settings, runs=[str(settings.output)])
    return failed


def render(settings: RunSettings, then_export: bool = False) -> int:
    """Render what `output` still lacks; returns the number of failed frames.

    Raises:
        BlenderSynthError: nothing can be rendered at all (bad config, device, disk, folder).
    """
    packs = find_packs(settings.packs, settings.packs_on_error)
    check_packs(settings, packs)  # unknown names are reported before Blender starts
    for sky in settings.weather.sky_files():
        sky_of_packs(sky, packs)
    with RunFolder(settings.output).opened(settings.plain, Identity.of(settings).plain) as folder:
        missing = folder.missing(settings.frames)
        if missing:
            for item in (item for pack in packs for item in pack.broken):
                _leave_out(folder, item.pack, item.item, str(item.error))
        failed = _render_missing(settings, packs, folder, missing) if missing else 0
    done = settings.frames - len(folder.missing(settings.frames))
    print(f"{done} of {settings.frames} frames in {settings.output}", end="")
    print(f"; {failed} failed, see {settings.output / 'failures.jsonl'}" if failed else "")
    if not then_export:
        command = ["blender-synth", "export", f"runs={settings.output}", f"dataset={settings.dataset}"]
        print(f"next: {shlex.join(command)}")
    return failed


def export(settings: RunSettings, runs: list[str] | None = None) -> None:
    """Export the frames of `runs` (by default those of the settings) into `dataset`.

    Raises:
        BlenderSynthError: no frames, a damaged frame, or the dataset cannot be written.
    """
    patterns = runs or list(settings.runs)
    if not patterns:
        raise RunError("no runs are given", key="runs", value=[], hint="give run folders, e.g. runs=out/run")
    with disk_errors(settings.dataset):
        print(export_dataset(find_runs(patterns), settings.dataset, settings.exporter, settings.develop))
    print(f"next: look at {settings.dataset / 'images'}; annotations are in {settings.dataset / 'annotations'}")


def _render_missing(settings: RunSettings, packs: Sequence[Pack], folder: RunFolder, missing: list[int]) -> int:
    """Render the frames of these indices; returns the number of failed ones."""
    todo: queue.SimpleQueue[int] = queue.SimpleQueue()
    for index in missing:
        todo.put(index)
    failed: list[int] = []
    broken: set[tuple[str, str]] = set()
    fatal: list[BaseException] = []
    workers = [worker_for(settings, packs) for _ in range(min(settings.worker.count, len(missing)))]
    with tqdm(total=settings.frames, initial=settings.frames - len(missing), unit="frame", file=sys.stderr) as bar:
        bar.set_description("starting Blender")

        def work(worker: Worker) -> None:
            try:
                while not fatal:
                    index = todo.get_nowait()
                    if not _render_frame(settings, packs, broken, folder, worker, index, bar):
                        failed.append(index)
                    bar.update()
            except queue.Empty:
                pass
            except BaseException as error:
                fatal.append(error)
            finally:
                worker.stop()

        threads = [threading.Thread(target=work, args=(worker,), daemon=True) for worker in workers]
        try:
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads):
                time.sleep(0.05)
        except KeyboardInterrupt:
            fatal.append(KeyboardInterrupt())
            for worker in workers:
                worker.close()
            for thread in threads:
                thread.join()
            raise
    if fatal:
        raise fatal[0]
    return len(failed)


def _warnings(spec: SceneSpec) -> Iterator[str]:
    """What the user may want to change about a scene that is rendered all the same."""
    if len(spec.people) < spec.people_wanted:
        yield (
            f"only {len(spec.people)} of {spec.people_wanted} people fit in; "
            "lower pedestrians.count or pedestrians.density_per_m2"
        )
    nearest_m = min((math.dist(spec.camera.position_m, person.position_m) for person in spec.people), default=0.0)
    if nearest_m > spec.weather.mor_m and spec.scenery.layout().indoor_c is None:
        yield (
            f"visibility is {spec.weather.mor_m:.0f} m and the nearest person is {nearest_m:.0f} m away; "
            "raise weather.mor_m, or develop.mor_m at export, to see anybody"
        )


def _leave_out(folder: RunFolder, pack: str, item: str, error: str) -> None:
    folder.record_broken_item(f"{pack}/{item}", error)
    tqdm.write(f"left out: {error}", file=sys.stderr)


def _render_frame(
    settings: RunSettings,
    packs: Sequence[Pack],
    broken: set[tuple[str, str]],
    folder: RunFolder,
    worker: Worker,
    index: int,
    bar: tqdm[NoReturn],
) -> bool:
    """Render one frame, with a fresh worker if the first is lost; False (and a line in failures.jsonl) if that fails.

    Args:
        broken: (pack, item) of items that are left out; those that turn out to be unusable are added.

    Raises:
        ItemError: an item of an asset pack cannot be used, and `packs_on_error` is `stop`.
    """
    limits = settings.worker
    attempt = 0
    while attempt < limits.tries:
        try:
            if worker.frames >= limits.frames_per_worker or 0 < limits.max_memory_mb < worker.memory_mb:
                worker.stop()
            worker.start()
            bar.set_description(worker.device)
            with disk_errors(folder.path):
                candidate = sample_until_accepted(settings, packs, worker, index, broken)
                if not candidate.satisfied and settings.accept.on_shortfall == "fail":
                    raise SceneRefused(f"the acceptance criteria were not met: {candidate.shortfall}")
                for warning in _warnings(candidate.spec):
                    tqdm.write(f"frame {index}: {warning}", file=sys.stderr)
                worker.render(str(folder.frame_path(index).absolute()))
            return True
        except ItemError as error:
            if settings.packs_on_error == "stop":
                raise
            if (error.pack, error.item) not in broken:
                broken.add((error.pack, error.item))
                _leave_out(folder, error.pack, error.item, str(error))
        except SceneRefused as refused:
            folder.record_failure(index, str(refused))
            tqdm.write(f"frame {index} failed: {str(refused).strip().splitlines()[-1]}", file=sys.stderr)
            return False
        except ProcessLost as lost:
            tqdm.write(f"frame {index}: {lost}", file=sys.stderr)
            attempt += 1
            if attempt == limits.tries:
                folder.record_failure(index, lost.details)
    return False
