"""The network that paints a picture from labels alone (torch).

Features are scaled and shifted by what the labels say at each place, and by the look (SPADE, Park et al. 2019), from a
thirty-second of the resolution up to half of it. Features are normalised over the channels of each pixel (as in Karras
et al. 2018), not over the picture: a crop is painted as the same part of a whole picture is.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from blender_synth.refine.layout import PAINT_PLANES
from blender_synth.refine.looks import LOOK

_COARSEST = 32
_HIDDEN = 32


class _Spade(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.labels = _conv(PAINT_PLANES, _HIDDEN)
        self.maps = _conv(_HIDDEN, 2 * channels)
        self.look = nn.Linear(LOOK, 2 * channels)

    def forward(self, x: torch.Tensor, planes: torch.Tensor, look: torch.Tensor) -> torch.Tensor:
        normal = x * (x.square().mean(1, keepdim=True) + 1e-6).rsqrt()
        maps = self.maps(functional.leaky_relu(self.labels(planes), 0.2)) + self.look(look)[..., None, None]
        gain, offset = maps.chunk(2, 1)
        return normal * (1 + gain) + offset


class _Block(nn.Module):
    def __init__(self, before: int, after: int):
        super().__init__()
        self.first, self.second = _Spade(before), _Spade(after)
        self.convs = nn.ModuleList([_conv(before, after), _conv(after, after)])
        self.skip = nn.Conv2d(before, after, 1, bias=False) if before != after else nn.Identity()

    def forward(self, x: torch.Tensor, planes: torch.Tensor, look: torch.Tensor) -> torch.Tensor:
        y = self.convs[0](functional.leaky_relu(self.first(x, planes, look), 0.2))
        y = self.convs[1](functional.leaky_relu(self.second(y, planes, look), 0.2))
        skipped: torch.Tensor = self.skip(x)
        return skipped + y


class PainterNetwork(nn.Module):
    """From planes of labels and a look to a picture with values from -1 to 1.

    Args:
        width: channels at half of the resolution; 32 is 1.6 million parameters.
    """

    def __init__(self, width: int = 32):
        super().__init__()
        widths = [4 * width, 4 * width, 3 * width, 2 * width, width]
        self.start = _conv(PAINT_PLANES, widths[0])
        self.blocks = nn.ModuleList(
            _Block(before, after) for before, after in zip([widths[0], *widths], widths, strict=False)
        )
        self.fine = _conv(4 * PAINT_PLANES, width)
        self.head = _conv(width, 12)

    def forward(self, planes: torch.Tensor, look: torch.Tensor) -> torch.Tensor:
        """Pictures (N, 3, H, W) of planes (N, PAINT_PLANES, H, W) and looks (N, LOOK)."""
        height, width = planes.shape[-2:]
        padded = functional.pad(planes, (0, -width % _COARSEST, 0, -height % _COARSEST), mode="replicate")
        strides = [_COARSEST >> level for level in range(len(self.blocks))]
        x = self.start(_smaller(padded, strides[0]))
        for number, (stride, block) in enumerate(zip(strides, self.blocks, strict=True)):
            if number:
                x = functional.interpolate(x, scale_factor=2, mode="nearest")
            x = block(x, _smaller(padded, stride), look)
        x = x + self.fine(functional.pixel_unshuffle(padded, 2))
        made = torch.tanh(functional.pixel_shuffle(self.head(functional.leaky_relu(x, 0.2)), 2))
        return made[..., :height, :width]


def _smaller(planes: torch.Tensor, stride: int) -> torch.Tensor:
    """Planes at a lower resolution; the noise, which is the last of them, keeps its spread."""
    labels = functional.avg_pool2d(planes[:, :-1], stride)
    return torch.cat([labels, planes[:, -1:, ::stride, ::stride]], 1)


def _conv(before: int, after: int) -> nn.Conv2d:
    return nn.Conv2d(before, after, 3, padding=1, padding_mode="replicate")
