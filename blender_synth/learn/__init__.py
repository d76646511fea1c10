"""What everything that trains has in common: checkpoints, moving averages, seeds, resuming, curves. Needs PyTorch.

`pip install 'blender-synth-people[learn]'` brings it. Nothing outside `proof/` and `refine/` imports this package. Only
its modules import torch, not the package itself: call `require_torch` before importing one of them.
"""

from __future__ import annotations

import importlib

from blender_synth.errors import ConfigError

LEAST_TORCH = (2, 13)


def require_torch(command: str, extra: str = "learn") -> None:
    """Check that PyTorch is there and new enough.

    Args:
        command: what needs it, for the message. extra: that brings it, `learn` or `refine`.

    Raises:
        ConfigError: it is missing, broken or too old.
    """
    hint = f"pip install 'blender-synth-people[{extra}]'; a build for CPUs is enough"
    try:
        version = str(importlib.import_module("torch").__version__)
    except (ImportError, OSError) as error:  # OSError: a shared library of it does not load
        raise ConfigError(
            f"{command} needs PyTorch ({str(error)[:200]})", key="extra", value=extra, hint=hint
        ) from None
    if tuple(int(part) for part in version.split("+")[0].split(".")[:2]) < LEAST_TORCH:
        least = ".".join(map(str, LEAST_TORCH))
        raise ConfigError(f"{command} needs PyTorch {least} or newer", key="torch", value=version, hint=hint)
