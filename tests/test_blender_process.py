"""The client and server of child processes, with a module in place of Blender that misbehaves on demand."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from blender_synth import cache
from blender_synth.blender_process import (
    BlenderProcess,
    JobFailed,
    JobOutOfMemory,
    ProcessClosed,
    ProcessLost,
    child_environment,
)
from blender_synth.errors import AssetError, BlenderSynthError, ConfigError, ItemError, SystemLibraryError
from blender_synth.workers import SceneRefused, Worker

FAKE = "tests.fake_server"
ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setenv("BLENDER_SYNTH_CACHE", str(tmp_path / "cache"))
    return cache.scratch_folder()


def _left_in(scratch: Path) -> list[str]:
    return [path.name for path in scratch.iterdir() if path.name != ".lock"]


@pytest.fixture
def process():
    with BlenderProcess(FAKE, 30.0) as process:
        yield process


def test_one_process_answers_job_after_job(process: BlenderProcess):
    first = process.ask("echo", text="ü", numbers=[1, 2.5, None])
    assert first == {"text": "ü", "numbers": [1, 2.5, None], "pid": first["pid"]}
    assert process.ask("echo")["pid"] == first["pid"]
    assert first["pid"] != os.getpid()
    assert process.memory_mb > 1


@pytest.mark.parametrize(
    ("job", "arguments", "reason"),
    [
        ("crash", {}, "Blender crashed (signal SIGSEGV)"),
        ("crash", {"number": signal.SIGKILL}, "Blender crashed (signal SIGKILL)"),
        ("leave", {"status": 3}, "Blender crashed (exit status 3)"),
    ],
)
def test_a_crash_is_reported_and_the_next_job_gets_a_fresh_process(process, scratch, job, arguments, reason):
    before = process.ask("echo")["pid"]
    with pytest.raises(ProcessLost) as caught:
        process.ask(job, **arguments)
    assert str(caught.value) == reason
    assert not caught.value.starting
    if job == "crash":
        assert caught.value.last_line == "last line"
        assert caught.value.details.endswith("last line")
    assert not _left_in(scratch)
    assert process.ask("echo")["pid"] != before


def test_a_process_that_takes_too_long_is_stopped():
    with BlenderProcess(FAKE, 1.0, timeout_key="worker.timeout_s") as process:
        pid = process.ask("echo")["pid"]
        with pytest.raises(ProcessLost, match=r"longer than 1 s \(worker\.timeout_s\)"):
            process.ask("hang")
        assert not Path(f"/proc/{pid}").exists()


def test_events_do_not_extend_the_time_limit_and_reach_the_caller():
    events = []
    with BlenderProcess(FAKE, 30.0, on_event=events.append) as process:
        process.ask("count", total=3)
    assert [event["done"] for event in events] == [0, 1, 2]


def test_errors_arrive_as_they_were_raised(process: BlenderProcess):
    with pytest.raises(AssetError) as asset:
        process.ask("fail", how="asset")
    expected = AssetError("the file is damaged", file="a.obj", key="file", value=[1, None], hint="fix it")
    assert str(asset.value) == str(expected)
    with pytest.raises(ItemError) as item:
        process.ask("fail", how="item")
    assert (item.value.pack, item.value.item) == ("mix", "crate")
    with pytest.raises(BlenderSynthError, match="of a plug-in"):
        process.ask("fail", how="family")
    with pytest.raises(JobFailed, match="ValueError: a bug") as bug:
        process.ask("fail", how="bug")
    assert "Traceback" in bug.value.details
    with pytest.raises(JobFailed) as disk:
        process.ask("fail", how="disk")
    assert (disk.value.os_error.errno, disk.value.os_error.filename) == (28, "/full")
    with pytest.raises(JobFailed, match="KeyError"):
        process.ask("no such job")


def test_memory_is_limited():
    with BlenderProcess(FAKE, 30.0, memory_limit_bytes=2**30) as process:
        with pytest.raises(JobOutOfMemory, match="MemoryError"):
            process.ask("allocate", size=2**31)
        assert process.ask("allocate", size=2**20) == {"size": 2**20}
        assert not process.limited_by_machine
    with BlenderProcess(FAKE, 30.0) as process:
        assert process.ask("surroundings")["limit"] == resource.getrlimit(resource.RLIMIT_AS)[0]


LIMITED = f"""
from blender_synth.blender_process import BlenderProcess, ProcessLost
import resource
resource.setrlimit(resource.RLIMIT_AS, ({2**30}, {2**30}))
with BlenderProcess({FAKE!r}, 30.0, memory_limit_bytes=2**40) as process:
    print(process.ask("surroundings")["limit"], process.limited_by_machine)
    try:
        process.ask("crash")
    except ProcessLost as lost:
        print(lost)
"""


def test_a_lower_limit_of_the_machine_stays_and_is_named():
    done = subprocess.run([sys.executable, "-c", LIMITED], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        f"{2**30} True",
        "Blender crashed (signal SIGSEGV); it may need more memory than this machine allows one process (ulimit -v)",
    ]


def test_what_prevents_a_start_is_an_error(tmp_path: Path, monkeypatch):
    with (
        pytest.raises(JobFailed, match=r"No module named 'blender_synth\.no_such"),
        BlenderProcess("blender_synth.no_such_module", 30.0) as process,
    ):
        process.ask("echo")
    with (
        pytest.raises(SystemLibraryError, match="'no_such_module' is not installed"),
        BlenderProcess("no_such_module", 30.0) as process,
    ):
        process.ask("echo")
    with (
        pytest.raises(ConfigError, match="no such device"),
        BlenderProcess(FAKE, 30.0, setup={"device": "tpu"}) as process,
    ):
        process.ask("echo")
    (tmp_path / "dies.py").write_text("import os; os._exit(7)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with (
        pytest.raises(ProcessLost, match=r"did not start \(exit status 7\)") as caught,
        BlenderProcess("dies", 30.0) as process,
    ):
        process.ask("echo")
    assert caught.value.starting


def test_close_from_another_thread_ends_a_job(scratch: Path):
    process = BlenderProcess(FAKE, 30.0)
    process.start()
    closing = threading.Timer(0.5, process.close)
    closing.start()
    start = time.monotonic()
    with pytest.raises(ProcessClosed):
        process.ask("hang")
    assert time.monotonic() - start < 20
    with pytest.raises(ProcessClosed):
        process.ask("echo")
    closing.join()
    assert not _left_in(scratch)


# --- where children import from


def test_children_import_nothing_from_the_working_directory(tmp_path: Path, monkeypatch, process):
    (tmp_path / "traceback.py").write_text("raise SystemExit('imported from the working directory')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", f"{os.pathsep}{ROOT}")  # an empty entry means the working directory
    answer = process.ask("surroundings")
    assert not {"", str(tmp_path)} & set(answer["path"])
    assert Path(answer["package"]).parent == ROOT / "blender_synth"


def test_the_package_is_passed_on_only_where_the_child_would_not_find_it(monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setattr(sys, "path", ["/usr/bin", "/site-packages", str(ROOT)])
    assert child_environment()["PYTHONPATH"] == ""
    monkeypatch.setattr(sys, "path", [str(ROOT), "/site-packages"])  # only as the working directory
    assert child_environment()["PYTHONPATH"] == str(ROOT)


def test_the_command_imports_nothing_from_the_working_directory(tmp_path: Path):
    for name in ("yaml", "numpy", "hydra", "tqdm"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported from the working directory')")
    command = [sys.executable, "-m", "blender_synth", "--version"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


HARMFUL = ("resource", "numpy", "bpy", "yaml", "hydra", "tqdm", "cv2", "joblib", "pydantic", "traceback", "json")


@pytest.mark.parametrize("python_path", [None, f".:{ROOT}:./here:"])
def test_neither_the_command_nor_its_children_run_what_lies_in_the_working_directory(
    tmp_path: Path, python_path: str | None
):
    for name in HARMFUL:
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w'); raise SystemExit('ran')")
    for folder in ("hydra_plugins/mine", "conf", "here"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "__init__.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    (tmp_path / "conf" / "config.yaml").write_text("frames: never")
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONSAFEPATH")}
    if python_path is not None:
        environment["PYTHONPATH"] = python_path
    loky = "import sys, joblib; print(joblib.Parallel(2)([joblib.delayed(__import__)('resource')]))"
    program = (
        "import sys; sys.path.pop(0) if sys.path[0] == '' else None; import blender_synth.cli, subprocess;"
        f"subprocess.run([sys.executable, '-c', {loky!r}], check=True);"
        "subprocess.run([sys.executable, '-m', 'platform'], check=True)"
    )
    command = Path(sys.executable).with_name("blender-synth")
    for words in (
        [str(command), "render", "--cfg", "job"],
        [sys.executable, "-c", program],
    ):
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, env=environment)
        assert done.returncode == 0, done.stderr
        assert "never" not in done.stdout
    assert not (tmp_path / "ran").exists()


# --- temporary files


def test_temporary_files_are_in_a_folder_that_is_removed_with_the_process(scratch: Path):
    with BlenderProcess(FAKE, 30.0) as process:
        folder = Path(process.ask("surroundings")["temporary"])
        assert folder.parent == scratch
        Path(folder, "left_over").write_text("x")
    assert not _left_in(scratch)


PARENT = f"""
from blender_synth.blender_process import BlenderProcess
process = BlenderProcess({FAKE!r}, 30.0)
print(process.ask("surroundings")["temporary"], flush=True)
process.ask("hang")
"""


def test_what_a_killed_parent_left_is_removed_by_the_next_process(scratch: Path):
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    folder = Path(parent.stdout.readline().strip()).parent
    assert folder.parent == scratch.parent
    cache._new_scratch_folder(scratch.parent)
    assert folder.is_dir()  # it lives
    parent.kill()
    parent.communicate()
    cache._new_scratch_folder(scratch.parent)
    assert not folder.exists()
    assert scratch.is_dir()


def test_a_process_removes_its_scratch_folder_at_exit(scratch: Path):
    program = "from blender_synth.cache import scratch_folder; print(scratch_folder())"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()).parent == scratch.parent
    assert not Path(done.stdout.strip()).exists()


# --- render workers


@pytest.fixture
def worker():
    worker = Worker({}, 30.0, FAKE)
    yield worker
    worker.stop()


def test_a_worker_says_what_it_renders_with(worker: Worker):
    assert worker.device == ""
    assert worker.probe(b"{}") == []
    assert worker.device == "fake"


def test_an_item_whose_file_kills_blender_is_blamed(worker: Worker):
    with pytest.raises(ItemError, match=r"mix/crate: Blender crashed \(signal SIGSEGV\) while it read") as caught:
        worker.probe(b"opening")
    assert (caught.value.pack, caught.value.item) == ("mix", "crate")


def test_an_item_that_was_read_is_not_blamed(worker: Worker):
    with pytest.raises(ProcessLost, match="Blender crashed"):
        worker.probe(b"opened")


@pytest.mark.parametrize(("how", "raised"), [("item", ItemError), ("disk", OSError), ("asset", SceneRefused),
                                             ("bug", SceneRefused)])  # fmt: skip
def test_errors_of_a_scene_are_told_apart(worker: Worker, how: str, raised: type[Exception]):
    with pytest.raises(raised):
        worker._ask("fail", how=how)
