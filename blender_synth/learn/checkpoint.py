"""Checkpoints on disk: written atomically, read without running code from the file."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from blender_synth.cache import write_atomically
from blender_synth.errors import RunError

_VERSION = "checkpoint_version"
_CURRENT = 1


def save_checkpoint(file: Path, state: Mapping[str, Any]) -> None:
    """Replace a checkpoint atomically; a reader or a kill sees the old one or the new one.

    Args:
        file: its folder is created. state: tensors, numbers, texts, and lists and mappings of these.

    Raises:
        OSError: the folder cannot be written or the disk is full; the old checkpoint is then unchanged.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    torch.save({_VERSION: _CURRENT, **state}, buffer)
    write_atomically(file, buffer.getvalue())


def load_checkpoint(file: Path) -> dict[str, Any]:
    """Read what `save_checkpoint` wrote, onto the CPU.

    Raises:
        RunError: it is missing, damaged, of another version, or holds more than plain values and tensors.
    """
    hint = "delete it to train from the beginning, or give another file"
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise RunError("there is no checkpoint", file=file, hint="train first, or give another file") from None
    except (OSError, RuntimeError, EOFError, ValueError, KeyError, pickle.UnpicklingError, zipfile.BadZipFile) as error:
        reason = " ".join(str(error).split())[:160]
        raise RunError(f"the checkpoint cannot be read ({reason})", file=file, hint=hint) from None
    if not isinstance(state, dict) or state.pop(_VERSION, None) != _CURRENT:
        raise RunError("this is no checkpoint of this version of the program", file=file, hint=hint)
    return state


def load_weights(module: torch.nn.Module, weights: Mapping[str, Any], file: Path) -> None:
    """Put weights into a module, all of them.

    Args:
        weights: its `state_dict`. file: where they are from, for the message.

    Raises:
        RunError: names or shapes do not fit.
    """
    try:
        module.load_state_dict(weights)
    except (RuntimeError, TypeError, AttributeError) as error:
        reason = " ".join(str(error).split())[:300]
        raise RunError(
            f"the weights do not fit the network ({reason})",
            file=file,
            hint="use weights that were trained with the same settings of the network",
        ) from None
