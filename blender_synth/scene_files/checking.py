"""All problems of a scene at once, for `assets check` and `assets preview`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from blender_synth.errors import BlenderSynthError, ConfigError, shortened
from blender_synth.packs.reading import check_once
from blender_synth.scene_files.loading import RESERVED_KEYS, check_licence, load_scene
from blender_synth.scene_files.reading import SCENE_FILE, content_files, digest_of, read_marks, read_scene_yaml
from blender_synth.seeds import Streams
from blender_synth.settings import randomizer_from
from blender_synth.world.contracts import SceneryRandomizer
from blender_synth.world.layout import Layout
from blender_synth.world.scenery.authored.layout import layout_problems
from blender_synth.world.scenery.shared.marks import SceneProblem

SEEDS = 6
"""Layouts that are checked, because a problem may depend on variants and probabilities."""


def describe_scene(folder: Path) -> tuple[list[SceneProblem], Layout | None]:
    """The problems of a scene, and one of its layouts; None if it has none.

    Nothing is raised: what makes the scene unusable is an `error` among the problems.
    """
    folder = folder.resolve()
    file = folder / SCENE_FILE
    problems: list[SceneProblem] = []
    layout = None
    try:
        randomizer = _randomizer(folder, file, problems)
        if read_scene_yaml(file).get("kind") != "authored":
            check_once(file, "layouts", sample_layouts)
        for seed in range(SEEDS):
            layout = randomizer.sample(Streams(seed, 0).child("scenery")).layout()
            problems += layout_problems(layout)
    except BlenderSynthError as error:
        code = "unusable_scene" if isinstance(error, ConfigError) else "unreadable_file"
        value = "" if isinstance(error.value, Mapping | list) else f" ({shortened(error.value)})"
        text = error.problem if error.key is None else f"{error.key}: {error.problem}{value}"
        problem = SceneProblem(code=code, severity="error", object=Path(str(error.file or file)).name, text=text,
                               hint=error.hint)  # fmt: skip
        return [*dict.fromkeys([*problems, problem])], None
    return [*dict.fromkeys(problems)], layout


def sample_layouts(file: Path) -> None:
    """Sample the layouts of a procedural scene, for the process with limits: huge numbers in it take huge time.

    Raises:
        BlenderSynthError: the scene cannot be used.
    """
    randomizer, _ = load_scene(file.parent.name, file.parent, {})
    for seed in range(SEEDS):
        randomizer.sample(Streams(seed, 0).child("scenery")).layout()


def _randomizer(folder: Path, file: Path, problems: list[SceneProblem]) -> SceneryRandomizer:
    """The randomizer, even if marks have errors; the problems of the marks are added to `problems`."""
    data = read_scene_yaml(file)
    digest = digest_of(folder, content_files(folder))
    if data.get("kind") != "authored" or not data.get("file"):
        return load_scene(folder.name, folder, {})[0]
    marks = read_marks(folder, str(data["file"]), data.get("indoor_c") is not None, digest)
    problems += marks.problems
    settings = {key: value for key, value in data.items() if key not in RESERVED_KEYS}
    settings |= {"scene": folder.name, "digest": digest, "found": marks}
    randomizer = randomizer_from("scenery", settings, "scene", file)
    check_licence(randomizer.licence, randomizer.author, file)
    return randomizer
