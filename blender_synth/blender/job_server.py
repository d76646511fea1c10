"""A process that answers: each line of JSON on standard input is a job, each line of JSON back is its answer.

Blender and its importers print on standard output, so the answers go to where it led before, and it leads nowhere.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

from blender_synth.errors import BlenderSynthError


def answer(do: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Do every job that comes in; does not return.

    An answer has `ok`; where it is false, `error` says why, and `defect` whether that is no error for the user.
    """
    answers = os.fdopen(os.dup(1), "w")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    for line in sys.stdin:
        try:
            said = {"ok": True, **do(json.loads(line))}
        except BlenderSynthError as error:
            told = {"problem": error.problem, "file": error.file and str(error.file), "key": error.key}
            told |= {"value": error.value if isinstance(error.value, str | int | float) else None, "hint": error.hint}
            said = {"ok": False, "defect": False, "error": str(error), **told}
        except Exception:
            said = {"ok": False, "defect": True, "error": traceback.format_exc()}
        answers.write(json.dumps(said) + "\n")
        answers.flush()
    os._exit(0)  # Blender 4.5 may hang when its module is unloaded
