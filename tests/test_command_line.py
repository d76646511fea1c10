"""The boundary of the command line: whatever is given or happens ends as one message and an exit status."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from blender_synth import console, pipeline
from blender_synth.arguments import Parser
from blender_synth.config import compose
from blender_synth.errors import BlenderSynthError, ConfigError, RunError
from blender_synth.frames.run_folder import RunFolder, find_runs, frames_of
from blender_synth.pack_tools import preview
from tests.commands import run_here
from tests.made_frames import make_run

_JARGON = re.compile(
    r"Input should|Field required|validation error|pydantic|unexpected keyword|not in struct|hydra\.cc|omegaconf|"
    r"Traceback|object has no attribute|NoneType"
)
"""Phrases of libraries, which must not reach a person."""


def _refused(override: str) -> str:
    """The message for an override that is refused; it names key and fix, in plain words."""
    with pytest.raises(BlenderSynthError) as caught:
        compose([override])
    text = str(caught.value)
    assert not _JARGON.search(text), text
    assert "key:" in text, text
    assert "fix:" in text, text
    return text


# --- config


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("mirrors=[]", "mirrors"), ("pedestrians=[5,1]", "pedestrians"), ("render=1e-320", "render"),
        ("weather=null", "weather"), ("camera=5", "camera"), ("scene={}", "scene"), ("exporter=[]", "exporter"),
        ("experiment=7", "experiment"), ("props=3", "props"), ("accept=[]", "accept"), ("worker=x", "worker"),
        ("develop=null", "develop"), ("dataset=", "dataset"), ("output=", "output"), ("output=null", "output"),
        ("dataset=12", "dataset"), ("runs=['']", "runs"), ("packs={}", "packs"), ("output='a\0b'", "output"),
        ("~seed", "seed"), ("seed=" + "9" * 5000, "seed"), ("seed=1e999", "seed"), ("frames=1e18", "frames"),
        ("frames=[5,2]", "frames"), ("frames=[1,2,3]", "frames"), ("frames=99999999", "frames"),
        ("pedestrians.person=5", "pedestrians.person"), ("mirrors.wall=5", "mirrors.wall"),
        ("mirrors.wall.count=-1", "mirrors.wall.count"), ("weather.kind=null", "weather.kind"),
        ("scene.name='${oc.env:NOPE_}'", "scene.name"), ("develop.mor_m=[[1]]", "develop.mor_m[0]"),
    ],
)  # fmt: skip
def test_values_of_a_wrong_kind_are_refused_with_their_key(override, key):
    assert f"key:   {key}\n" in _refused(override)


@pytest.mark.parametrize(
    ("override", "guess"),
    [
        ("weather=sunnny", "sunny"), ("wether=sunny", "weather"), ("+framez=3", "frames"),
        ("render.sampels=3", "samples"), ("weather.kind=skyy", "sky"), ("scene.name=stret", "street"),
        ("exporter.kind=cocoo", "coco"), ("mirrors=wal", "wall"), ("experiment=dem", "demo"),
        ("accept.min_poeple=1", "min_people"),
    ],
)  # fmt: skip
def test_misspelled_names_are_guessed(override, guess):
    text = _refused(override)
    assert "did you mean" in text, text
    assert f"'{guess}'" in text.split("did you mean")[1].split("?")[0], text


@pytest.mark.parametrize(
    ("overrides", "key"),
    [
        (["mirrors=none", "accept.min_reflected_people=1"], "accept.min_reflected_people"),
        (["mirrors.wall.count=0", "accept.min_reflected_people=1"], "accept.min_reflected_people"),
        (["pedestrians.count=[1,4]", "accept.min_people=5"], "accept.min_people"),
        (["pedestrians.count=0", "accept.min_reflected_people=1"], "accept.min_reflected_people"),
    ],
)
def test_criteria_that_no_scene_can_meet_are_refused(overrides, key):
    with pytest.raises(ConfigError, match=r"at most|no mirror") as caught:
        compose(["scene=studio", *overrides])
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("overrides", "key"),
    [
        (["render.height_px=64", "accept.min_people=1", "accept.min_height_px=65"], "accept.min_height_px"),
        (["render=draft", "accept.min_people=1", "accept.min_visible_px=500000"], "accept.min_visible_px"),
        (["render=draft", "accept.min_reflected_px=500000"], "accept.min_reflected_px"),
    ],
)
def test_sizes_that_no_picture_can_show_are_refused_before_blender_starts(tmp_path, overrides, key):
    with pytest.raises(ConfigError, match=r"nobody can be so large") as caught:
        pipeline.render(compose(["scene=studio", f"output={tmp_path / 'run'}", *overrides]))
    assert caught.value.key == key
    assert not (tmp_path / "run").exists()


def test_criteria_that_can_be_met_pass():
    assert compose(["pedestrians.count=[1,4]", "accept.min_people=4"]).accept.min_people == 4
    assert compose(["pedestrians.density_per_m2=0.1", "accept.min_people=90"]).accept.min_people == 90


def test_frames_are_a_number_or_a_range():
    assert compose(["frames=3"]).frames == range(3)
    assert compose(["frames=[1000,2000]"]).frames == range(1000, 2000)


_KEYS = [
    "scene", "pedestrians", "mirrors", "weather", "camera", "render", "exporter", "experiment", "frames", "seed",
    "output", "dataset", "runs", "packs", "packs_on_error", "props", "accept", "worker", "develop", "scene.name",
    "pedestrians.person", "pedestrians.count", "pedestrians.figures", "mirrors.wall", "mirrors.paired", "weather.kind",
    "camera.pitch_deg", "render.width_px", "exporter.splits", "develop.iso", "props.weights", "scene.materials", "foo",
]  # fmt: skip
_VALUES = [
    "", "[]", "{}", "null", "5", "1e-320", "[5,1]", "nan", "inf", "-1", "true", "x", "[[]]", "{a: 1}", "{kind: 5}",
    "{kind: wall}", "{1: 2}", "9" * 30, "9" * 5000, "'ü'", "ü", "1e999", "[1,2,3]", "'${x}'", "'${oc.env:NOPE}'", "???",
    "[null]", "{a: {b: {c: 1}}}", "'a\0b'", "a:b", "{kind: null}", "'\x1b[2J'", "[a,[b]]", "{null: 1}", "-0.0", "'" * 3,
    "{kind: [wall]}", "'" + "a" * 5000 + "'", "[0,0]", "{kind: pinhole}", "0x10", "2026-13-45",
]  # fmt: skip


def _error_of(do) -> BlenderSynthError | None:
    try:
        do()
    except BlenderSynthError as error:
        return error
    return None


def _fuzz_config(count: int, seed: int) -> None:
    draw = random.Random(seed)
    refused = 0
    for _ in range(count):
        override = f"{draw.choice(_KEYS)}={draw.choice(_VALUES)}"
        if (error := _error_of(lambda override=override: compose([override]))) is not None:
            refused += 1
            text = str(error)
            assert not _JARGON.search(text), (override, text)
            assert error.key, (override, text)
            assert error.hint, (override, text)
            assert text.replace("\n", "").isprintable(), (override, text)
    assert refused > count / 2


def test_wrong_values_never_give_a_traceback():
    _fuzz_config(14, 0)


@pytest.mark.chaos
def test_many_wrong_values_never_give_a_traceback():
    _fuzz_config(500, 1)


# --- run.json


def _mutated(value, draw):
    """JSON with one part of it replaced, removed or renamed."""
    if isinstance(value, dict) and value and draw.random() < 0.8:
        key = draw.choice(sorted(value))
        changed = dict(value)
        action = draw.random()
        if action < 0.2:
            del changed[key]
        elif action < 0.3:
            changed[f"{key}x"] = changed.pop(key)
        else:
            changed[key] = _mutated(value[key], draw)
        return changed
    return draw.choice([None, [], {}, "", "x", 0, -1, 1e308, True, [value], {"a": value}, float("nan"), "\x00", 10**40])


def _fuzz_run_json(folder: Path, count: int, seed: int) -> None:
    run = make_run(folder / "run", 1)
    state = json.loads((run / "run.json").read_text())
    draw = random.Random(seed)
    for _ in range(count):
        text = json.dumps(_mutated(state, draw))
        if draw.random() < 0.3:
            text = text[: draw.randrange(len(text) + 1)]
        elif draw.random() < 0.1:
            text = "[" * 100_000
        (run / "run.json").write_text(text)
        for read in (lambda: frames_of(run), lambda: _open(run)):
            if (error := _error_of(read)) is not None:
                assert error.file, text[:200]
                assert error.hint, text[:200]


def _open(run: Path) -> None:
    with RunFolder(run).opened({"seed": 0}, {"seed": 0}):
        pass


def test_damaged_run_files_are_errors_by_name(tmp_path):
    _fuzz_run_json(tmp_path, 40, 0)


@pytest.mark.chaos
def test_many_damaged_run_files_are_errors_by_name(tmp_path):
    _fuzz_run_json(tmp_path, 1000, 1)


# --- output folders


def _output_refused(path: Path, problem: str) -> None:
    with pytest.raises(RunError, match=problem) as caught, RunFolder(path).opened({}, {}):
        pass
    assert caught.value.file is not None
    assert caught.value.hint


def test_outputs_that_cannot_be_written_are_refused_by_name(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.yaml").write_text("mine: true")
    for path, problem in (
        (tmp_path / "file", "is a file"),
        (tmp_path / "file" / "run", "below a file"),
        (tmp_path / "dangling", "leads nowhere"),
        (tmp_path / "dangling" / "run", "leads nowhere|link"),
        (tmp_path / "loop", "link"),
        (tmp_path / ("a" * 300), "too long"),
        (tmp_path / "mine", "holds other files"),
        (Path("/proc/run"), "cannot be written|does not exist|system reports"),
    ):
        _output_refused(path, problem)
    assert (tmp_path / "mine" / "config.yaml").read_text() == "mine: true"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    _output_refused(tmp_path / "run", "cannot be written")


@pytest.mark.parametrize(
    "left", [(".lock",), (".lock", "config.yaml"), (".lock", ".abc.tmp", "frames/"), ("run.json",)]
)
def test_what_a_run_leaves_that_dies_at_its_start_blocks_nothing(tmp_path, left):
    run = tmp_path / "run"
    _open(run)
    state = (run / "run.json").read_bytes()
    for entry in run.iterdir():
        entry.rmdir() if entry.is_dir() else entry.unlink()
    for name in left:
        if name.endswith("/"):
            (run / name).mkdir()
        else:
            (run / name).write_bytes(state if name == "run.json" else b"")
    _open(run)
    assert (run / "run.json").read_bytes() == state
    assert (run / "config.yaml").read_text() == "seed: 0\n"
    assert not list(run.glob(".*.tmp"))


def test_runs_with_brackets_in_their_path_are_taken_literally(tmp_path):
    wanted = make_run(tmp_path / "q[1]" / "run", 1)
    other = make_run(tmp_path / "q1" / "run", 1)
    assert find_runs([str(wanted)]) == [wanted]
    assert find_runs([f"{tmp_path}/q[1]/r*"]) == [wanted]
    assert find_runs([f"{tmp_path}/q*"]) == [other, wanted]
    assert find_runs([f"{tmp_path}/[q]1"]) == [other]


# --- failures


def test_failures_are_marked_when_their_frame_is_there(tmp_path):
    run = make_run(tmp_path / "run", 1)
    folder = RunFolder(run)
    folder.record_failure(0, "crashed", "command")
    folder.record_failure(7, "crashed", "command")
    with open(run / "failures.jsonl", "a") as file:
        file.write('{"frame_index": 3, "err')  # a kill in the middle of a line
    folder.record_failure(8, "crashed", "command")
    folder.settle_failures()
    lines = [json.loads(line) for line in (run / "failures.jsonl").read_text().splitlines()]
    assert [(line["frame_index"], line.get("resolved", False)) for line in lines] == [(0, True), (7, False), (8, False)]


def test_the_command_of_a_failure_composes_to_that_frame_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    overrides = [
        "seed=4",
        "frames=9",
        "output='o, ü'",
        "scene.name='studio'",
        "weather.temperature_c=5",
        "pedestrians.count=[1,2]",
    ]
    settings = compose(overrides)
    command = pipeline.reproduce_command(settings, 7)
    script = f'blender-synth() {{ printf "%s\\0" "$@"; }}; {command}'
    words = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout.decode().split("\0")[1:-1]
    again = compose(words)
    assert again.frames == range(7, 8)
    assert again.output == tmp_path / "o, ü-frame-7"
    different = {"frames", "output"}
    assert {k: v for k, v in again.plain.items() if k not in different} == {
        k: v for k, v in settings.plain.items() if k not in different
    }


# --- streams and signals, in processes of their own

_STUB = """
import sys, types, time, os
sys.path.insert(0, {root!r})
from blender_synth import cli
stub = types.ModuleType("blender_synth.commands")
def run(words):
    {body}
stub.run = run
sys.modules["blender_synth.commands"] = stub
import blender_synth
blender_synth.commands = stub
sys.argv = ["blender-synth", *{words!r}]
cli.main()
"""


def _program(body: str, *words: str) -> list[str]:
    """A Python command line: `blender-synth WORDS`, where the command is this code."""
    root = str(Path(__file__).resolve().parents[1])
    indented = textwrap.indent(textwrap.dedent(body).strip(), "    ").strip()
    return [sys.executable, "-c", _STUB.format(root=root, body=indented, words=list(words))]


@pytest.mark.parametrize("redirection", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_end_no_work(tmp_path, redirection):
    body = f"""
    file = open({str(tmp_path / "file")!r}, "w")
    assert file.fileno() > 2
    print("out"); print("err", file=sys.stderr)
    file.write("done")
    return 0
    """
    words = subprocess.list2cmdline([])  # nothing: the program is given as arguments of the shell
    done = subprocess.run(
        ["bash", "-c", f'"$0" "$@" {redirection} {words}', *_program(body)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "file").read_text() == "done"


def test_failing_streams_end_work_only_after_it_is_done(tmp_path):
    body = f"""
    for _ in range(10000): print("x" * 50); print("y", file=sys.stderr)
    open({str(tmp_path / "file")!r}, "w").write("done")
    return 0
    """
    for redirection, status in (
        ("| true; exit ${PIPESTATUS[0]}", 141),
        (">/dev/full", 1),
        ("2>/dev/full >/dev/null", 0),
    ):
        (tmp_path / "file").unlink(missing_ok=True)
        done = subprocess.run(
            ["bash", "-c", f'"$0" "$@" {redirection}', *_program(body)], capture_output=True, text=True
        )
        assert done.returncode == status, (redirection, done.stderr[-500:])
        assert (tmp_path / "file").read_text() == "done"
        assert "Traceback" not in done.stderr
        assert "Exception ignored" not in done.stderr


def test_a_full_pipe_that_does_not_block_is_waited_for():
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    process = subprocess.Popen(_program('print("x" * 300000)\nreturn 0'), stdout=writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        assert len(stream.read()) == 300001
    assert process.wait() == 0


def test_letters_that_the_encoding_lacks_are_escaped():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    body = 'print("nächster Schritt")\nfrom blender_synth.errors import RunError\nraise RunError("ü", value="\\x1b[2J")'
    done = subprocess.run(_program(body), capture_output=True, env=environment)
    assert done.returncode == 1
    assert done.stdout == b"n\\xe4chster Schritt\n"
    assert done.stderr == b"blender-synth: \\xfc\n  value: '\\x1b[2J'\n"


def _heed_signals():
    """In the child, before the program starts: the tests may run under nohup or in the background of a shell."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("number", "command", "says"),
    [
        (signal.SIGTERM, "render", "finished frames are kept"), (signal.SIGHUP, "run", "finished frames are kept"),
        (signal.SIGINT, "export", "no dataset is left half-written"), (signal.SIGTERM, "assets", "stopped"),
    ],
)  # fmt: skip
def test_signals_end_a_command_with_a_sentence(number, command, says):
    body = 'print("ready", flush=True)\ntime.sleep(60)'
    process = subprocess.Popen(
        _program(body, command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=_heed_signals,
    )  # fmt: skip
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert err.count("\n") == 1
    assert says in err


def test_ignored_signals_stay_ignored():
    body = "os.kill(os.getpid(), 1)\nreturn 0"
    done = subprocess.run(_program(body), preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    assert done.returncode == 0


def test_unexpected_errors_end_with_a_message_and_a_file(tmp_path):
    environment = {**os.environ, "BLENDER_SYNTH_CACHE": str(tmp_path)}
    done = subprocess.run(_program("return {}['x']", "render"), capture_output=True, text=True, env=environment)
    assert done.returncode == 1
    assert done.stderr.startswith("blender-synth: the program failed (KeyError: 'x')")
    (file,) = tmp_path.glob("errors/*.txt")
    assert str(file) in done.stderr
    assert "Traceback" in file.read_text()


def test_exit_statuses_of_signals():
    assert console.exit_status_of(KeyboardInterrupt()) == 130
    assert console.exit_status_of(console.Stopped(signal.SIGTERM)) == 143


# --- sweeps


def _sweep(folder: Path, *arguments: str) -> list[str]:
    done = run_here("render", "-m", "frames=0", "scene=studio", *arguments, cwd=folder)
    assert done.returncode == 0, done.stderr
    return sorted(path.parent.name for path in folder.glob("**/run.json"))


def test_jobs_of_a_sweep_have_short_names_that_stay(tmp_path):
    long = [
        "weather.temperature_c=5", "pedestrians.person.body.age_years=[20,40]", "render.height_px=36",
        "pedestrians.person.pose.activity={walk: 1, run: 1}", "accept.min_visible_px=60", "accept.min_height_px=30",
        "accept.max_attempts=3", "output=long", "props.count=[0,1]",
    ]  # fmt: skip
    swept = "develop.mor_m=[50,100,200,1000],[50,100,200,2000]"
    names = _sweep(tmp_path, *long, swept)
    assert len(names) == 2
    assert all(re.fullmatch(r"[01]_[0-9a-f]{8}", name) for name in names)
    assert _sweep(tmp_path, *reversed(long), swept.replace("=", "=[7],")) == sorted(
        [*names, *(set(_names(tmp_path)) - set(names))]
    )
    assert len(_names(tmp_path)) == 3  # the two were found again, under other numbers
    table = (tmp_path / "long/jobs.csv").read_text().splitlines()
    assert table[0] == "number,folder,overrides"
    assert len(table) == 4
    assert all(any(name in line for line in table) for name in names)
    assert "multirun.yaml" not in [path.name for path in tmp_path.glob("**/*")]


def _names(folder: Path) -> list[str]:
    return sorted(path.parent.name for path in folder.glob("**/run.json"))


def test_swept_keys_name_the_jobs_where_that_is_short(tmp_path):
    assert _sweep(tmp_path, "seed=1,2", "weather=sunny", "output=sw") == ["seed-1", "seed-2"]
    table = (tmp_path / "sw/jobs.csv").read_text()
    assert "0,seed-1,frames=0 scene=studio seed=1 weather=sunny output=sw" in table


def test_a_sweep_over_outputs_leaves_nothing_else(tmp_path):
    assert _sweep(tmp_path, "output=o1,o2") == ["o1", "o2"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["o1", "o2"]
    assert run_here("render", "frames=0", "scene=studio", cwd=tmp_path).returncode == 0


def test_a_failing_job_of_a_sweep_is_reported_and_the_others_go_on(tmp_path):
    (tmp_path / "sw/seed-1").mkdir(parents=True)
    (tmp_path / "sw/seed-1/mine").write_text("x")
    done = run_here("render", "-m", "frames=0", "scene=studio", "seed=1,2", "output=sw", cwd=tmp_path)
    assert done.returncode == 1
    assert "job 0: the output folder holds other files" in done.stderr
    assert (tmp_path / "sw/seed-2/run.json").is_file()


def test_pictures_of_former_sweeps_get_short_names(tmp_path):
    former = "render.height_px-540__render.width_px-960_mirrors-wall_pedestrians.count-2_weather-"
    runs = [make_run(tmp_path / f"{former}{weather}", 1) for weather in ("sunny", "cloudy")]
    done = run_here("export", f"runs={tmp_path}/*weather*", "dataset=data", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    names = [path.name for path in (tmp_path / "data/images").rglob("*.jpg")]
    assert len(set(names)) == len(runs)
    assert all(len(name) < 50 for name in names), names


# --- before the first frame


def test_run_finds_an_unusable_dataset_before_it_renders(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/mine").write_text("x")
    done = run_here("run", "frames=1", "scene=studio", "output=run", "dataset=data", cwd=tmp_path)
    assert done.returncode == 1
    assert "data" in done.stderr
    assert not (tmp_path / "run").exists()
    inside = run_here("run", "frames=1", "scene=studio", "output=run", "dataset=run/data", cwd=tmp_path)
    assert inside.returncode == 1
    assert not (tmp_path / "run").exists()


def test_run_finds_that_the_disk_is_too_small(tmp_path):
    size = ["render.width_px=16384", "render.height_px=16384", "frames=200000"]
    done = run_here("render", "scene=studio", *size, "output=run", cwd=tmp_path)
    assert done.returncode == 1
    assert "frames need at least" in done.stderr


def test_words_and_flags_stand_in_any_order():
    parser = Parser(prog="assets")
    commands = parser.add_subparsers(dest="command", parser_class=Parser)
    preview.add(commands)
    lines = (
        "mine seed=3 --samples 8 --out a.jpg",
        "mine --samples 8 seed=3 --out a.jpg",
        "--out a.jpg mine --samples 8 seed=3",
    )
    parsed = [vars(parser.parse_args(["preview", *line.split()])) for line in lines]
    assert parsed[0] == parsed[1] == parsed[2]
    assert (parsed[0]["what"], parsed[0]["overrides"], parsed[0]["samples"]) == ("mine", ["seed=3"], 8)
    with pytest.raises(SystemExit):
        parser.parse_args(["preview", "mine", "--sample-size", "8"])
