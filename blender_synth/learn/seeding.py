"""Seeds of training: named streams as in `seeds`, and the state of torch's generators for resuming."""

from __future__ import annotations

from typing import Any

import torch

from blender_synth.seeds import rng_for


def torch_seed(seed: int, purpose: str) -> int:
    """The seed of a torch generator for one purpose, from a named stream: `torch_seed(3, "weights")`."""
    return int(rng_for(seed, 0, f"learn/{purpose}").integers(2**62))


def seed_torch(seed: int, purpose: str = "torch") -> None:
    """Seed the global generators of torch, which initialise weights and draw dropout.

    Everything else draws from `seeds.rng_for` with the step as its scene, so that it does not depend on what was drawn
    before: the pictures of step 500 are the same after a restart.
    """
    torch.manual_seed(torch_seed(seed, purpose))


def generator_state() -> dict[str, Any]:
    """The state of torch's global generators, as a checkpoint keeps it."""
    state: dict[str, Any] = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state_all()
    return state


def restore_generators(state: dict[str, Any]) -> None:
    """The inverse of `generator_state`; the states of GPUs are used where there are as many."""
    torch.set_rng_state(state["cpu"])
    if torch.cuda.is_available() and len(state.get("cuda", ())) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["cuda"])


def best_device(wanted: str = "auto") -> torch.device:
    """`cpu`, `cuda` or `mps`; `auto` is the fastest one that is there.

    Raises:
        ConfigError: the device is not there.
    """
    from blender_synth.errors import ConfigError

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return torch.device(next(name for name, is_there in there.items() if is_there))
    if not there.get(wanted.partition(":")[0], False):
        raise ConfigError(
            "this device is not there", key="device", value=wanted,
            hint="use one of: auto, " + ", ".join(name for name, is_there in there.items() if is_there),
        )  # fmt: skip
    return torch.device(wanted)
