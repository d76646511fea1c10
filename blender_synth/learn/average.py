"""Exponential moving average of weights (EMA), by `torch.optim.swa_utils`."""

from __future__ import annotations

from typing import Any

import torch
from torch.optim.swa_utils import AveragedModel


class MovingAverage:
    """A copy of a module whose weights and buffers follow those of the original slowly.

    The decay grows with the number of updates, min(decay, (1 + n) / (10 + n)), so that short trainings do not keep the
    random weights of the beginning (as in TensorFlow's ExponentialMovingAverage).
    """

    def __init__(self, module: torch.nn.Module, decay: float = 0.999):
        self.decay, self.updates = decay, 0
        self._averaged = AveragedModel(module, multi_avg_fn=self._follow, use_buffers=True)
        self._averaged.n_averaged.fill_(1)  # at 0, the first update would copy the weights
        self._averaged.requires_grad_(False)
        self._averaged.eval()

    @property
    def module(self) -> torch.nn.Module:
        """The averaged module, in evaluation mode."""
        return self._averaged.module

    def update(self, module: torch.nn.Module) -> None:
        """Move towards the weights of the original."""
        self.updates += 1
        self._averaged.update_parameters(module)

    def state_dict(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {"updates": self.updates, "weights": self.module.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """From a checkpoint."""
        self.module.load_state_dict(state["weights"])
        self.updates = int(state["updates"])

    @torch.no_grad()
    def _follow(self, averages: Any, currents: Any, _: Any) -> None:
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        for average, current in zip(averages, currents, strict=True):
            if average.is_floating_point():
                average.lerp_(current.to(average.device, average.dtype), 1 - decay)
            else:
                average.copy_(current)  # counters of batch normalisation
