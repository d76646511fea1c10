"""The networks of `refine`: generator, discriminator of patches, segmenter. All are fully convolutional.

The generator works at a quarter of the resolution, so that a picture of 640 x 360 takes about half a second on a CPU.
It returns, for every pixel, an affine map of its colour that changes slowly over the picture (as in HDRNet, Gharbi et
al. 2017, without the bilateral grid), and a small, bounded fine layer for grain, sharpness and texture. The last
convolutions start at zero, so that the untrained network returns its input.
"""

from __future__ import annotations

import itertools
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from blender_synth.refine.inputs import CLASSES, PLANES

STRIDE = 4
_BLOCKS = 6
_MOST_GAIN = 0.9
"""Most by which a colour's map differs from the identity, in values from -1 to 1."""


class _Block(nn.Module):
    def __init__(self, width: int, style: int):
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1, padding_mode="replicate")
        self.second = nn.Conv2d(width, width, 3, padding=1, padding_mode="replicate")
        self.modulate = nn.Linear(style, 2 * width) if style else None

    def forward(self, x: torch.Tensor, code: torch.Tensor) -> torch.Tensor:
        y = functional.leaky_relu(self.first(x), 0.2)
        if self.modulate is not None:
            gain, offset = self.modulate(code)[..., None, None].chunk(2, 1)
            y = y * (1 + gain) + offset
        return x + 0.3 * self.second(y)


class Generator(nn.Module):
    """From the planes of `inputs` to a picture with values from -1 to 1.

    Args:
        width: channels. residual: bound of the fine layer, as a share of the range of values. style: length of the
            style code. planes: of the input; the first three are the picture.
    """

    def __init__(self, width: int = 96, residual: float = 0.08, style: int = 8, planes: int = PLANES):
        super().__init__()
        self.residual, self.style = residual, style
        self.stem = nn.Conv2d(planes * STRIDE**2, width, 1)
        self.blocks = nn.ModuleList(_Block(width, style) for _ in range(_BLOCKS))
        self.colour = nn.Conv2d(width, 12, 3, padding=1, padding_mode="replicate")
        self.fine = nn.Conv2d(width, 3 * STRIDE**2, 3, padding=1, padding_mode="replicate")
        for last in (self.colour, self.fine):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def forward(self, planes: torch.Tensor, code: torch.Tensor) -> torch.Tensor:
        """Pictures (N, 3, H, W) from planes (N, PLANES, H, W) and style codes (N, style)."""
        height, width = planes.shape[-2:]
        padded = functional.pad(planes, (0, -width % STRIDE, 0, -height % STRIDE), mode="replicate")
        x = functional.leaky_relu(self.stem(functional.pixel_unshuffle(padded, STRIDE)), 0.2)
        for block in self.blocks:
            x = block(x, code)
        maps = _MOST_GAIN * torch.tanh(_smooth(self.colour(x)))
        maps = functional.interpolate(maps, scale_factor=STRIDE, mode="bilinear", align_corners=False)
        picture = padded[:, :3]
        gains = maps[:, :9].unflatten(1, (3, 3))
        changed = picture + (gains * picture[:, None]).sum(2) + maps[:, 9:]
        fine = 2 * self.residual * torch.tanh(functional.pixel_shuffle(self.fine(x), STRIDE))
        return (changed + fine)[..., :height, :width]


def _smooth(maps: torch.Tensor) -> torch.Tensor:
    return functional.avg_pool2d(functional.pad(maps, (1, 1, 1, 1), mode="replicate"), 3, 1)


class Discriminator(nn.Module):
    """Judges patches of 46 px (Isola et al. 2017), given how far up in the picture they are, and what they show.

    Args:
        width: channels of the first layer. given: planes beside the picture.
    """

    def __init__(self, width: int = 48, given: int = 1):
        super().__init__()
        sizes = [3 + given, width, 2 * width, 3 * width]
        layers: list[nn.Module] = []
        for before, after in itertools.pairwise(sizes):
            layers += [spectral_norm(nn.Conv2d(before, after, 4, 2, 1)), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers, spectral_norm(nn.Conv2d(3 * width, 1, 3, padding=1)))

    def forward(self, pictures: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
        """Judgements (N, 1, H / 8, W / 8), towards 1 for photographs. `given`: (N, given, H, W), near -1 to 1."""
        judged: torch.Tensor = self.layers(torch.cat([pictures, given], 1))
        return judged

    def features(self, pictures: torch.Tensor, given: torch.Tensor) -> list[torch.Tensor]:
        """What each layer finds; the last are the judgements."""
        found, x = [], torch.cat([pictures, given], 1)
        for layer in self.layers:
            x = layer(x)
            if not isinstance(layer, nn.LeakyReLU):
                found.append(x)
        return found


class Segmenter(nn.Module):
    """Finds people and reflections; trained on unrefined frames only. A small U-Net (Ronneberger et al. 2015)."""

    def __init__(self, width: int = 24, classes: int = len(CLASSES)):
        super().__init__()
        w = width
        self.stem = _convs(12, w)
        self.down = nn.ModuleList([_convs(w, 2 * w), _convs(2 * w, 3 * w), _convs(3 * w, 3 * w)])
        self.up = nn.ModuleList([_convs(6 * w, 2 * w), _convs(4 * w, w), _convs(2 * w, w)])
        self.head = nn.Conv2d(w, classes * 4, 1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Logits (N, classes, H, W) of pictures (N, 3, H, W) with values from -1 to 1."""
        height, width = pictures.shape[-2:]
        padded = functional.pad(pictures, (0, -width % 16, 0, -height % 16), mode="replicate")
        x = self.stem(functional.pixel_unshuffle(padded, 2))
        kept = []
        for down in self.down:
            kept.append(x)
            x = down(functional.max_pool2d(x, 2))
        for up in self.up:
            other = kept.pop()
            x = up(torch.cat([functional.interpolate(x, scale_factor=2, mode="nearest"), other], 1))
        return functional.pixel_shuffle(self.head(x), 2)[..., :height, :width]


class LabelNetwork(nn.Module):
    """Finds classes: a feature pyramid (Lin et al. 2017) down to a thirty-second, with the mean of the whole picture.

    Args:
        planes: of the input. width: channels at half of the resolution. classes: of the output.
    """

    def __init__(self, planes: int, width: int, classes: int):
        super().__init__()
        w = width
        widths = [w, 2 * w, 4 * w, 4 * w, 4 * w]
        self.stem = _normed(4 * planes, w)
        self.down = nn.ModuleList(
            nn.Sequential(_normed(before, after, 2), _normed(after, after))
            for before, after in itertools.pairwise(widths)
        )
        self.across = nn.ModuleList(nn.Conv2d(channels, 2 * w, 1) for channels in widths)
        self.up = nn.ModuleList(_normed(2 * w, 2 * w) for _ in self.down)
        self.head = nn.Conv2d(2 * w, 4 * classes, 1)

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        """Logits (N, classes, H, W) of planes (N, planes, H, W)."""
        height, width = planes.shape[-2:]
        padded = functional.pad(planes, (0, -width % 32, 0, -height % 32), mode="replicate")
        found = [self.stem(functional.pixel_unshuffle(padded, 2))]
        for down in self.down:
            found.append(down(found[-1]))
        x = self.across[-1](found[-1])
        x = x + x.mean((2, 3), keepdim=True)
        for level in reversed(range(len(self.up))):
            larger = functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
            x = self.up[level](larger + self.across[level](found[level]))
        return functional.pixel_shuffle(self.head(x), 2)[..., :height, :width]


def _normed(before: int, after: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU(inplace=True)
    )


def _convs(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, padding=1), nn.GroupNorm(4, after), nn.LeakyReLU(0.1),
        nn.Conv2d(after, after, 3, padding=1), nn.GroupNorm(4, after), nn.LeakyReLU(0.1),
    )  # fmt: skip


def parameters_of(module: nn.Module) -> int:
    """Number of weights."""
    return sum(p.numel() for p in module.parameters())


def plain_state(module: nn.Module) -> dict[str, Any]:
    """Weights on the CPU."""
    return {name: value.detach().cpu() for name, value in module.state_dict().items()}
