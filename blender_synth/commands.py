"""The commands: `render`, `export` and `run` are Hydra apps over conf/; the others read their own arguments."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Sequence

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from blender_synth import (
    __version__,
    completion,
    estimate,
    frame_command,
    keys,
    pack_tools,
    pipeline,
    proof,
    refine,
    report,
    resources,
    show,
    status,
    sweeps,
    verify,
)
from blender_synth.config import CONFIG_NAMES, compose, prepared, settings_from
from blender_synth.errors import BlenderSynthError, RunError
from blender_synth.help_text import command_help
from blender_synth.hydra_errors import explained
from blender_synth.hydra_flags import command_first, split_flags, values_of
from blender_synth.settings import RunSettings
from blender_synth.suggestions import nearest_names

Stage = Callable[[RunSettings], int | None]


def render(config: DictConfig) -> None:
    """Render raw frames into `output`."""
    _do(pipeline.render, config)


def export(config: DictConfig) -> None:
    """Turn the raw frames of `runs` into a dataset in `dataset`."""
    _do(pipeline.export, config)


def render_and_export(config: DictConfig) -> None:
    """Render into `output`, then export it into `dataset`."""
    _do(pipeline.run, config)


PLAIN_COMMANDS: dict[str, Callable[[list[str]], None]] = {
    "assets": pack_tools.main,
    "keys": keys.main,
    "verify": verify.main,
    "report": report.main,
    "show": show.main,
    "proof": proof.main,
    "refine": refine.main,
    "status": status.main,
    "frame": frame_command.main,
    "estimate": estimate.main,
    "completion": lambda arguments: completion.main(arguments, _summaries()),
}
COMMANDS: dict[str, Callable[[DictConfig], None]] = {"render": render, "export": export, "run": render_and_export}
_HELP = {
    "assets": "Asset packs: new, list, check, preview, import; see `assets --help`.",
    "keys": "Every key that a config may set, with its value; `keys pedestrians.person` those below one.",
    "verify": "Check that runs and datasets are complete and undamaged: `verify PATH... [--json]`.",
    "report": "Write a page to browse a run or dataset: `report PATH [--output FOLDER]`.",
    "status": "How far runs and sweeps are: `status PATH... [--json]`.",
    "estimate": "Time, disk and memory of a run, from three probes: `estimate [group=name ...] [key=value ...]`.",
    "completion": "A completion script for the shell: `completion bash`, `zsh` or `fish`.",
    "frame": "Facts about a frame, or its scene for Blender: `frame RUN INDEX [--open scene.blend]`.",
    "show": "Write pictures with their labels drawn in: `show PATH [INDEX...] [--output FOLDER]`.",
    "proof": "Train a detector on rendered data and measure it on scenes that it has not seen (extra `learn`).",
    "refine": "Pictures like those of your camera, labels stay true: fit, apply, generate, check (extra `refine`).",
}


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit status.

    Raises:
        BlenderSynthError: the command failed.
    """
    name, *rest = command_first(arguments, list(COMMANDS)) or [""]
    if name == "--version":
        print(__version__)
    elif name in PLAIN_COMMANDS:
        PLAIN_COMMANDS[name](rest)
    elif name in COMMANDS:
        _run_hydra(name, rest)
    elif name in ("-h", "--help", "help"):
        print(_usage())
    else:
        if nearest := nearest_names(name, [*COMMANDS, *PLAIN_COMMANDS]):
            print(f"blender-synth: there is no command {name!r}; did you mean {nearest[0]!r}?\n", file=sys.stderr)
        print(_usage(), file=sys.stderr)
        return 2
    return 0


def _run_hydra(command: str, arguments: list[str]) -> None:
    """Run a Hydra app. Errors of a job come out of here as they were raised; those of composing are explained."""
    global _error
    _error = None
    flags, overrides = split_flags(arguments)
    if "--help" in flags:
        print(_help_of(command, flags, overrides))
        return
    words = [*flags, *prepared(overrides, list(values_of(flags, "--config-dir")))]
    sys.argv[1:] = [*words, *sweeps.hydra_overrides(command, words)]
    sys.argv[0] = f"blender-synth {command}"
    # conf/hydra/launcher/ray.yaml has the name of the plug-in's own choice on purpose
    warnings.filterwarnings("ignore", r"\s*'hydra/launcher/ray' is validated against ConfigStore")
    os.environ["HYDRA_FULL_ERROR"] = "1"  # errors come out of Hydra instead of being printed there
    try:
        hydra.main(version_base="1.3", config_path=str(resources.conf_dir()), config_name="config")(COMMANDS[command])()
    except BlenderSynthError:
        raise
    except Exception as error:
        raise explained(error, CONFIG_NAMES, words) from error
    if _error is not None:
        raise _error


_error: Exception | None = None


def _help_of(command: str, flags: Sequence[str], overrides: Sequence[str]) -> str:
    """The help of a Hydra app, with the values that the overrides set."""
    folders = list(values_of(flags, "--config-dir"))
    try:
        settings = compose(overrides)
    except BlenderSynthError:
        if not folders and "--multirun" not in flags:
            raise
        settings = compose([])  # of a sweep, or of choices in further folders
    return command_help(command, COMMANDS[command].__doc__ or "", settings, folders)


def _do(stage: Stage, config: DictConfig) -> None:
    """One job. Its error is kept for `_run_hydra`; in a sweep it is printed at once, and the other jobs go on."""
    global _error
    sweeping = HydraConfig.get().mode == RunMode.MULTIRUN
    try:
        settings = settings_from(config, HydraConfig.get().overrides.task)
        if settings.job is not None:
            settings.job.record(exporting=stage is pipeline.export)
        if failed := stage(settings):
            raise RunError(f"{failed} frames failed", hint="see failures.jsonl; the same command tries them again")
    except Exception as error:
        if not sweeping:
            _error = error
            return
        if not isinstance(error, BlenderSynthError):
            raise
        print(f"blender-synth: job {HydraConfig.get().job.num}: {error}", file=sys.stderr)
        hint = "the messages above name them; the same command does what is missing"
        raise RunError("jobs of the sweep failed", hint=hint) from None


def _summaries() -> dict[str, str]:
    """A sentence for each command."""
    return {name: task.__doc__ or "" for name, task in COMMANDS.items()} | {
        name: _HELP.get(name) or (sys.modules[command.__module__].__doc__ or "").splitlines()[0]
        for name, command in PLAIN_COMMANDS.items()
    }


def _usage() -> str:
    lines = [f"  {name:12}{text}" for name, text in _summaries().items()]
    return "\n".join(
        [
            "blender_synth: labelled images of people, their reflections and weather.",
            "",
            "Usage: blender-synth COMMAND [group=name ...] [key=value ...]",
            "",
            *lines,
            "",
            "`blender-synth COMMAND --help` lists its groups, choices and keys, or its arguments, with their meanings.",
        ]
    )
