"""The command line: one dispatcher, each command a Hydra app over conf/."""

from __future__ import annotations

from blender_synth import secured  # noqa: F401 - before anything else is imported

# isort: split
import os
import sys
from collections.abc import Callable

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from blender_synth import __version__, keys, pack_tools, pipeline, resources, verify
from blender_synth.config import any_key, settings_from
from blender_synth.errors import BlenderSynthError, RunError
from blender_synth.settings import RunSettings


def render(config: DictConfig) -> None:
    """Render raw frames into `output`."""
    _do(pipeline.render, config)


def export(config: DictConfig) -> None:
    """Turn the raw frames of `runs` into a dataset in `dataset`."""
    _do(pipeline.export, config)


def run(config: DictConfig) -> None:
    """Render into `output`, then export it into `dataset`."""
    _do(pipeline.run, config)


PLAIN_COMMANDS = {"assets": pack_tools.main, "keys": keys.main, "verify": verify.main}
COMMANDS: dict[str, Callable[[DictConfig], None]] = {"render": render, "export": export, "run": run}


def main(arguments: list[str] | None = None) -> None:
    """Entry point of `blender-synth`; exits with 0, 1 (error, or frames failed), 2 (usage) or 130 (interrupted).

    A closed standard output (`--help | head`) ends it quietly with 141. SIGPIPE itself stays ignored: it would also
    end the program when a worker dies while a message is sent to it.
    """
    try:
        _main(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(141)


def _main(arguments: list[str]) -> None:
    if arguments[:1] == ["--version"]:
        print(__version__)
        return
    if arguments and arguments[0] in PLAIN_COMMANDS:
        try:
            PLAIN_COMMANDS[arguments[0]](arguments[1:])
        except BlenderSynthError as error:
            print(f"blender-synth: {error}", file=sys.stderr)
            sys.exit(1)
        return
    if not arguments or arguments[0] not in COMMANDS:
        asked = bool(arguments) and arguments[0] in ("-h", "--help", "help")
        print(_usage(), file=sys.stdout if asked else sys.stderr)
        sys.exit(0 if asked else 2)
    command, sys.argv[1:] = arguments[0], any_key(arguments[1:])
    sys.argv[0] = f"blender-synth {command}"
    os.environ["HYDRA_FULL_ERROR"] = "1"  # errors reach the handlers below instead of Hydra's own printer
    try:
        hydra.main(version_base="1.3", config_path=str(resources.conf_dir()), config_name="config")(COMMANDS[command])()
        if _error is not None:
            raise _error
    except (BlenderSynthError, HydraException, OmegaConfBaseException) as error:
        print(f"blender-synth: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("blender-synth: stopped; finished frames are kept, the same command renders the rest", file=sys.stderr)
        sys.exit(130)


_error: BlenderSynthError | None = None


def _do(stage: Callable[[RunSettings], int | None], config: DictConfig) -> None:
    """One job. Hydra itself reports errors of a sweep, after its last job; that of a single job is kept for `main`."""
    global _error
    try:
        if failed := stage(settings_from(config, HydraConfig.get().overrides.task)):
            raise RunError(f"{failed} frames failed", hint="see failures.jsonl; the same command tries them again")
    except BlenderSynthError as error:
        if HydraConfig.get().mode == RunMode.MULTIRUN:
            raise
        _error = error


def _usage() -> str:
    lines = [f"  {name:8}{task.__doc__}" for name, task in COMMANDS.items()]
    lines.append("  assets  Asset packs: new, list, check, preview, import; see `assets --help`.")
    lines.append(
        "  keys    Every key that a config may set, with its value; `keys pedestrians.person` those below one."
    )
    lines.append("  verify  Check that runs and datasets are complete and undamaged: `verify PATH... [--json]`.")
    return "\n".join(
        [
            "blender_synth: labelled images of people, their reflections and weather.",
            "",
            "Usage: blender-synth COMMAND [group=name ...] [key=value ...]",
            "",
            *lines,
            "",
            "`blender-synth COMMAND --help` lists groups and keys.",
        ]
    )
