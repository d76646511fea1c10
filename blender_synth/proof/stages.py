"""The stages in order, and what they hand over. Each skips what is already there."""

from __future__ import annotations

import json
import math
import os
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from blender_synth import __version__, learn
from blender_synth.cache import write_atomically
from blender_synth.errors import ConfigError, RunError
from blender_synth.frames.run_folder import disk_errors
from blender_synth.learn.curves import CURVE, read_curve
from blender_synth.proof.arms import ARMS, PAIRS, Arm, arm_of
from blender_synth.proof.comparison import Comparison, compared, separation
from blender_synth.proof.datasets import Dataset, export_arm, export_test, joined, load_dataset, read_coco
from blender_synth.proof.measures import (
    Limits,
    Matched,
    Measures,
    Mistaken,
    matched,
    measure,
    reachable_recall,
    read_results,
)
from blender_synth.proof.renders import render_parts, rendered_time
from blender_synth.proof.settings import STAGES, Part, ProofSettings, parts_to_test, read_settings, train_parts
from blender_synth.strict_json import json_text

ALL, PHOTOS = "all", "photos"
"""Test sets: of all rendered ones together, and of photographs."""
_SECONDS = "seconds.json"


@dataclass(frozen=True)
class Plan:
    """One training.

    Attributes:
        name: of its folder. group: trainings that differ in their seed only. count: of pictures; None for all.
        changes: overrides of an ablation.
    """

    name: str
    group: str
    title: str
    arm: Arm
    seed: int
    count: int | None
    changes: tuple[tuple[str, Any], ...] = ()


def run(words: Sequence[str]) -> None:
    """Run the command with these words.

    Raises:
        ConfigError: a wrong key or value, or PyTorch is missing.
        BlenderSynthError: a stage failed.
    """
    settings = read_settings(words)
    last = STAGES.index(settings.until)
    if last >= STAGES.index("train"):
        learn.require_torch("proof")
    plans = trainings(settings)
    check_results(settings)
    with disk_errors(settings.output, "output"):
        settings.output.mkdir(parents=True, exist_ok=True)
        clock = _Clock(settings.output / _SECONDS)
        for number, stage in enumerate((_render, _export, _train, _predict, _report)):
            if number <= last:
                started = time.monotonic()
                stage(settings, plans)
                clock.add(STAGES[number], time.monotonic() - started)


class _Clock:
    """Wall seconds of the stages, over all starts."""

    def __init__(self, file: Path):
        self.file = file

    def add(self, stage: str, seconds: float) -> None:
        known = seconds_by_stage(self.file)
        write_atomically(self.file, json.dumps({**known, stage: round(known.get(stage, 0.0) + seconds, 1)}))


def seconds_by_stage(file: Path) -> dict[str, float]:
    """Wall seconds that each stage has taken in an output folder."""
    try:
        return {str(name): float(value) for name, value in json.loads(file.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, AttributeError):
        return {}


def trainings(settings: ProofSettings) -> list[Plan]:
    """All trainings of the settings: arms, learning curve, ablations, each with every seed.

    Raises:
        ConfigError: there is no such arm or ablation, or an arm lacks what it needs.
    """
    plans = []
    for name in dict.fromkeys(settings.arms):
        arm = arm_of(name)
        if arm.needs and getattr(settings, arm.needs) is None:
            raise ConfigError(
                f"arm {name} ({arm.title}) needs proof.{arm.needs}", key="proof.arms", value=name,
                hint=f"set {arm.needs}=PATH, or leave the arm out",
            )  # fmt: skip
        plans += [Plan(f"{name}-seed{seed}", name, arm.title, arm, seed, None) for seed in settings.seeds]
    curve_arm = arm_of(settings.curve_arm, "proof.curve_arm")
    for count in settings.curve:
        group = f"{curve_arm.name}-{count}"
        title = f"{curve_arm.title}, {count} pictures"
        plans += [Plan(f"{group}-seed{seed}", group, title, curve_arm, seed, count) for seed in settings.seeds]
    for name in settings.ablations:
        if name not in settings.ablation_plans:
            raise ConfigError(
                "there is no such ablation", key="proof.ablations", value=name,
                hint=f"use one of: {', '.join(settings.ablation_plans)}",
            )  # fmt: skip
        if settings.pool:
            continue
        changes = tuple(settings.ablation_plans[name].items())
        plans += [
            Plan(f"c-{name}-seed{seed}", f"c-{name}", f"c with {name}", ARMS["c"], seed, None, changes)
            for seed in settings.seeds
        ]
    return plans


def check_results(settings: ProofSettings) -> None:
    """Check the names of results files of other detectors.

    Raises:
        ConfigError: one names no test set.
    """
    known = [*settings.tests, ALL, *([PHOTOS] if settings.photos else [])]
    for name in settings.results:
        if "/" not in name or name.rpartition("/")[2] not in known:
            raise ConfigError(
                "a results file is named detector/test set", key="proof.results", value=name,
                hint=f"write e.g. results={{yolo/{ALL}: yolo.json}}; the test sets are {', '.join(known)}",
            )  # fmt: skip


def all_parts(settings: ProofSettings, plans: Sequence[Plan]) -> list[Part]:
    """The runs of all test sets and trainings; one that several share is there several times."""
    parts = [part for name in settings.tests for part in parts_to_test(settings, name)]
    for changes in {plan.group: plan.changes for plan in plans}.values():
        parts += train_parts(settings, dict(changes))
    return parts


def _render(settings: ProofSettings, plans: Sequence[Plan]) -> None:
    render_parts(all_parts(settings, plans), settings.workers)


def train_folder(settings: ProofSettings, plan: Plan) -> Path:
    """The training set of a plan; arms that export alike share one."""
    if plan.arm.name == "g" and settings.refined is not None:
        return settings.refined
    first = next(arm.name for arm in ARMS.values() if arm.export == plan.arm.export)
    source = plan.group.removeprefix("c-") if plan.changes else first
    return settings.output / "data" / f"train-{source}"


def _export(settings: ProofSettings, plans: Sequence[Plan]) -> None:
    done = set()
    for plan in plans:
        folder = train_folder(settings, plan)
        if folder in done:
            continue
        done.add(folder)
        if folder != settings.refined:
            export_arm(folder, train_parts(settings, dict(plan.changes)), plan.arm)
    for name in settings.tests:
        export_test(settings.output / "data" / f"test-{name}", parts_to_test(settings, name))


def sets_to_test(settings: ProofSettings) -> dict[str, Dataset]:
    """The test sets by name; the first is all rendered ones together."""
    sets: dict[str, Dataset] = {}
    for name in settings.tests:
        groups = dict.fromkeys(part.develop for part in parts_to_test(settings, name))
        base = settings.output / "data" / f"test-{name}"
        folders = [base.with_name(f"{base.name}-{n}") if n else base for n in range(len(groups))]
        sets[name] = _numbered(joined(name, [load_dataset(folder, "test", name) for folder in folders]), len(sets))
    sets = {ALL: joined(ALL, sets.values()), **sets}
    if settings.photos is not None:
        sets[PHOTOS] = photograph_set(settings.photos)
    return sets


def _numbered(dataset: Dataset, place: int) -> Dataset:
    """The same with image ids that no other test set has."""
    pictures = []
    for number, picture in enumerate(dataset.pictures):
        image_id = 1_000_000 * (place + 1) + number
        pictures.append(replace(picture, image={**picture.image, "id": image_id}))
    return Dataset(dataset.name, tuple(pictures), dataset.categories)


def photograph_set(folder: Path) -> Dataset:
    """Photographs with boxes: the folder's only COCO file; `file_name` counts from it or from a sub-folder.

    Raises:
        RunError: there is not exactly one COCO file, or a picture is missing.
    """
    files = sorted(folder.rglob("*.json")) if folder.is_dir() else []
    if len(files) != 1:
        raise RunError(
            f"a folder of photographs needs one COCO file, and this one has {len(files)}", file=folder,
            key="proof.photos", hint="see .docs/proof.md, Your own photographs",
        )  # fmt: skip
    dataset = read_coco(files[0], files[0].parent, PHOTOS)
    root = files[0].parent
    by_name: dict[str, Path] = {}
    for path, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            by_name.setdefault(name, Path(path, name))
    pictures = []
    for picture in dataset.pictures:
        inside = picture.file.resolve().is_relative_to(root.resolve())
        name = picture.file.name.rpartition("\\")[2]  # of labels that were drawn on Windows
        file = picture.file if inside and picture.file.is_file() else by_name.get(name)
        if file is None:
            raise RunError(
                "a photograph of the COCO file is missing", file=files[0], key="images.file_name",
                value=picture.image["file_name"], hint=f"put it below {root}",
            )  # fmt: skip
        pictures.append(replace(picture, file=file))
    return replace(dataset, pictures=tuple(pictures))


def annotation_file(settings: ProofSettings, name: str) -> Path:
    """The annotation file of a test set as it is measured, with the ids that results files use."""
    return settings.output / "tests" / f"{name}.json"


def _write_test_files(settings: ProofSettings) -> None:
    for name, dataset in sets_to_test(settings).items():
        file = annotation_file(settings, name)
        file.parent.mkdir(exist_ok=True)
        content = {
            "images": [{**p.image, "file_name": str(p.file.resolve())} for p in dataset.pictures],
            "annotations": [
                {**row, "image_id": p.image["id"], "id": 100_000 * n + k}
                for n, p in enumerate(dataset.pictures, start=1)
                for k, row in enumerate(p.annotations)
            ],
            "categories": [{"id": number, "name": category} for number, category in dataset.categories.items()],
        }
        write_atomically(file, json.dumps(content))


def checkpoint_of(settings: ProofSettings, plan: Plan) -> Path:
    """The folder of a training."""
    return settings.output / "trainings" / plan.name


def _train(settings: ProofSettings, plans: Sequence[Plan]) -> None:
    from blender_synth.proof.fit import fit

    for plan in plans:
        dataset = load_dataset(train_folder(settings, plan), "train", plan.group)
        fit(checkpoint_of(settings, plan), dataset, plan.arm, settings, plan.seed, plan.count)


def _predict(settings: ProofSettings, plans: Sequence[Plan]) -> None:
    from blender_synth.learn.training import CHECKPOINT
    from blender_synth.proof.predict import predict

    _write_test_files(settings)
    sets = sets_to_test(settings)
    for plan in plans:
        print(f"predict: {plan.name}", file=sys.stderr)
        for name in (ALL, PHOTOS):
            if name in sets:
                file = results_file(settings, plan.name, name)
                predict(checkpoint_of(settings, plan) / CHECKPOINT, sets[name], file, settings)
        rows = json.loads(results_file(settings, plan.name, ALL).read_text(encoding="utf-8"))
        for name in settings.tests:  # parts of `all`
            ids = {picture.image["id"] for picture in sets[name].pictures}
            found = [row for row in rows if row["image_id"] in ids]
            write_atomically(results_file(settings, plan.name, name), json.dumps(found))


def results_file(settings: ProofSettings, training: str, test: str) -> Path:
    """Where the results of a training on a test set are."""
    return settings.output / "results" / training / f"{test}.json"


@dataclass(frozen=True)
class Row:
    """The measures of one detector on one test set; `seed` is None for other people's detectors."""

    group: str
    title: str
    seed: int | None
    count: int | None
    test: str
    file: Path
    measures: Measures
    common: Mistaken
    """At the recall that all trainings reach on `all`."""
    separation: float
    """How well scores tell pedestrians from reflections, see `comparison.separation`."""
    found: Matched
    """What each object of the test set got."""


def measured_rows(
    settings: ProofSettings, plans: Sequence[Plan], sets: Mapping[str, Dataset], level: float
) -> list[Row]:
    """Measures of all trainings and results files on all test sets. A training's threshold is that of `all`, also on
    photographs.

    Args:
        level: recall at which all are compared.

    Raises:
        RunError: a results file cannot be read.
    """
    limits = Limits(settings.min_height_px, settings.min_visibility)

    def row(
        group: str, title: str, seed: int | None, count: int | None, test: str, file: Path, threshold: float | None
    ) -> Row:
        measures, common, found = measure(sets[test], file, limits, settings.recall, level, threshold)
        return Row(group, title, seed, count, test, file, measures, common, separation(found), found)

    rows = []
    for plan in plans:
        threshold: float | None = None
        for name in sets:
            file = results_file(settings, plan.name, name)
            rows.append(row(plan.group, plan.title, plan.seed, plan.count, name, file, threshold))
            threshold = rows[-1].measures.mistaken.threshold if name == ALL else threshold
    for name, file in settings.results.items():
        detector, _, test = name.rpartition("/")
        rows.append(row(detector, file.name, None, None, test, file, None))
    return rows


def comparisons(rows: Sequence[Row], test: str, recall: float) -> dict[str, Comparison]:
    """The pairs of groups that tell something (`arms.PAIRS`; each ablation and each other detector against arm c), by
    `first - second`, on one test set; only those of which both are there."""
    groups: dict[str, list[Matched]] = {}
    trained = {row.group for row in rows if row.seed is not None}
    others = [row.group for row in rows if row.test == test and row.group not in {*trained, "c"}]
    for row in rows:
        if row.test == test and (row.seed is not None or row.group in others):
            groups.setdefault(row.group, []).append(row.found)
    ablations = [name for name in groups if name.startswith("c-") and not name[2:].isdigit() and name in trained]
    pairs = [*PAIRS, *((name, "c") for name in (*ablations, *others))]
    return {
        f"{first} - {second}": compared(groups[first], groups[second], recall)
        for first, second in pairs
        if first in groups and second in groups
    }


def common_recall(settings: ProofSettings, plans: Sequence[Plan], dataset: Dataset, limits: Limits) -> float:
    """The recall of pedestrians that every training reaches, in steps of 0.05, at most `settings.recall`."""
    reached = [
        reachable_recall(matched(dataset, read_results(results_file(settings, plan.name, ALL), dataset), limits))
        for plan in plans
    ]
    least = min([settings.recall, *(value for value in reached if math.isfinite(value))])
    return max(0.05, math.floor(least * 20 + 1e-9) / 20)


def _report(settings: ProofSettings, plans: Sequence[Plan]) -> None:
    from blender_synth.proof.page import differences_text, table_text, write_page

    sets = sets_to_test(settings)
    level = common_recall(settings, plans, sets[ALL], Limits(settings.min_height_px, settings.min_visibility))
    rows = measured_rows(settings, plans, sets, level)
    facts = {**facts_of(settings, plans), "common_recall": level}
    values = [
        {
            "group": r.group,
            "seed": r.seed,
            "count": r.count,
            "test": r.test,
            **asdict(r.measures),
            "common": asdict(r.common),
            "separation": r.separation,
        }
        for r in rows
    ]
    differences = {name: comparisons(rows, name, level) for name in sets}
    pairs = {name: {k: asdict(v) for k, v in found.items()} for name, found in differences.items()}
    content = {"facts": facts, "rows": values, "comparisons": pairs.pop(ALL), "comparisons_by_test": pairs}
    write_atomically(settings.output / "measures.json", json_text(content, indent=1))
    page = write_page(settings, rows, sets, facts, differences)
    print(table_text(rows, settings.recall, level))
    if differences[ALL]:
        print(f"\n{differences_text({ALL: differences[ALL]}, rows, level)}")
    print(f"report: {page}")


def facts_of(settings: ProofSettings, plans: Sequence[Plan]) -> dict[str, Any]:
    """What produced the numbers: version, machine, times, sizes, seeds."""
    training_s = 0.0
    for plan in plans:
        curve = checkpoint_of(settings, plan) / CURVE
        if curve.is_file() and (rows := read_curve(curve)):
            training_s += rows[-1].get("seconds", 0.0)
    rendered = rendered_time(all_parts(settings, plans))
    return {
        "version": __version__,
        "scale": settings.scale,
        "seeds": list(settings.seeds),
        "steps": settings.steps,
        "batch": settings.batch,
        "machine": f"{_processor()}, {_cores()} cores",
        "rendered_frames": rendered.frames,
        "rendering_s": round(rendered.seconds),
        "training_s": round(training_s),
        "stages_s": seconds_by_stage(settings.output / _SECONDS),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
