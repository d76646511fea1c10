"""`render` and `export`: the commands of the same name, with overrides as words or as keyword arguments."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from blender_synth.api.opened import Run, open_run
from blender_synth.errors import ConfigError, RunError


def render(*overrides: str, **settings: object) -> Run:
    """Render the frames that `output` still lacks, as `blender-synth render` does.

    Args:
        overrides: as on the command line, such as ``"weather=foggy"`` or ``"pedestrians.count=[3,8]"``.
        settings: the same as Python values: ``weather="foggy"``, ``frames=4``, ``pedestrians={"count": [3, 8]}``. They
            win over `overrides`.

    Returns:
        The run.

    Raises:
        ConfigError: a wrong key or value.
        BlenderSynthError: the run cannot be rendered, or some of its frames failed; finished frames are kept.
    """
    words = [*overrides, *words_of(settings)]

    from blender_synth import pipeline
    from blender_synth.config import compose

    composed = compose(words)
    if failed := pipeline.render(composed, announce_next=False):
        raise RunError(
            f"{failed} frames failed",
            file=composed.output,
            hint="see failures.jsonl; the same call tries them again",
        )
    return open_run(composed.output)


def export(
    runs: str | Path | Run | Sequence[str | Path | Run],
    dataset: str | Path,
    *overrides: str,
    **settings: object,
) -> Path:
    """Write the frames of runs as one dataset, as `blender-synth export` does.

    Args:
        runs: opened runs, or paths and glob patterns of run folders. dataset: folder to write.
        overrides, settings: as for `render`, such as ``exporter="yolo"`` or ``exporter={"where": "mor_m < 200"}``.

    Returns:
        The dataset's folder.

    Raises:
        ConfigError: a wrong key or value.
        BlenderSynthError: there are no frames, one is damaged, or the dataset cannot be written.
    """
    given = [runs] if isinstance(runs, str | Path | Run) else list(runs)
    words = [*overrides, *words_of({**settings, "dataset": dataset})]

    from blender_synth import pipeline
    from blender_synth.config import compose
    from blender_synth.frames.run_folder import find_runs

    composed = compose(words)
    found = [path for run in given for path in ([run.path] if isinstance(run, Run) else find_runs([os.fspath(run)]))]
    pipeline.export(composed, runs=[str(path) for path in dict.fromkeys(found)], announce_next=False)
    return composed.dataset


def words_of(settings: Mapping[str, object]) -> list[str]:
    """Overrides for the command line; a mapping for a section sets its keys one by one.

    >>> words_of({"frames": 4, "weather": ["rainy", "foggy"], "accept": {"min_people": 1}})
    ['frames=4', 'weather=[rainy,foggy]', 'accept.min_people=1']

    Raises:
        ConfigError: a value has no counterpart in a config.
    """
    words = []
    for key, value in settings.items():
        if isinstance(value, Mapping) and "." not in key:
            words += [f"{key}.{name}={_text(inner, f'{key}.{name}')}" for name, inner in value.items()]
        else:
            words.append(f"{key}={_text(value, key)}")
    return words


def _text(value: object, key: str) -> str:
    from blender_synth.quoting import hydra_text

    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str | os.PathLike):
        return hydra_text(os.fspath(value))
    if isinstance(value, range) and value.step == 1:
        return f"[{value.start},{value.stop}]"
    if isinstance(value, list | tuple):
        return f"[{','.join(_text(entry, key) for entry in value)}]"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{hydra_text(str(name))}:{_text(inner, key)}" for name, inner in value.items()) + "}"
    raise ConfigError(
        f"a config cannot hold a {type(value).__name__}",
        key=key,
        value=value,
        hint="give numbers, texts, lists and mappings",
    )
