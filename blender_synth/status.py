"""`blender-synth status`: how far runs and sweeps are, while they render or afterwards."""

from __future__ import annotations

import fcntl
import os
import socket
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import yaml

from blender_synth import frame_numbers
from blender_synth.arguments import Parser
from blender_synth.errors import RunError
from blender_synth.frames.run_folder import CONFIG, FAILURES, FRAME_LOG, LOCK, find_runs, read_lines, read_run_state
from blender_synth.progress import duration
from blender_synth.run_state import HEARTBEAT_S, SECTION
from blender_synth.strict_json import json_text

State = Literal["running", "finished", "incomplete", "stopped", "failed", "killed", "damaged"]
_SILENT_S = 4 * HEARTBEAT_S
"""A process on another machine that has not written run.json for so long is taken for dead."""


@dataclass(frozen=True)
class RunStatus:
    """How far a run is.

    Attributes:
        path: of the run folder. state: `incomplete`: the last process ended in order, but frames are missing;
            `stopped`: by a signal; `failed`: by an error; `killed`: without a word; `damaged`: run.json is unreadable.
        reason: of an error.
        frames: that the run is to hold. done: of them on disk. failed: without a frame, listed in failures.jsonl.
        unmet: frames on disk that miss acceptance criteria.
        seconds_per_frame: of the last process, all its workers together. left_s: until it is done, if it is running.
        device, workers, host: of the last process. memory_mb: of its largest worker.
        worker_seconds: of its workers by stage. updated: when run.json was last written.
    """

    path: str
    state: State
    reason: str = ""
    frames: int = 0
    done: int = 0
    failed: int = 0
    unmet: int = 0
    seconds_per_frame: float | None = None
    left_s: float | None = None
    device: str = ""
    workers: int = 0
    host: str = ""
    memory_mb: int = 0
    worker_seconds: dict[str, float] | None = None
    updated: str = ""


def main(arguments: Sequence[str]) -> None:
    """Print the status of runs.

    Raises:
        RunError: a path leads to no run folder.
    """
    parser = Parser(
        prog="blender-synth status", description="How far runs and sweeps are, while they render or afterwards."
    )
    parser.add_argument("paths", metavar="PATH", nargs="+", help="a run, a folder of runs (a sweep), or a glob pattern")
    parser.add_argument("--json", action="store_true", help="as JSON: `runs` with all their values, and `total`")
    options = parser.parse_args(list(arguments))
    found = [run_status(run) for run in find_runs(options.paths)]
    if options.json:
        print(json_text({"total": total(found), "runs": [asdict(status) for status in found]}, indent=1))
        return
    for status in found:
        print("\n".join(_lines(status)))
    if len(found) > 1:
        print(_total_line(total(found)))


def run_status(run: Path) -> RunStatus:
    """The status of a run folder; one whose run.json cannot be read is `damaged`."""
    try:
        state = read_run_state(run)
    except RunError as error:
        return RunStatus(str(run), "damaged", error.problem)
    section = state.get(SECTION)
    last: dict[str, Any] = section if isinstance(section, dict) else {}
    indices = frame_numbers.from_plain(last.get("frames")) or _config_frames(run) or range(0)
    there = _indices_there(run)
    done = sum(index in indices for index in there)
    failures = {line.get("frame_index") for line in read_lines(run / FAILURES) if not line.get("resolved")}
    failed = sum(isinstance(index, int) and index in indices and index not in there for index in failures)
    log = {line.get("frame_index"): bool(line.get("missing")) for line in read_lines(run / FRAME_LOG)}
    per_frame = _number(last.get("seconds_per_frame"))
    now = _state(run, last, done, len(indices))
    left_s = None
    if now == "running" and per_frame is not None:
        left_s = per_frame * max(0, len(indices) - done - failed)
    memory = last.get("memory_mb")
    seconds = last.get("worker_seconds")
    return RunStatus(
        path=str(run),
        state=now,
        reason=str(last.get("reason", "")) if now == "failed" else "",
        frames=len(indices),
        done=done,
        failed=failed,
        unmet=sum(missed and index in there and index in indices for index, missed in log.items()),
        seconds_per_frame=per_frame,
        left_s=left_s,
        device=str(last.get("device", "")),
        workers=int(_number(last.get("workers")) or 0),
        host=str(last.get("host", "")),
        memory_mb=int((_number(memory.get("worker")) if isinstance(memory, dict) else 0) or 0),
        worker_seconds=seconds if isinstance(seconds, dict) else None,
        updated=str(last.get("updated", "")),
    )


def total(runs: Sequence[RunStatus]) -> dict[str, Any]:
    """Sums over runs, and the number of runs in each state."""
    rates = [1 / r.seconds_per_frame for r in runs if r.state == "running" and r.seconds_per_frame]
    return {
        "runs": len(runs),
        "states": dict(Counter(status.state for status in runs)),
        "frames": sum(status.frames for status in runs),
        "done": sum(status.done for status in runs),
        "failed": sum(status.failed for status in runs),
        "unmet": sum(status.unmet for status in runs),
        "frames_per_hour": round(3600 * sum(rates), 1) if rates else None,
        "left_s": max((status.left_s for status in runs if status.left_s is not None), default=None),
    }


def _state(run: Path, last: dict[str, Any], done: int, frames: int) -> State:
    written = last.get("state")
    if _is_locked(run / LOCK) or (written == "running" and _alive_elsewhere(last)):
        return "running"
    if written == "running":
        return "killed"
    if written in ("stopped", "failed") and done < frames:
        return "stopped" if written == "stopped" else "failed"
    return "finished" if done >= frames else "incomplete"


def _is_locked(file: Path) -> bool:
    try:
        with open(file) as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _alive_elsewhere(last: dict[str, Any]) -> bool:
    """Whether another machine, whose lock may not be visible here, wrote run.json a short time ago."""
    if last.get("host") == socket.gethostname():
        return False
    try:
        updated = datetime.fromisoformat(str(last.get("updated")))
        return (datetime.now(UTC) - updated).total_seconds() < _SILENT_S
    except (ValueError, TypeError):
        return False


def _indices_there(run: Path) -> set[int]:
    try:
        return {int(name) for name in os.listdir(run / "frames") if name.isdecimal()}
    except OSError:
        return set()


def _config_frames(run: Path) -> frame_numbers.Frames | None:
    """The frames of a run without the section of run.json, as former versions wrote them."""
    try:
        config = yaml.safe_load((run / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return None
    return frame_numbers.of_config(config) if isinstance(config, dict) else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _lines(status: RunStatus) -> list[str]:
    """The status of a run for people."""
    words = [f"{status.done} of {status.frames} frames"]
    if status.failed:
        words.append(f"{status.failed} failed")
    if status.unmet:
        words.append(f"{status.unmet} miss acceptance criteria")
    if status.seconds_per_frame:
        words.append(f"{status.seconds_per_frame:.3g} s/frame")
    if status.left_s is not None:
        words.append(f"{duration(status.left_s)} left")
    lines = [f"{status.path}: {status.state}, {', '.join(words)}"]
    if status.reason:
        lines[0] += f" ({status.reason})"
    facts = []
    if status.device:
        facts.append(f"{status.workers} x {status.device}" if status.workers > 1 else status.device)
    if status.memory_mb:
        facts.append(f"{status.memory_mb} MB a worker")
    if status.worker_seconds and (spent := sum(status.worker_seconds.values())) > 0:
        shares = {stage: seconds / spent for stage, seconds in status.worker_seconds.items()}
        facts.append(", ".join(f"{stage} {share:.0%}" for stage, share in shares.items() if share >= 0.005))
    return [*lines, *([f"  {'; '.join(facts)}"] if facts else [])]


def _total_line(sums: dict[str, Any]) -> str:
    states = ", ".join(f"{count} {state}" for state, count in sums["states"].items())
    words = [f"{sums['done']} of {sums['frames']} frames"]
    if sums["failed"]:
        words.append(f"{sums['failed']} failed")
    if sums["unmet"]:
        words.append(f"{sums['unmet']} miss acceptance criteria")
    if sums["frames_per_hour"]:
        words.append(f"{sums['frames_per_hour']:.0f} frames/h")
    if sums["left_s"] is not None:
        words.append(f"{duration(sums['left_s'])} left")
    return f"{sums['runs']} runs ({states}): {', '.join(words)}"
