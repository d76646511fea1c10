"""KID and FID to the photographs, by a network that the user names (torch, torchmetrics).

The network is a TorchScript file: one module that takes (N, 3, 299, 299) uint8 RGB and returns (N, features). Nothing
is downloaded. A TorchScript file is code and runs as such, so only the file that is named is loaded.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from blender_synth.errors import ConfigError, RunError
from blender_synth.learn import require_torch

FEWEST = 8
"""Pictures of a set below which neither measure says anything."""
SIDE_PX = 299
_BATCH, _SUBSETS, _SUBSET = 16, 50, 100
_HINT = (
    "give a module saved by torch.jit.save that takes uint8 pictures (N, 3, 299, 299) and returns (N, features); "
    "see .docs/refine.md"
)


def require_metrics(command: str) -> None:
    """Check that torch and torchmetrics are there.

    Raises:
        ConfigError: one is missing.
    """
    require_torch(command, "refine")
    try:
        importlib.import_module("torchmetrics.image.kid")
    except (ImportError, OSError) as error:
        raise ConfigError(
            f"{command} with an extractor needs torchmetrics ({str(error)[:200]})", key="extractor", value="",
            hint="pip install 'blender-synth-people[refine]'",
        ) from None  # fmt: skip


def check_counts(**counts: int) -> None:
    """Check that there are pictures enough, by the name of their set.

    Raises:
        RunError: a set has less than `FEWEST`.
    """
    for name, count in counts.items():
        if count < FEWEST:
            raise RunError(
                f"{count} {name} are too few for KID and FID, which need {FEWEST} or more of them to measure with",
                key="extractor", value=count, hint="leave `extractor` out, or give more of them",
            )  # fmt: skip


class Extractor:
    """A network that reduces pictures to features."""

    def __init__(self, file: Path, command: str = "refine"):
        """Load it, and try it on an empty picture.

        Raises:
            ConfigError: torchmetrics is missing. RunError: the file is missing, damaged, or something else.
        """
        require_metrics(command)
        import torch

        self.file = file
        if not file.is_file():
            raise RunError("there is no such file", file=file, key="extractor", value=str(file), hint=_HINT)
        try:
            with warnings.catch_warnings():  # TorchScript is deprecated, and is what such networks are published as
                warnings.simplefilter("ignore", DeprecationWarning)
                self._network = torch.jit.load(str(file), map_location="cpu").eval()
        except (RuntimeError, ValueError, OSError, EOFError, MemoryError) as error:
            raise self._error("the file is damaged or no TorchScript module", error) from None
        self.of([np.zeros((SIDE_PX, SIDE_PX, 3), np.uint8)])

    def _error(self, message: str, error: Exception | str) -> RunError:
        reason = " ".join(str(error).split())[-200:]
        return RunError(f"{message} ({reason})", file=self.file, key="extractor", value=str(self.file), hint=_HINT)

    def of(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        """Features (N, features) float64 of pictures (H, W, 3) uint8 RGB.

        Raises:
            RunError: the network fails, or returns something else.
        """
        import torch

        found = []
        for start in range(0, len(pictures), _BATCH):
            chosen = [cv2.resize(p, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
                      for p in pictures[start : start + _BATCH]]  # fmt: skip
            batch = torch.from_numpy(np.ascontiguousarray(np.stack(chosen).transpose(0, 3, 1, 2)))
            try:
                with torch.no_grad():
                    made = self._network(batch)
            except Exception as error:  # it is the user's code: whatever it raises is about their file
                raise self._error("the network cannot take the pictures", error) from None
            if not isinstance(made, torch.Tensor) or made.ndim != 2 or len(made) != len(chosen) or made.shape[1] < 2:
                shape = tuple(made.shape) if isinstance(made, torch.Tensor) else type(made).__name__
                raise self._error("the network does not return features", f"it returned {shape}")
            if not bool(torch.isfinite(made).all()):
                raise self._error("the network does not return features", "some are not finite")
            found.append(made.double().numpy())
        return np.concatenate(found)


class FeatureDistance:
    """KID (Binkowski et al. 2018) and FID (Heusel et al. 2017) of sets of pictures to photographs."""

    def __init__(self, extractor: Extractor, photographs: Sequence[np.ndarray], seed: int = 0):
        """Take the photographs' features.

        Raises:
            RunError: they are too few.
        """
        check_counts(photographs=len(photographs))
        self._extractor, self._seed = extractor, seed
        self._real = extractor.of(photographs)

    def scores(self, pictures: Sequence[np.ndarray]) -> dict[str, float]:
        """`kid` and `fid`, the same every time. 0 is none; KID can be slightly negative.

        Raises:
            RunError: the pictures are too few.
        """
        import torch
        from torchmetrics.image.fid import FrechetInceptionDistance
        from torchmetrics.image.kid import KernelInceptionDistance

        check_counts(pictures=len(pictures))
        real, fake = torch.from_numpy(self._real), torch.from_numpy(self._extractor.of(pictures))
        given = torch.nn.Identity()  # features are computed once, for both
        given.num_features = real.shape[1]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that features are kept in memory, which they are anyway
            subset = min(_SUBSET, len(real), len(fake))
            metrics = {
                "kid": KernelInceptionDistance(given, subsets=_SUBSETS, subset_size=subset),
                "fid": FrechetInceptionDistance(given),
            }
        found = {}
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self._seed)
            for name, metric in metrics.items():
                metric.update(real, real=True)
                metric.update(fake, real=False)
                value = metric.compute()
                found[name] = float(value[0] if isinstance(value, tuple) else value)
        return found
