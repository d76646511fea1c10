"""Runs the command line: in this process, which takes a tenth of the time, or as the real command."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from blender_synth import cli

TINY = [
    "experiment=demo", "scene=studio", "pedestrians.count=2", "pedestrians.dress=fixed", "props.count=0",
    "render.width_px=64", "render.height_px=36", "render.samples=1",
    "accept.max_attempts=1", "accept.min_people=0", "accept.min_reflected_people=0",
    "exporter.splits={train: 1}", "render.device=cpu",
]  # fmt: skip
"""A config whose frames take a second or two."""


def start(*arguments: str, cwd: Path) -> subprocess.Popen[str]:
    """Start the real command, which Ctrl-C reaches: jobs in the background of a shell inherit an ignored SIGINT."""
    return subprocess.Popen(
        [sys.executable, "-m", "blender_synth", *arguments],
        cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip


def run_here(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What `blender-synth ARGUMENTS` returns and prints; not for commands that must be signalled.

    Blender runs in a child of this process.
    """
    words = [str(argument) for argument in arguments]
    out, err = io.StringIO(), io.StringIO()
    status: int | str | None = 0
    with (
        chdir(cwd or Path.cwd()),
        redirect_stdout(out),
        redirect_stderr(err),
        mock.patch.object(sys, "argv", ["blender-synth", *words]),
        mock.patch.dict(os.environ),
    ):
        try:
            cli.main(words)
        except SystemExit as leaving:
            status = leaving.code
    return subprocess.CompletedProcess(words, int(status or 0), out.getvalue(), err.getvalue())


def parent_of(pid: int) -> int:
    """Process id of the parent of a process; -1 where that is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return -1


def descendants(pid: int) -> list[int]:
    """Processes below one, its workers and the helpers of its export among them."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        children.setdefault(parent_of(int(folder.name)), []).append(int(folder.name))
    found, todo = [], [pid]
    while todo:
        todo += (below := children.get(todo.pop(), []))
        found += below
    return found
