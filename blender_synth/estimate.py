"""`blender-synth estimate`: how long a run takes and how large it gets, from a few probe frames and arithmetic."""

from __future__ import annotations

import io
import math
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from blender_synth import pipeline
from blender_synth.arguments import Parser
from blender_synth.cache import scratch_folder
from blender_synth.config import compose
from blender_synth.errors import BlenderSynthError, RunError
from blender_synth.exporters import export_dataset
from blender_synth.frame_numbers import Frames
from blender_synth.frames.run_folder import FAILURES, FRAME_LOG, find_runs, read_lines, read_run_state
from blender_synth.progress import duration
from blender_synth.run_state import SECTION, STAGES
from blender_synth.settings import RunSettings
from blender_synth.strict_json import json_text
from blender_synth.worker_slots import slots

PROBES = 3
_T_80 = (math.nan, 3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383)
"""Student's t of a two-sided 80 % interval, by degrees of freedom."""


@dataclass(frozen=True)
class Estimate:
    """What a run will probably need.

    Attributes:
        frames: of the run. probes: frames rendered for the estimate. device: that rendered them.
        workers: processes of the run. devices: GPUs that they share; 1 on the CPU.
        worker_seconds: of one worker for a frame, by stage.
        seconds_per_frame: of all workers together. seconds: of the run; low and high: of an 80 % interval.
        export_seconds: of the dataset, in one process.
        run_bytes, run_files, dataset_bytes: on disk; dataset_bytes is None where the export failed.
        memory_mb: of all processes. free_bytes: of the disk of `output`.
        notes: what the estimate does not hold for.
    """

    frames: int
    probes: int
    device: str
    workers: int
    devices: int
    worker_seconds: dict[str, float]
    seconds_per_frame: float
    seconds: float
    seconds_low: float
    seconds_high: float
    export_seconds: float
    run_bytes: int
    run_files: int
    dataset_bytes: int | None
    memory_mb: int
    free_bytes: int
    notes: tuple[str, ...] = ()


def main(arguments: Sequence[str]) -> None:
    """Render probes and print the estimate.

    Raises:
        BlenderSynthError: the config is wrong, or no probe could be rendered.
    """
    parser = Parser(
        prog="blender-synth estimate",
        description="Estimate time, disk and memory of a render and its export, from a few frames that are rendered "
        "into a temporary folder.",
    )
    parser.add_argument("overrides", metavar="KEY=VALUE", nargs="*", help="as for `render` and `run`, with frames=")
    parser.add_argument("--probes", type=int, default=PROBES, help="frames to render (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    options = parser.parse_args(list(arguments))
    if not 1 <= options.probes <= 100:
        raise RunError("an estimate takes 1 to 100 probes", key="--probes", value=options.probes, hint="use e.g. 3")
    found = estimate(compose(options.overrides), options.probes)
    print(json_text(asdict(found), indent=1) if options.json else "\n".join(lines(found)))


def estimate(settings: RunSettings, probes: int = PROBES) -> Estimate:
    """Render the first frames of a run with one worker into a temporary folder, export them, and extrapolate.

    Raises:
        RunError: there are no frames to render, or none of them could be rendered.
    """
    if not settings.frames:
        raise RunError("the run has no frames", key="frames", value=0, hint="set it, e.g. frames=100")
    frames = _first(settings.frames, probes)
    with tempfile.TemporaryDirectory(prefix="estimate-", dir=scratch_folder()) as scratch:
        run, dataset = Path(scratch) / "probes", Path(scratch) / "data"
        probe = replace(settings, frames=frames, output=run, dataset=dataset, worker=replace(settings.worker, count=1))
        with redirect_stdout(io.StringIO()):
            pipeline.render(probe, announce_next=False)
        log = [line["seconds"] for line in read_lines(run / FRAME_LOG)]
        if not log:
            reason = next((str(line.get("error")) for line in read_lines(run / FAILURES)), "")
            raise RunError("no probe could be rendered", hint=(reason.strip().splitlines() or ["see above"])[-1])
        start = time.perf_counter()
        dataset_bytes, notes = _exported(probe, run, dataset)
        export_s = (time.perf_counter() - start) / len(log)
        sizes = [_size(folder) for folder in (run / "frames").iterdir()]
        return _extrapolated(
            settings, log, read_run_state(run)[SECTION], sizes, None if dataset_bytes is None else dataset_bytes, notes,
            export_s,
        )  # fmt: skip


def _first(frames: Frames, count: int) -> Frames:
    """So many frames from the beginning."""
    *_, last = islice(frames, count)
    return range(frames.start, last + 1) if isinstance(frames, range) else replace(frames, stop=last + 1)


def _exported(probe: RunSettings, run: Path, dataset: Path) -> tuple[int | None, tuple[str, ...]]:
    """Bytes of the dataset of the probes, or why there is none."""
    try:
        with redirect_stdout(io.StringIO()):
            export_dataset(find_runs([str(run)]), dataset, probe.exporter, probe.develop)
    except BlenderSynthError as error:
        return None, (f"the probes could not be exported ({error.problem})",)
    return sum(file.stat().st_size for file in dataset.rglob("*") if file.is_file()), ()


def _size(folder: Path) -> tuple[int, int]:
    """Bytes on disk and number of files of a folder."""
    files = [file for file in folder.iterdir() if file.is_file()]
    return sum(file.stat().st_blocks * 512 for file in files), len(files) + 1


def _extrapolated(
    settings: RunSettings,
    log: Sequence[Mapping[str, float]],
    section: Mapping[str, Any],
    sizes: Sequence[tuple[int, int]],
    dataset_bytes: int | None,
    notes: tuple[str, ...],
    export_s: float,
) -> Estimate:
    """From probes to the whole run.

    Args:
        log: seconds of each probe by stage. section: `render` of the probes' run.json. sizes: bytes and files of each.
        export_s: for each probe.
    """
    count, frames = len(log), len(settings.frames)
    spent = dict(section["worker_seconds"])
    spent["wait"] = max(0.0, spent["wait"] - float(section.get("start_s") or 0.0))
    each = {stage: spent.get(stage, 0.0) / count for stage in STAGES}
    views = settings.views_per_scene
    if views > 1:  # the probes are views of fewer scenes, or of more, than as many frames of the run
        scenes = len({index // views for index in islice(settings.frames, count)})
        each["build"] = spent.get("build", 0.0) / scenes / views
    frame_s = sum(each.values())
    parts = slots(settings, frames)
    on_gpu = str(section.get("device", "")).upper() != "CPU" and any(part.gpu for part in parts)
    devices = len({part.gpu for part in parts}) if on_gpu else 1
    together_s = max(frame_s / len(parts), each["picture"] / devices)
    sums = [sum(value for stage, value in seconds.items() if stage in STAGES) for seconds in log]
    share = min(_spread(sums) / statistics.mean(sums), 0.9) if any(sums) else 0.0
    if count == 1:
        notes = (*notes, "one probe says nothing about how much frames differ")
    memory = section["memory_mb"]
    free = shutil.disk_usage(next(p for p in (settings.output, *settings.output.absolute().parents) if p.exists())).free
    return Estimate(
        frames=frames,
        probes=count,
        device=str(section.get("device", "")),
        workers=len(parts),
        devices=devices,
        worker_seconds={stage: round(value, 3) for stage, value in each.items()},
        seconds_per_frame=round(together_s, 3),
        seconds=round(together_s * frames, 1),
        seconds_low=round(together_s * frames * (1 - share), 1),
        seconds_high=round(together_s * frames * (1 + share), 1),
        export_seconds=round(export_s * frames / _export_workers(settings), 1),
        run_bytes=round(statistics.mean(size for size, _ in sizes) * frames),
        run_files=round(statistics.mean(files for _, files in sizes) * frames),
        dataset_bytes=None if dataset_bytes is None else round(dataset_bytes / count * frames),
        memory_mb=int(memory["worker"]) * len(parts) + int(memory["parent"]),
        free_bytes=free,
        notes=notes,
    )


def _spread(values: Sequence[float]) -> float:
    """Half the width of the 80 % interval of the mean of a population from which these values are."""
    if len(values) < 2:
        return 0.0
    return _T_80[min(len(values), len(_T_80)) - 1] * statistics.stdev(values) / math.sqrt(len(values))


def _export_workers(settings: RunSettings) -> int:
    return min(int(getattr(settings.exporter, "workers", 1)), os.cpu_count() or 1)


def lines(found: Estimate) -> list[str]:
    """An estimate for people."""
    shown = ", ".join(f"{stage} {value:.2f}" for stage, value in found.worker_seconds.items() if value >= 0.005)
    needed = found.run_bytes + (found.dataset_bytes or 0)
    workers = f"{found.workers} worker{'s' if found.workers > 1 else ''}"
    time_text = duration(found.seconds)
    if found.seconds_low < found.seconds:
        time_text += f"   (80 % interval: {duration(found.seconds_low)} to {duration(found.seconds_high)})"
    result = [
        f"{found.frames} frames on {found.device}, {workers}, from {found.probes} probes",
        f"  a frame    {sum(found.worker_seconds.values()):.2f} s of a worker ({shown}); "
        f"{found.seconds_per_frame:.2f} s with all workers",
        f"  render     {time_text}",
        f"  export     {duration(found.export_seconds)}",
        f"  run        {_bytes(found.run_bytes)} in {found.run_files} files",
    ]
    if found.dataset_bytes is not None:
        result.append(f"  dataset    {_bytes(found.dataset_bytes)}")
    result.append(f"  memory     {found.memory_mb / 1024:.1f} GB")
    if needed > found.free_bytes:
        result.append(f"  the disk of `output` has {_bytes(found.free_bytes)} free: too little")
    return [*result, *(f"  note: {note}" for note in found.notes)]


def _bytes(count: float) -> str:
    units = ("B", "kB", "MB", "GB", "TB", "PB")
    power = min(int(math.log(max(count, 1.0), 1000) + 1e-4), len(units) - 1)
    return f"{count / 1000**power:.3g} {units[power]}"
