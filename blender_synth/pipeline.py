"""The stages in order: sample, probe until the acceptance criteria are met, render; then export."""

from __future__ import annotations

import math
import os
import queue
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from blender_synth import plugins
from blender_synth.acceptance import AcceptedViews, sample_until_accepted
from blender_synth.blender_process import ProcessLost
from blender_synth.config import Identity
from blender_synth.criteria import check_sizes
from blender_synth.errors import ItemError, RunError
from blender_synth.exporters import check_dataset_target, export_dataset
from blender_synth.exporters.ahead import Ahead, taken_from
from blender_synth.frame_numbers import Frames
from blender_synth.frames.run_folder import RunFolder, check_output, disk_errors, find_runs
from blender_synth.packs.items import Pack
from blender_synth.packs.search import find_packs
from blender_synth.packs.skies import sky_of_packs
from blender_synth.progress import print_line
from blender_synth.quoting import shell_command, text_override
from blender_synth.run_state import RunProgress
from blender_synth.settings import RunSettings
from blender_synth.worker_slots import slots
from blender_synth.workers import SceneRefused, Worker, worker_for
from blender_synth.world.sample import check_packs
from blender_synth.world.scene_spec import SceneSpec


def run(settings: RunSettings) -> int:
    """Render into `output`, then export it into `dataset`; returns the number of failed frames."""
    with Ahead(settings.output, settings.exporter, settings.develop) as ahead:
        failed = render(settings, then_export=True, ahead=ahead)
        with taken_from(ahead):
            export(settings, runs=[str(settings.output)])
    return failed


def render(
    settings: RunSettings, then_export: bool = False, announce_next: bool = True, ahead: Ahead | None = None
) -> int:
    """Render what `output` still lacks; returns the number of failed frames.

    Args:
        then_export: whether an export into `dataset` follows, which is then checked before the first frame.
        announce_next: whether to print the command that exports the run. ahead: gets every frame that is there.

    Raises:
        BlenderSynthError: nothing can be rendered at all (bad config, device, disk, folder).
    """
    packs = find_packs(settings.packs, settings.packs_on_error)
    check_sizes(settings)
    check_packs(settings, packs)  # unknown names are reported before Blender starts
    for sky in settings.weather.sky_files():
        sky_of_packs(sky, packs)
    check_output(settings.output)
    if then_export:
        check_target(settings)
    identity, command = Identity.of(settings).plain, render_command(settings)
    with RunFolder(settings.output).opened(settings.plain, identity, command) as folder:
        missing = folder.missing(settings.frames)
        if missing:
            _check_space(settings, len(missing))
            for item in (item for pack in packs for item in pack.broken):
                _leave_out(folder, item.pack, item.item, str(item.error))
        if ahead is not None:
            ahead.expect([folder.frame_path(index).name for index in settings.frames], len(missing))
        try:
            failed = _render_missing(settings, packs, folder, missing, ahead) if missing else 0
        finally:
            with disk_errors(folder.path):
                folder.settle_failures()
        unmet = _unmet(folder, settings.frames)
    done = len(settings.frames) - len(folder.missing(settings.frames))
    print(f"{done} of {len(settings.frames)} frames in {settings.output}", end="")
    print(f"; {failed} failed, see {settings.output / 'failures.jsonl'}" if failed else "")
    if unmet:
        print(
            f"{len(unmet)} of them do not meet the acceptance criteria (first: frame {unmet[0][0]}, {unmet[0][1]}); "
            "they are marked in frame.json and in the dataset; accept.max_attempts and accept.on_shortfall decide"
        )
    if announce_next and not then_export:
        folders = (settings.output, settings.dataset)
        run, dataset = (folder.parent if settings.shard else folder for folder in folders)  # of all shards together
        words = [text_override("runs", str(run)), text_override("dataset", str(dataset))]
        print(f"next: {shell_command(['blender-synth', 'export', *words])}")
    return failed


def check_target(settings: RunSettings) -> None:
    """Check whether `output` can be exported into `dataset`, as far as this is known before there are frames.

    Raises:
        RunError: the dataset folder cannot be used.
    """
    with disk_errors(settings.dataset, "dataset"):
        check_dataset_target(settings.dataset, [settings.output])


def export(settings: RunSettings, runs: list[str] | None = None, announce_next: bool = True) -> None:
    """Export the frames of `runs` (by default those of the settings) into `dataset`.

    Args:
        runs: run folders. announce_next: whether to print where to read on.

    Raises:
        BlenderSynthError: no frames, a damaged frame, or the dataset cannot be written.
    """
    if runs is None and not settings.runs:
        raise RunError("no runs are given", key="runs", value=[], hint="give run folders, e.g. runs=out/run")
    found = find_runs(settings.runs) if runs is None else [Path(run) for run in runs]
    with disk_errors(settings.dataset, "dataset"):
        print(export_dataset(found, settings.dataset, settings.exporter, settings.develop))
    if announce_next:
        print(f"next: look at {settings.dataset}; .docs/formats.md says how to read it")


def render_command(settings: RunSettings) -> str:
    """A shell command that renders the same run, into a folder of the same name."""
    words = _render_words(settings, ("output", "dataset", "runs"))
    folder = settings.output.parent if settings.shard else settings.output
    return shell_command([*words, text_override("output", folder.name)], "utf-8")


def reproduce_command(settings: RunSettings, index: int) -> str:
    """A shell command that renders one frame alone, into a new folder next to `output`."""
    output = settings.output.absolute()
    words = _render_words(settings, _ONLY_WHERE)
    words += [f"frames=[{index},{index + 1}]", text_override("output", f"{output}-frame-{index}")]
    return f"cd {shell_command([os.getcwd()], 'utf-8')} && {shell_command(words, 'utf-8')}"


def _render_words(settings: RunSettings, left_out: Sequence[str]) -> list[str]:
    """The words of a `render` command with the same overrides but for some keys."""
    words = ["blender-synth", "render"]
    for folder in settings.config_folders:
        words += ["--config-dir", os.path.abspath(folder)]
    words += [word for word in settings.overrides if word.lstrip("+").partition("=")[0] not in left_out]
    if folders := os.environ.get(plugins.ENVIRONMENT):
        words = ["env", f"{plugins.ENVIRONMENT}={folders}", *words]
    return words


_ONLY_WHERE = ("frames", "shards", "shard", "output", "dataset", "runs")
"""Keys of which a frame alone has other values."""
_LEAST_BYTES_PER_PX = 4
"""Of a raw frame on disk, estimated low: eight frames of at least 150,000 pixels took 9.8 to 13.1."""


def _check_space(settings: RunSettings, frames: int) -> None:
    """Refuse a run that cannot fit on the disk.

    Raises:
        RunError: there is less space than the frames need at least.
    """
    with disk_errors(settings.output, "output"):
        free = shutil.disk_usage(settings.output).free
    needed = frames * settings.render.width_px * settings.render.height_px * _LEAST_BYTES_PER_PX
    if needed > free:
        raise RunError(
            f"{frames} frames need at least {needed / 2**30:.1f} GB, and {free / 2**30:.1f} GB are free",
            file=settings.output,
            key="output",
            value=str(settings.output),
            hint="free some space, choose another disk, or render fewer or smaller frames",
        )


def _unmet(folder: RunFolder, indices: Frames) -> list[tuple[int, str]]:
    """Frames of the run that miss acceptance criteria, and what they miss."""
    log = folder.frame_log()
    return [(index, text) for index in sorted(log) if index in indices and (text := log[index].get("missing"))]


def _render_missing(
    settings: RunSettings, packs: Sequence[Pack], folder: RunFolder, missing: list[int], ahead: Ahead | None
) -> int:
    """Render the frames of these indices; returns the number of failed ones. `ahead`: gets those that are there."""
    todo: queue.SimpleQueue[list[int]] = queue.SimpleQueue()
    scenes = [list(frames) for _, frames in groupby(missing, lambda index: settings.scene_of(index)[0])]
    for frames in scenes:
        todo.put(frames)
    failed: list[int] = []
    broken: set[tuple[str, str]] = set()
    fatal: list[BaseException] = []
    workers = [worker_for(settings, packs, slot) for slot in slots(settings, len(scenes))]
    with RunProgress(folder, settings, len(missing), workers) as progress:

        def work(worker: Worker) -> None:
            known = AcceptedViews()
            try:
                while not fatal:
                    for index in todo.get_nowait():  # one worker renders all views of a scene, which it builds once
                        if fatal:
                            break
                        rendered = _render_frame(settings, packs, broken, folder, worker, index, known)
                        if not rendered:
                            failed.append(index)
                        elif ahead is not None:
                            ahead.add(folder.frame_path(index).name)
                        progress.finished(index, rendered)
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
                progress.tick()
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
    print_line(f"left out: {error}")


def _render_frame(
    settings: RunSettings,
    packs: Sequence[Pack],
    broken: set[tuple[str, str]],
    folder: RunFolder,
    worker: Worker,
    index: int,
    known: AcceptedViews,
) -> bool:
    """Render one frame, with a fresh worker if the first is lost; False (and a line in failures.jsonl) if that fails.

    Args:
        broken: (pack, item) of items that are left out; those that turn out to be unusable are added.
        known: views that were accepted for the scene.

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
            with disk_errors(folder.path):
                candidate = sample_until_accepted(settings, packs, worker, index, broken, known)
                if not candidate.satisfied and settings.accept.on_shortfall == "fail":
                    raise SceneRefused(f"the acceptance criteria were not met: {candidate.shortfall}")
                for warning in _warnings(candidate.spec):
                    print_line(f"frame {index}: {warning}")
                seconds = worker.render(str(folder.frame_path(index).absolute()), candidate.shortfall)
                folder.record_frame(index, seconds, candidate.shortfall)
            return True
        except ItemError as error:
            if settings.packs_on_error == "stop":
                raise
            if (error.pack, error.item) not in broken:
                broken.add((error.pack, error.item))
                _leave_out(folder, error.pack, error.item, str(error))
        except SceneRefused as refused:
            folder.record_failure(index, str(refused), reproduce_command(settings, index))
            print_line(f"frame {index} failed: {str(refused).strip().splitlines()[-1]}")
            return False
        except ProcessLost as lost:
            print_line(f"frame {index}: {lost}")
            attempt += 1
            if attempt == limits.tries:
                folder.record_failure(index, lost.details, reproduce_command(settings, index))
    return False
