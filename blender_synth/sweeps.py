"""Jobs of a sweep: short, stable folder names, and a table of what each of them was.

A job is named after its swept keys (``weather-cloudy_seed-1``) where that is short, else ``<number>_<digest>`` with a
digest of its overrides. The same command so finds the folders of its jobs again, also with values added to the sweep.
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import io
import json
import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from hydra.types import RunMode

from blender_synth.cache import cache_folder, scratch_folder, write_atomically
from blender_synth.quoting import hydra_text

TABLE = "jobs.csv"
COLUMNS = ("number", "folder", "overrides")
_LOCK = ".jobs.lock"
_FREE_KEYS = ("output", "dataset", "runs", "frames", "shards", "shard", "worker", "render.device", "render.threads")
"""Keys that change no frame of a job, and so neither its name."""
_CONSTANT = "BLENDER_SYNTH_SWEEP_CONSTANT"
"""Variable of Hydra's job environment with the keys that the command line does not sweep."""
_SHORT = 40
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9_.+-]+")
_CLUSTER = re.compile(r"hydra/launcher=(submitit|slurm|ray)")


@dataclass(frozen=True)
class Job:
    """One job of a sweep.

    Attributes:
        output, dataset: folders of the sweep, as given. name: of the job's sub-folder; empty where nothing is swept
            that changes frames.
        number: in the sweep. overrides: all of the job.
    """

    output: Path
    dataset: Path
    name: str
    number: int
    overrides: tuple[str, ...]

    def record(self, exporting: bool) -> None:
        """Write the job into the table of the sweep's folder; other jobs may do the same at the same time.

        Raises:
            OSError: the folder cannot be written.
        """
        if not self.name:
            return
        folder = self.dataset if exporting else self.output
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder / _LOCK):
            rows = {row["folder"]: row for row in read_table(folder)}
            row = {"number": str(self.number), "folder": self.name, "overrides": shlex.join(map(_bare, self.overrides))}
            if rows.get(self.name) == row:
                return
            rows[self.name] = row
            text = io.StringIO()
            table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
            table.writeheader()
            table.writerows(sorted(rows.values(), key=lambda each: (int(each["number"]), each["folder"])))
            write_atomically(folder / TABLE, text.getvalue().encode(errors="surrogateescape"))


def read_table(folder: Path) -> list[dict[str, str]]:
    """The rows of a sweep's table; none where there is no table, or it is damaged."""
    try:
        text = (folder / TABLE).read_text(encoding="utf-8", errors="surrogateescape")
        rows = list(csv.DictReader(io.StringIO(text)))
    except (OSError, csv.Error):
        return []
    return [row for row in rows if set(row) == set(COLUMNS) and (row["number"] or "").isdecimal() and row["folder"]]


def current_job(output: Path, dataset: Path) -> Job | None:
    """The job that Hydra runs now, if it is part of a sweep.

    Args:
        output, dataset: folders of the sweep.
    """
    if not HydraConfig.initialized() or HydraConfig.get().mode != RunMode.MULTIRUN:
        return None
    config = HydraConfig.get()
    overrides = tuple(config.overrides.task)
    constant = str(config.job.env_set.get(_CONSTANT, "")).split(",")
    name = _name(overrides, constant, int(config.job.num), (output, dataset), config.job.override_dirname)
    return Job(output, dataset, name, int(config.job.num), overrides)


def hydra_overrides(command: str, words: Sequence[str]) -> list[str]:
    """Overrides that a sweep's command line needs in addition, for where Hydra writes and how jobs are named."""
    if not {"-m", "--multirun"} & set(words) and not any(word.startswith("hydra.mode=") for word in words):
        return []
    constant: list[str] = []
    swept: list[str] = []
    parser = OverridesParser.create()
    for word in words:
        with suppress(HydraException, ValueError):
            override = parser.parse_override(word)
            (swept if override.is_sweep_override() else constant).append(override.key_or_group)
    added = [f"++hydra.job.env_set.{_CONSTANT}={hydra_text(','.join(constant))}"]
    if not any(word.lstrip("+").startswith("hydra.sweep.dir=") for word in words):
        added.append(f"hydra.sweep.dir={_sweep_dir(command, words, swept)}")
    return added


def _sweep_dir(command: str, words: Sequence[str], swept: Sequence[str]) -> str:
    """Where Hydra leaves its own files of a sweep: logs of cluster jobs next to the results, others nowhere."""
    key = "dataset" if command == "export" else "output"
    if not any(_CLUSTER.match(word) for word in words):
        return hydra_text(str(scratch_folder()))
    return hydra_text(str(cache_folder("sweeps"))) if key in swept else f"${{{key}}}"


def _name(
    overrides: Sequence[str], constant: Sequence[str], number: int, roots: Sequence[Path], former_name: str
) -> str:
    pairs = [tuple(_bare(override).partition("=")[::2]) for override in overrides]
    relevant = [(key, value) for key, value in pairs if not _is_free(key)]
    swept = [(key, value) for key, value in relevant if key not in constant]
    if not swept:
        return ""
    former = re.sub(r"[^\w.,=-]+", "_", former_name).replace("=", "-").replace(",", "_")
    if former and any(_is_folder(root / former) for root in roots):
        return former
    readable = "_".join(f"{key}-{value}" for key, value in swept)
    if len(readable) <= _SHORT and all(_PLAIN_VALUE.fullmatch(key + value) and value for key, value in swept):
        return readable
    digest = hashlib.sha256(json.dumps(sorted(relevant)).encode()).hexdigest()[:8]
    existing = sorted(folder.name for root in roots for folder in _folders_with(root, digest))
    return existing[0] if existing else f"{number}_{digest}"


def _bare(override: str) -> str:
    """An override without the plus signs that say how Hydra sets it."""
    return override.lstrip("+")


def _is_free(key: str) -> bool:
    return any(key == free or key.startswith(f"{free}.") for free in _FREE_KEYS)


def _is_folder(path: Path) -> bool:
    with suppress(OSError, ValueError):
        return path.is_dir()
    return False


def _folders_with(root: Path, digest: str) -> list[Path]:
    with suppress(OSError, ValueError):
        return [path for path in root.iterdir() if re.fullmatch(rf"\d+_{digest}", path.name)]
    return []


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with open(file, "w") as lock:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
