"""Blender in a process of its own, as it is for frames."""

from __future__ import annotations

import os
import subprocess
import sys

from blender_synth.errors import BlenderSynthError
from blender_synth.workers import worker_environment


def blender_command(module: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The command line and the environment that run a module of `blender_synth.blender`."""
    command = [sys.executable, "-m", f"blender_synth.blender.{module}", *arguments]
    return command, worker_environment() | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


def run_blender(module: str, *arguments: str, failed: str) -> None:
    """Run it to its end; what it says goes to the terminal.

    Raises:
        BlenderSynthError: `failed`, when it ends with another status than 0.
    """
    command, environment = blender_command(module, *arguments)
    if subprocess.run(command, env=environment).returncode:
        raise BlenderSynthError(failed, mend="see the message above")
