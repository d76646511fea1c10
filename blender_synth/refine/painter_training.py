"""The adversarial training of a painter (torch).

In each step it paints crops of photographs from the labels that were found in them, and is compared with the
photographs; and crops of frames from their own labels, which only the discriminator and the labeller judge. The
discriminator sees labels and picture together (least squares, Mao et al. 2017; conditional, Isola et al. 2017); its
features of a painted crop shall be those of the photograph (Wang et al. 2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import torch
from torch.nn import functional

from blender_synth.learn.average import MovingAverage
from blender_synth.learn.seeding import best_device, seed_torch
from blender_synth.learn.training import Training
from blender_synth.refine import losses
from blender_synth.refine.fit import rate_at
from blender_synth.refine.inputs import FrameInput, coloured_labels, layout_borders, scaled
from blender_synth.refine.labeller import found_layout
from blender_synth.refine.layout import LABEL_PLANES, LAYOUT, PEOPLE, UNKNOWN, borders_in, heights, label_planes
from blender_synth.refine.looks import Looks
from blender_synth.refine.model import uses_half
from blender_synth.refine.network import Discriminator, LabelNetwork
from blender_synth.refine.page import STRIPS, write_strip
from blender_synth.refine.painter import Painter, save_painter
from blender_synth.refine.painter_network import PainterNetwork
from blender_synth.refine.patches import at_least
from blender_synth.refine.photos import PhotoSet
from blender_synth.refine.segmenter import window_around
from blender_synth.refine.settings import GenerateSettings
from blender_synth.refine.tone import Tones
from blender_synth.seeds import rng_for

_SHOWN, _STRIP_COUNT, _R1_EVERY = 4, 8, 8
_ABOUT_PEOPLE = 0.5
"""Share of the crops that show people, where there are some."""
_AT_LABELS = 4.0
"""Cross-entropy beyond which labels that are not found weigh no more."""
_DECIDING = (
    "steps", "labeller_steps", "confidence", "batch", "width", "learning_rate", "adversarial", "features", "colour",
    "statistics", "labels", "r1", "photo_px", "from_video", "seed",
)  # fmt: skip
"""Settings that decide what a step does; with others, a training cannot go on."""


class PainterTrainer:
    """Trains a painter. `photos`: whole set; `pictures`: those of it to learn from; `shown`: frames for the strips."""

    def __init__(
        self,
        settings: GenerateSettings,
        photos: PhotoSet,
        pictures: Sequence[np.ndarray],
        frames: Sequence[FrameInput],
        shown: Sequence[FrameInput],
        crop_px: int,
    ):
        self.settings, self.photos, self.frames, self.size = settings, photos, frames, crop_px
        self.pictures = [at_least(picture, crop_px) for picture in pictures]
        self.shown = [shown[i] for i in np.linspace(0, len(shown) - 1, min(_SHOWN, len(shown))).astype(int)]
        self.tones = Tones.of(pictures)
        self.device = best_device(settings.device)
        self.half = uses_half(settings.compute, self.device)
        seed_torch(settings.seed, "refine/painter")
        self.painter = PainterNetwork(settings.width).to(self.device)
        self.discriminator = Discriminator(given=LABEL_PLANES + 1).to(self.device)
        self.average = MovingAverage(self.painter, 0.995)
        rate = settings.learning_rate
        self.g_optimizer = torch.optim.Adam(self.painter.parameters(), rate, (0.5, 0.99))
        self.d_optimizer = torch.optim.Adam(self.discriminator.parameters(), rate, (0.5, 0.99))
        kept = {k: v for k, v in asdict(settings).items() if k in _DECIDING}
        self.training = Training(
            settings.model,
            {"painter": self.painter, "discriminator": self.discriminator, "average": self.average,
             "g_optimizer": self.g_optimizer, "d_optimizer": self.d_optimizer},
            {**kept, "crop_px": crop_px, "photos": photos.digest, "frames": len(frames)},
            columns=("generator", "discriminator", "features", "colour", "statistics", "labels", "right"),
        )  # fmt: skip

    def label(self, labeller: LabelNetwork) -> None:
        """Find the labels of the photographs; they must be there before `run`."""
        self.labeller = labeller.requires_grad_(requires_grad=False)
        self.layouts = [found_layout(labeller, picture, self.settings.confidence) for picture in self.pictures]
        self.borders = [borders_in(layout) for layout in self.layouts]
        self.looks = Looks.of(self.pictures, self.layouts)

    def run(self) -> None:
        """Train, and write the painter, as one that is not worth using until it is measured."""
        self.training.run(self.settings.steps, self.step, "refine generate")
        self.save(nearer=False)

    def save(self, nearer: bool) -> None:
        """Write the painter. `nearer`: whether it is worth using."""
        known = sum(int((layout != UNKNOWN).sum()) for layout in self.layouts)
        save_painter(
            self.settings.model, self.average.module, self.settings.width, self.looks, self.tones,
            {"photos": self.photos.digest[:12], "photo_count": len(self.photos.pictures), "steps": self.training.step,
             "seconds": round(self.training.seconds, 1), "nearer": nearer,
             "labelled": round(known / sum(layout.size for layout in self.layouts), 3)},
        )  # fmt: skip

    def _cut(
        self, layout: np.ndarray, borders: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, tuple[slice, slice], int]:
        """Planes of a random crop (PAINT_PLANES, S, S), where it is, and 1, or -1 where it is flipped."""
        window = window_around(np.isin(layout, PEOPLE), self.size, rng, _ABOUT_PEOPLE)
        flip = -1 if rng.random() < 0.5 else 1
        labels = label_planes(layout[window][:, ::flip], borders[window][:, ::flip])
        down = np.broadcast_to(heights(layout.shape[0])[window[0], None], (self.size, self.size))
        noise = rng.standard_normal((1, self.size, self.size), np.float32)
        return np.concatenate([labels, down[None], noise]), window, flip

    def batch(self, number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of one step: planes (N + M, PAINT_PLANES, S, S) and looks (N + M, LOOK) of N crops of photographs and M of
        frames, and the photographs' crops (N, 3, S, S)."""
        rng = rng_for(self.settings.seed, number, "refine/paint/step")
        planes, looks, reals = [], [], []
        for _ in range(self.settings.batch):
            photo = int(rng.integers(len(self.pictures)))
            made, window, flip = self._cut(self.layouts[photo], self.borders[photo], rng)
            planes.append(made)
            looks.append(self.looks.scaled(self.looks.values[photo]))
            reals.append(scaled(self.pictures[photo][window][:, ::flip]))
        for _ in range(max(1, self.settings.batch // 2)):
            frame = self.frames[int(rng.integers(len(self.frames)))]
            planes.append(self._cut(frame.layout, layout_borders(frame), rng)[0])
            near = self.looks.nearest(frame.layout)
            looks.append(self.looks.scaled(self.looks.values[int(rng.choice(near))]))
        return np.stack(planes).astype(np.float32), np.stack(looks), np.stack(reals)

    def step(self, number: int) -> dict[str, float]:
        """One step of both networks."""
        settings, n = self.settings, self.settings.batch
        for optimizer in (self.g_optimizer, self.d_optimizer):
            for group in optimizer.param_groups:
                group["lr"] = settings.learning_rate * rate_at(number, settings.steps)
        planes, looks, reals = (torch.from_numpy(array).to(self.device) for array in self.batch(number))
        given = planes[:, : LABEL_PLANES + 1]
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            fakes = self.painter(planes, looks)
        fakes = fakes.float()

        penalised = settings.r1 > 0 and number % _R1_EVERY == 0
        judged = reals.clone().requires_grad_(penalised)
        real_votes, fake_votes = self.discriminator(judged, given[:n]), self.discriminator(fakes.detach(), given)
        d_loss = losses.judged_real(real_votes) + losses.judged_fake(fake_votes)
        whole = d_loss
        if penalised:
            whole = d_loss + settings.r1 * _R1_EVERY * losses.r1_penalty(real_votes, judged) / self.size**2
        self.d_optimizer.zero_grad()
        whole.backward()
        self.d_optimizer.step()

        with torch.no_grad():
            theirs = self.discriminator.features(reals, given[:n])
        mine = self.discriminator.features(fakes, given)
        features = torch.stack([
            functional.l1_loss(a[:n], b) / (b.abs().mean() + 1e-4)
            for a, b in zip(mine[:-1], theirs[:-1], strict=True)
        ]).mean()  # fmt: skip
        colour = functional.l1_loss(functional.avg_pool2d(fakes[:n], 8), functional.avg_pool2d(reals, 8))
        random = torch.Generator().manual_seed(
            int(rng_for(settings.seed, number, "refine/paint/slices").integers(2**62))
        )
        gap = losses.statistics(fakes[:n], reals, random) + losses.statistics(fakes[n:], reals, random)
        found = self._label_loss(fakes, planes)
        g_loss = (
            settings.adversarial * losses.judged_real(mine[-1]) + settings.features * features
            + settings.colour * colour + settings.statistics * gap + settings.labels * found
        )  # fmt: skip
        self.g_optimizer.zero_grad()
        g_loss.backward()
        torch.nn.utils.clip_grad_norm_(self.painter.parameters(), 5.0)
        self.g_optimizer.step()
        self.average.update(self.painter)
        right = ((real_votes > 0.5).float().mean() + (fake_votes < 0.5).float().mean()).item() / 2
        if (number + 1) % max(1, settings.steps // _STRIP_COUNT) == 0 or number == 0:
            self._strip(number + 1)
        return {
            "generator": g_loss.item(), "discriminator": d_loss.item(), "features": features.item(),
            "colour": colour.item(), "statistics": gap.item(), "labels": found.item(), "right": right,
        }  # fmt: skip

    def _label_loss(self, fakes: torch.Tensor, planes: torch.Tensor) -> torch.Tensor:
        """Cross-entropy of the labels that the labeller finds, where they are known, twice as much in people."""
        classes = planes[:, : len(LAYOUT)]
        known = classes.sum(1)
        logits = self.labeller(torch.cat([fakes, planes[:, LABEL_PLANES : LABEL_PLANES + 1]], 1))
        entropy = functional.cross_entropy(logits, classes.argmax(1), reduction="none").clamp(max=_AT_LABELS)
        weights = known * (1 + classes[:, list(PEOPLE)].sum(1))
        return (entropy * weights).sum() / (weights.sum() + 1)

    def _strip(self, number: int) -> None:
        painter = Painter(self.average.module, {}, None, self.tones, self.looks, self.device, self.half)
        write_strip(
            self.settings.model / STRIPS / f"step_{number:06d}.jpg",
            [(frame.picture, coloured_labels(frame), painter.refined(frame)) for frame in self.shown],
        )
