"""What a very large dataset takes, worked out from a run, its exports and a few assumptions.

Usage: python -m blender_synth.dev.ten_million RUN DATASET [options]

The run and its dataset are measured: bytes, files, seconds by stage. What cannot be measured without a GPU, and prices,
are options; the output marks each line as measured, assumed or computed.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_DAY_S = 86_400.0
_ARCHIVE_BYTES = 256e6
"""Default of `exporter.shard_mb` of WebDataset."""


@dataclass(frozen=True)
class Folder:
    """Mean size of what a folder holds.

    Attributes:
        files, folders, content_bytes: for each frame or picture. disk_bytes: with files in whole blocks of 4 kB.
    """

    files: float
    folders: float
    content_bytes: float
    disk_bytes: float

    @classmethod
    def measured(cls, folder: Path, count: int) -> Folder:
        """Everything in a folder, divided by the number of frames or pictures."""
        paths = list(folder.rglob("*"))
        sizes = [path.stat().st_size for path in paths if path.is_file()]
        blocks = sum(-(-size // 4096) * 4096 for size in sizes)
        return cls(len(sizes) / count, (len(paths) - len(sizes)) / count, sum(sizes) / count, blocks / count)


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="a run of the size and the scenes that are wanted")
    parser.add_argument("dataset", type=Path, help="its export, e.g. with exporter=webdataset")
    parser.add_argument("--frames", type=int, default=10_000_000)
    parser.add_argument("--gpus", type=int, default=200)
    parser.add_argument("--workers-per-gpu", type=int, default=2, help="as worker.per_gpu")
    parser.add_argument("--picture-s", type=float, default=1.0, help="seconds of a GPU for one picture; ASSUMED")
    parser.add_argument(
        "--export-per-s", type=float, default=4.6, help="pictures a second and core, of make bench-export"
    )
    parser.add_argument("--start-s", type=float, default=15.0, help="from the start of a job to its first build")
    parser.add_argument(
        "--gpu-hour", type=float, default=2.0, help="price of a GPU for an hour with its cores; ASSUMED"
    )
    parser.add_argument("--core-hour", type=float, default=0.04, help="price of a core for an hour; ASSUMED")
    parser.add_argument(
        "--tb-month", type=float, default=20.0, help="price of a TB in an object store for a month; ASSUMED"
    )
    parser.add_argument("--puts", type=float, default=0.005, help="price of 1,000 write requests; ASSUMED")
    parser.add_argument(
        "--build-s", type=float, help="seconds of a worker for build, labels and files instead of the run's"
    )
    parser.add_argument("--failures", type=float, default=0.2, help="of a GPU's node in 1,000 hours; ASSUMED")
    for kind, quantity, figure in _table(parser.parse_args(arguments)):
        print(f"{kind:9} {quantity:58} {figure}")


def _table(given: argparse.Namespace) -> Iterator[tuple[str, str, str]]:
    """(measured, assumed or computed; what; how much) for each line."""
    log = [json.loads(line)["seconds"] for line in (given.run / "frames.jsonl").read_text().splitlines()]
    count = len(log)
    raw, made = Folder.measured(given.run / "frames", count), Folder.measured(given.dataset, count)
    beside_s = {
        stage: statistics.mean(entry.get(stage, 0.0) for entry in log) for stage in ("build", "labels", "files")
    }
    build_s = sum(beside_s.values()) if given.build_s is None else given.build_s
    frames, gpus, workers = given.frames, given.gpus, given.workers_per_gpu
    yield "measured", "build, labels, files: seconds of a worker per frame", _parts(beside_s)
    yield (
        "measured",
        "raw frame: files, folders, MB",
        f"{raw.files:.1f}, {raw.folders:.1f}, {raw.content_bytes / 1e6:.2f}",
    )
    yield "measured", "dataset: files and MB per picture", f"{made.files:.2f}, {made.content_bytes / 1e6:.3f}"
    yield "given", "export: pictures a second and core", f"{given.export_per_s:g}"
    yield "assumed", "picture: seconds of a GPU", f"{given.picture_s:g}"
    yield (
        "assumed",
        "prices: GPU hour, core hour, TB month",
        f"{given.gpu_hour:g}, {given.core_hour:g}, {given.tb_month:g}",
    )
    yield "assumed", "failures of a node in 1,000 hours", f"{given.failures:g}"
    frame_s = max(given.picture_s, (build_s + given.picture_s) / workers)
    render_s = frames * frame_s / gpus
    yield "computed", f"seconds per frame and GPU with {workers} workers", f"{frame_s:.2f}"
    yield "computed", "share of the time that a GPU renders", f"{given.picture_s / frame_s:.0%}"
    yield "computed", f"days on {gpus} GPUs", f"{render_s / _DAY_S:.1f}"
    yield "computed", "frames, and folders in one directory, of each job", f"{frames / gpus:,.0f}"
    inodes = frames * (raw.files + raw.folders)
    yield (
        "computed",
        "raw frames: TB on disk, million inodes",
        f"{frames * raw.disk_bytes / 1e12:.1f}, {inodes / 1e6:.0f}",
    )
    yield "computed", "dataset: TB, thousand files", f"{frames * made.content_bytes / 1e12:.2f}, {_shards(given, made)}"
    puts = frames * raw.files / 1000 * given.puts
    yield (
        "computed",
        "object store: million raw objects, cost of writing them",
        f"{frames * raw.files / 1e6:.0f}, {puts:.0f}",
    )
    failures_day = gpus * 24 * given.failures / 1000
    yield "computed", "failures a day", f"{failures_day:.1f}"
    lost_s = failures_day * (given.start_s + 1.5 * frame_s * workers)
    yield "computed", "GPU seconds lost by them a day, of 86,400 of each GPU", f"{lost_s:.0f}"
    export_h = frames / given.export_per_s / 3600
    yield "computed", "core hours of the export; days on 200 cores", f"{export_h:,.0f}; {export_h / 200 / 24:.2f}"
    render = 1000 * frame_s / 3600 * given.gpu_hour
    export = 1000 / given.export_per_s / 3600 * given.core_hour
    store = 1000 * made.content_bytes / 1e12 * given.tb_month
    raw_store = 1000 * raw.content_bytes / 1e12 * given.tb_month
    yield "computed", "cost of 1,000 frames: render, export", f"{render:.3f}, {export:.4f}"
    yield "computed", "cost of 1,000 frames a month: dataset, raw frames", f"{store:.4f}, {raw_store:.4f}"
    yield "computed", "cost of all: render and export", f"{(render + export) * frames / 1000:,.0f}"


def _parts(seconds: dict[str, float]) -> str:
    return ", ".join(f"{value:.2f}" for value in seconds.values())


def _shards(given: argparse.Namespace, made: Folder) -> str:
    """Files of the dataset: few where pictures are packed into archives."""
    packed = sorted(given.dataset.rglob("*.tar"))
    if not packed:
        return f"{given.frames * made.files / 1e3:,.0f}"
    return f"{given.frames * made.content_bytes / _ARCHIVE_BYTES / 1e3:.1f} (archives of 256 MB)"


if __name__ == "__main__":
    main()
