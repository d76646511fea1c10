"""The command line's boundary: streams, signals and errors. `commands` holds what runs inside it.

Whatever a command raises ends as one message on standard error and an exit status, never as a traceback.
"""

from __future__ import annotations

from blender_synth import secured  # noqa: F401 - before anything else is imported

# isort: split
import os
import sys
import time
import traceback
from pathlib import Path

from blender_synth import console
from blender_synth.errors import BlenderSynthError, RunError

DEBUG = "BLENDER_SYNTH_DEBUG"
"""Set in the environment, it lets unexpected errors through with their traceback."""


def main(arguments: list[str] | None = None) -> None:
    """Entry point of `blender-synth`.

    Exits with 0, 1 (error, or frames failed), 2 (usage), 141 (standard output was closed, as by `| head`) or 128 + the
    number of the signal that stopped it: 130 for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP. SIGPIPE itself stays ignored:
    it would also end the program when a worker dies while a message is sent to it.
    """
    if arguments is None:
        console.protect_streams()
        console.stop_on_signals()
    words = sys.argv[1:] if arguments is None else arguments
    status = _status_of(words)
    try:
        failure = console.output_failure()
    except OSError as error:
        failure = error
    if failure is not None:
        status = status or _report_output(failure)
    if status:
        sys.exit(status)


def _status_of(words: list[str]) -> int:
    """Run the command; the exit status. Errors are printed."""
    try:
        from blender_synth import commands  # after the signals are handled: this takes a second or two

        return commands.run(words)
    except BlenderSynthError as error:
        return _report(error)
    except KeyboardInterrupt as stopped:
        print(f"blender-synth: {_stopped(words[0] if words else '')}", file=sys.stderr)
        return console.exit_status_of(stopped)
    except SystemExit as leaving:
        if isinstance(leaving.code, str):
            print(leaving.code, file=sys.stderr)
            return 1
        return leaving.code or 0
    except BrokenPipeError as error:
        return _report_output(error)
    except MemoryError:
        return _report(
            RunError("there is not enough memory", hint="use fewer workers, smaller pictures or fewer people")
        )
    except OSError as error:
        from blender_synth.frames.run_folder import disk_error

        return _report(disk_error(error, error.filename))
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        return _report(_unexpected(error))


def _report(error: BlenderSynthError) -> int:
    print(f"blender-synth: {error}", file=sys.stderr)
    return 1


def _report_output(failure: OSError) -> int:
    if console.is_closed_pipe(failure):
        return 141
    return _report(RunError(f"standard output cannot be written ({failure.strerror})", hint="free the disk it goes to"))


def _stopped(command: str) -> str:
    """The sentence for a command that a signal stopped."""
    if command in ("render", "run"):
        return "stopped; finished frames are kept, the same command renders the rest"
    if command == "export":
        return "stopped; no dataset is left half-written, the same command writes it"
    return "stopped"


def _unexpected(error: Exception) -> BlenderSynthError:
    """The message for a fault of the program; its traceback goes to a file."""
    file: Path | None = None
    try:
        from blender_synth.cache import cache_folder

        file = cache_folder("errors") / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
        file.write_text("".join(traceback.format_exception(error)), encoding="utf-8", errors="backslashreplace")
    except OSError:
        file = None
    reason = " ".join(str(error).split())[:300]
    return RunError(
        f"the program failed ({type(error).__name__}{': ' if reason else ''}{reason})",
        file=file,
        hint=f"report this with the file, which holds the details; {DEBUG}=1 shows them here",
    )
