"""System libraries that Blender's module needs, and the message for when one is missing.

`python -m blender_synth.blender.system_libraries` checks whether Blender can start; with `--apt-line` it prints the
command that installs what may be missing.
"""

from __future__ import annotations

import ctypes
import re
import sys

from blender_synth.errors import SystemLibraryError

LIBRARIES = {
    "libX11.so.6": "libx11-6",
    "libXrender.so.1": "libxrender1",
    "libXfixes.so.3": "libxfixes3",
    "libXi.so.6": "libxi6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libSM.so.6": "libsm6",
    "libGL.so.1": "libgl1",
}
"""Each shared library that a bare Debian 12 with Python 3.11 lacks, and its package (checked with Blender 4.5.15)."""

APT_LINE = "apt-get update && apt-get install -y --no-install-recommends " + " ".join(LIBRARIES.values())
"""The command, run as root, after which Blender's module loads; README, Dockerfile and .ci/run use the same."""


def explain(import_error: ImportError) -> SystemLibraryError:
    """The error for a failed `import bpy`: names every missing library and the command that installs them.

    Args:
        import_error: what `import bpy` raised.
    """
    if isinstance(import_error, ModuleNotFoundError):
        return SystemLibraryError(
            f"the Python module {import_error.name!r} is not installed", hint="install the project again: make setup"
        )
    named = re.match(r"(\S+\.so\S*): cannot open shared object file", str(import_error))
    missing = dict.fromkeys([named[1]] if named else [])
    missing.update(dict.fromkeys(filter(_is_missing, LIBRARIES)))
    if not missing:
        return SystemLibraryError(f"Blender's module does not load: {import_error}", hint=f"as root: {APT_LINE}")
    return SystemLibraryError(
        f"Blender's module does not load: the system lacks {', '.join(missing)}", hint=f"as root: {APT_LINE}"
    )


def _is_missing(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return True
    return False


def main(arguments: list[str]) -> int:
    """Print the apt line, or check whether Blender can start (0 yes, 1 no)."""
    if arguments == ["--apt-line"]:
        print(APT_LINE)
        return 0
    try:
        import bpy  # noqa: F401
    except ImportError as error:
        print(explain(error), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
