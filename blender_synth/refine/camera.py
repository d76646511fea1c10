"""A camera with about fifty parameters, fitted to the photographs before the generator is trained (torch).

    values -> curve -> light -> haze by depth -> 3 x 3 matrix -> vignetting -> blur -> values -> curve -> noise

The parts are those of `develop`, in the same order, but all of them differentiable, and they start near the identity.
None can move an outline or treat two places of one colour differently but by depth and place in the picture. Nearly
all of the difference between two cameras is of this kind, and the network only has to learn what is left. What is
minimised is the sliced Wasserstein distance between patches of frames and photographs, over windows of many of them in
each step. Windows of a few would teach a camera to lose contrast: a mean of few is nearest to everything. Lightness is
compared with windows of all photographs, colour with windows that show what the frames' show (see `patches`), which
are matched again whenever the camera has learned some of the tint. Lawns do not make a camera green in this way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from blender_synth.learn.average import MovingAverage
from blender_synth.learn.training import Training
from blender_synth.refine.inputs import NEAR_M, NEARNESS, FrameInput, scaled
from blender_synth.refine.losses import statistics
from blender_synth.refine.patches import PER_PICTURE, Crops
from blender_synth.seeds import rng_for

_GAMMA = 2.2
_KNOTS = 16
_MOST = 1.5
"""Greatest value after the first curve, and end of the second one."""
_FAR_M = 400.0
_WINDOWS, _WINDOW_PX, _FILTERS = 32, 96, 12
_LEVELS = 4
_RATE, _MATCH_EVERY = 0.03, 20


class Curve(nn.Module):
    """A curve that rises, linear between knots; values beyond the last knot keep its slope.

    All channels have the same one: a curve for each would paint shadows in the colour of what is dark in photographs.

    Args:
        end: of the knots, which begin at 0.
    """

    def __init__(self, end: float):
        super().__init__()
        self.end = end
        step = end / (_KNOTS - 1)
        self.raw = nn.Parameter(torch.full((_KNOTS - 1,), float(np.log(np.expm1(step * 10)))))
        self.start = nn.Parameter(torch.zeros(1))

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Values of any shape, of the same shape."""
        heights = torch.cat([self.start, self.start + (functional.softplus(self.raw) / 10).cumsum(0)])
        place = values.clamp(min=0) * ((_KNOTS - 1) / self.end)
        below = place.detach().floor().clamp(max=_KNOTS - 2)
        index = below.long()
        low, high = heights[index], heights[index + 1]
        return low + (high - low) * (place - below)

    def bend(self) -> torch.Tensor:
        """How much the slope changes from knot to knot; what the data do not decide becomes straight."""
        return functional.softplus(self.raw).log().diff().square().mean()


class Camera(nn.Module):
    """From pictures to the same through another camera; both have values from -1 to 1.

    Args:
        noise: factor of the noise.
    """

    def __init__(self, noise: float = 1.0):
        super().__init__()
        self.noise_factor = noise
        self.first, self.second = Curve(1.0), Curve(_MOST)
        self.haze = nn.Parameter(torch.tensor(-4.0))
        self.air = nn.Parameter(torch.full((3,), 0.6))
        self.matrix = nn.Parameter(torch.eye(3))
        self.vignette = nn.Parameter(torch.zeros(3))
        self.blur = nn.Parameter(torch.zeros(2))
        self.noise = nn.Parameter(torch.full((2, 2), -3.0))

    def forward(
        self, pictures: torch.Tensor, nearness: torch.Tensor, places: torch.Tensor, grain: torch.Tensor
    ) -> torch.Tensor:
        """Pictures (N, 3, H, W), not clipped.

        Args:
            nearness: (N, 1, H, W) as in `inputs`. places: (N, 2, H, W), -1 to 1 from left to right and down.
            grain: (N, 4, H, W) normal noise: of all channels, and of each.
        """
        light = self.first((pictures + 1) / 2).clamp(1e-4, _MOST * 2) ** _GAMMA
        depth = (NEAR_M / nearness.clamp(min=1e-3) - NEAR_M).clamp(0, _FAR_M)
        through = torch.exp(-functional.softplus(self.haze) * 0.02 * depth)
        light = light * through + self.air.clamp(min=0)[:, None, None] * (1 - through)
        light = torch.einsum("ij,njhw->nihw", self.matrix, light)
        radius = places.square().sum(1, keepdim=True) / 2
        stops = self.vignette[0] * radius + self.vignette[1] * radius**2 + self.vignette[2] * places[:, 1:]
        light = light * torch.exp2(stops)
        once = _blurred(light)
        strengths = torch.tanh(self.blur)
        light = light + strengths[0] * (once - light) + strengths[1] * (_blurred(once) - once)
        values = self.second(light.clamp(min=1e-4) ** (1 / _GAMMA))
        shown = values.detach().clamp(0, 1)
        for row, noise in zip(self.noise, (grain[:, :1], grain[:, 1:]), strict=True):
            values = values + self.noise_factor * functional.softplus(row[0] + row[1] * shown) * 0.2 * noise
        return values * 2 - 1

    def restraint(self) -> torch.Tensor:
        """What keeps parameters where they are unless the photographs say otherwise."""
        away = (self.matrix - torch.eye(3, device=self.matrix.device)).square()
        bends = self.first.bend() + self.second.bend()
        mixed = away.sum() - away.diagonal().sum()
        return 0.02 * bends + 0.3 * mixed + 0.01 * self.vignette.square().sum() + 0.01 * self.blur.square().sum()


def _blurred(light: torch.Tensor) -> torch.Tensor:
    row = light.new_tensor([0.25, 0.5, 0.25])
    kernel = (row[:, None] * row).expand(3, 1, 3, 3)
    return functional.conv2d(functional.pad(light, (1, 1, 1, 1), mode="replicate"), kernel, groups=3)


def places_of(height: int, width: int) -> np.ndarray:
    """Places of the pixels, (2, H, W) float32, -1 to 1 from left to right and from top to bottom."""
    down, across = ((np.arange(n, dtype=np.float32) + 0.5) / n * 2 - 1 for n in (height, width))
    return np.stack(np.broadcast_arrays(across[None], down[:, None])).astype(np.float32)


def grain_of(frame: FrameInput, number: int = 0) -> np.ndarray:
    """Noise for a whole frame, (4, H, W) float32, the same every time."""
    shape = (4, *frame.picture.shape[:2])
    return rng_for(*frame.seed, f"refine/camera/{number}").standard_normal(shape, np.float32)


@torch.no_grad()
def through(camera: Camera, frame: FrameInput, number: int = 0) -> np.ndarray:
    """The whole picture of a frame through the camera, (3, H, W) float32 from -1 to 1. `number`: of the grain."""
    arrays = (
        scaled(frame.picture), frame.layers[NEARNESS][None].astype(np.float32), places_of(*frame.picture.shape[:2]),
        grain_of(frame, number),
    )  # fmt: skip
    device = camera.matrix.device
    made = camera(*(torch.from_numpy(array)[None].to(device) for array in arrays))
    return np.asarray(made[0].clamp(-1, 1).cpu().numpy())


def through_camera(camera: Camera, frame: FrameInput, number: int = 0) -> FrameInput:
    """The frame with its picture through the camera."""
    return replace(frame, picture=_as_bytes(through(camera, frame, number)))


def fit_camera(
    folder: Path,
    frames: Sequence[FrameInput],
    photographs: Sequence[np.ndarray],
    steps: int,
    seed: int,
    device: torch.device,
) -> Camera:
    """Fit a camera, or go on with one that was stopped.

    Args:
        folder: of the checkpoint. photographs: (H, W, 3) uint8, to learn from.
    """
    camera = Camera().to(device)
    average = MovingAverage(camera, 0.98)
    optimizer = torch.optim.Adam(camera.parameters(), _RATE, (0.8, 0.99))
    size = min(_WINDOW_PX, *(n for frame in frames for n in frame.picture.shape[:2]))
    size = size // 16 * 16
    own = Crops([frame.picture for frame in frames], size, seed, "camera/frames")
    others = Crops(photographs, size, seed, "camera/photos")
    matched = nn.Module()  # a module, so that it is part of the checkpoint
    matched.register_buffer("features", torch.from_numpy(own.features))
    training = Training(
        folder,
        {"camera": camera, "average": average, "optimizer": optimizer, "matched": matched},
        {"steps": steps, "seed": seed, "frames": len(frames), "photographs": len(photographs), "window": size},
    )
    training.resume()
    places = {frame.picture.shape[:2]: places_of(*frame.picture.shape[:2]) for frame in frames}
    levels = max(1, min(_LEVELS, int(np.log2(size / 7)) + 1))

    def step(number: int) -> dict[str, float]:
        for group in optimizer.param_groups:
            group["lr"] = _RATE * min(1.0, (number + 1) / 10, 2 * (steps - number) / steps)
        if number and number % _MATCH_EVERY == 0:
            now = own.features_of([through_camera(average.module, frame).picture for frame in frames])
            matched.features.copy_(torch.from_numpy(now))
        rng = rng_for(seed, number, "refine/camera/step")
        features = matched.features.numpy()
        windows, alike, reals = [], [], []
        for picture in _drawn(len(frames), rng):
            place = int(picture) * PER_PICTURE + int(rng.integers(PER_PICTURE))
            index, top, left = own.places[place]
            window = (..., slice(top, top + size), slice(left, left + size))
            frame = frames[index]
            planes = [
                scaled(frame.picture[window[1:]]), frame.layers[NEARNESS][None][window].astype(np.float32),
                places[frame.picture.shape[:2]][window], rng.standard_normal((4, size, size), np.float32),
            ]  # fmt: skip
            windows.append(np.concatenate(planes))
            alike.append(scaled(others.crop(others.nearest(features[place], rng))[0]))
        for picture in _drawn(len(photographs), rng):
            reals.append(scaled(others.crop(int(picture) * PER_PICTURE + int(rng.integers(PER_PICTURE)))[0]))
        given = torch.from_numpy(np.stack(windows)).to(device)
        made = camera(given[:, :3], given[:, 3:4], given[:, 4:6], given[:, 6:])
        made = made.clamp(-1, 1) + 0.05 * (made - made.clamp(-1, 1))  # beyond white there is a gradient still
        directions = torch.Generator().manual_seed(int(rng.integers(2**62)))
        tones, colours = (torch.from_numpy(np.stack(crops)).to(device) for crops in (reals, alike))
        gap = statistics(_lightness(made), _lightness(tones), directions, levels, _FILTERS)
        gap = gap + statistics(made, colours, directions, levels, _FILTERS)
        loss = gap + camera.restraint()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        average.update(camera)
        return {"loss": gap.item()}

    training.run(steps, step, "camera")
    camera.load_state_dict(average.module.state_dict())
    return camera.eval()


def _lightness(pictures: torch.Tensor) -> torch.Tensor:
    return pictures.mean(1, keepdim=True)


def _as_bytes(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(((values.transpose(1, 2, 0) + 1) * 127.5).round().astype(np.uint8))


def _drawn(count: int, rng: np.random.Generator) -> np.ndarray:
    """Numbers of `_WINDOWS` pictures, each once before any is drawn twice."""
    rounds = [rng.permutation(count) for _ in range(-(-_WINDOWS // count))]
    return np.concatenate(rounds)[:_WINDOWS]
