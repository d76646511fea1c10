"""Reader of Biovision hierarchies (BVH): a skeleton of joints with offsets, and a row of channel values per frame.

Format: the HIERARCHY part nests ROOT, JOINT and End Site blocks, each with an OFFSET and CHANNELS in the order in which
its rotations are multiplied; the MOTION part gives Frames, Frame Time and one line a frame (M. Meredith and S. Maddock,
*Motion Capture File Formats Explained*, University of Sheffield CS-01-11, 2001).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from blender_synth.errors import AssetError

_CHANNELS = ("Xposition", "Yposition", "Zposition", "Xrotation", "Yrotation", "Zrotation")


@dataclass(frozen=True)
class Joint:
    """One joint; an End Site has no channels and an empty name.

    Attributes:
        parent: index of the parent joint, -1 for the root.
        offset: (3,) from the parent in the rest pose, in the file's units.
        channels: names of its columns, in order. column: index of the first one.
    """

    name: str
    parent: int
    offset: np.ndarray
    channels: tuple[str, ...]
    column: int


@dataclass(frozen=True)
class Bvh:
    """A parsed file.

    Attributes:
        joints: parents before children. frames: (F, C) channel values. frame_s: time step.
    """

    joints: tuple[Joint, ...]
    frames: np.ndarray
    frame_s: float

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the joints, without End Sites."""
        return tuple(j.name for j in self.joints if j.name)

    def index(self, name: str) -> int:
        """Index of a joint by its name."""
        return next(i for i, j in enumerate(self.joints) if j.name == name)

    def pose(self, frame: int | None) -> tuple[np.ndarray, np.ndarray]:
        """World rotations (J, 3, 3) and positions (J, 3) of all joints, in the file's axes and units.

        Args:
            frame: index; None for the rest pose.
        """
        row = np.zeros(self.frames.shape[1]) if frame is None else self.frames[frame]
        rotations, positions = np.empty((len(self.joints), 3, 3)), np.empty((len(self.joints), 3))
        for i, joint in enumerate(self.joints):
            local, shift = np.eye(3), np.zeros(3)
            for k, channel in enumerate(joint.channels):
                axis, value = "XYZ".index(channel[0]), row[joint.column + k]
                if channel.endswith("position"):
                    shift[axis] = value
                else:
                    local = local @ _about(axis, value)
            moved = joint.offset + shift if joint.parent < 0 or frame is None or not shift.any() else shift
            if joint.parent < 0:
                rotations[i], positions[i] = local, moved
            else:
                rotations[i] = rotations[joint.parent] @ local
                positions[i] = positions[joint.parent] + rotations[joint.parent] @ moved
        return rotations, positions


def _about(axis: int, angle_deg: float) -> np.ndarray:
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    a, b = (axis + 1) % 3, (axis + 2) % 3
    out = np.eye(3)
    out[a, a] = out[b, b] = c
    out[a, b], out[b, a] = -s, s
    return out


def read_bvh(path: Path) -> Bvh:
    """Parse a file.

    Raises:
        AssetError: missing, not a BVH, or damaged; with the line and what was expected there.
    """
    if not path.is_file():
        raise AssetError("there is no such motion file", file=path, hint="give the path of a BVH file")
    try:
        text = path.read_text(encoding="utf-8", errors="strict")
    except (UnicodeDecodeError, OSError):
        raise AssetError("the file is not a BVH: it is not text", file=path, hint="export the motion as BVH") from None
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if line.strip() == "MOTION"), None)
    first = next((line.strip() for line in lines if line.strip()), "")
    if first != "HIERARCHY" or start is None:
        raise AssetError(
            "the file is not a BVH: it has no HIERARCHY followed by MOTION", file=path, hint="export the motion as BVH"
        )
    joints = _joints(path, lines[:start])
    return Bvh(joints, *_frames(path, lines, start, sum(len(j.channels) for j in joints)))


def _bad(path: Path, line: int, wanted: str, found: str) -> AssetError:
    return AssetError(
        f"the BVH is damaged: line {line + 1} should be {wanted}",
        file=path,
        value=found.strip(),
        hint="export it again",
    )


def _joints(path: Path, lines: list[str]) -> tuple[Joint, ...]:
    joints: list[Joint] = []
    open_blocks: list[int] = []
    name, column = "", 0
    for number, line in enumerate(lines):
        words = line.split()
        if not words or words[0] == "HIERARCHY":
            continue
        if words[0] in ("ROOT", "JOINT", "End") and len(words) >= 2:
            name = "" if words[0] == "End" else " ".join(words[1:])
        elif words[0] == "{":
            joints.append(Joint(name, open_blocks[-1] if open_blocks else -1, np.zeros(3), (), column))
            open_blocks.append(len(joints) - 1)
        elif words[0] == "}" and open_blocks:
            open_blocks.pop()
        elif words[0] == "OFFSET" and open_blocks and len(words) == 4:
            j = joints[open_blocks[-1]]
            try:
                joints[open_blocks[-1]] = Joint(j.name, j.parent, np.array(words[1:], float), j.channels, j.column)
            except ValueError:
                raise _bad(path, number, "OFFSET and three numbers", line) from None
        elif words[0] == "CHANNELS" and open_blocks:
            j = joints[open_blocks[-1]]
            if len(words) < 2 or words[1] != str(len(words) - 2) or not set(words[2:]) <= set(_CHANNELS):
                raise _bad(path, number, f"CHANNELS, their count and names among {', '.join(_CHANNELS)}", line)
            joints[open_blocks[-1]] = Joint(j.name, j.parent, j.offset, tuple(words[2:]), column)
            column += len(words) - 2
        else:
            raise _bad(path, number, "ROOT, JOINT, End Site, OFFSET, CHANNELS or a brace", line)
    if open_blocks or not joints:
        raise _bad(path, len(lines), "a closing brace", "MOTION")
    return tuple(joints)


def _frames(path: Path, lines: list[str], start: int, columns: int) -> tuple[np.ndarray, float]:
    head = [line.split(":") for line in lines[start + 1 : start + 3]]
    try:
        (frames_word, count_text), (time_word, step_text) = head
        if frames_word.strip() != "Frames" or time_word.strip() != "Frame Time":
            raise ValueError
        count, step = int(count_text), float(step_text)
    except ValueError:
        raise _bad(path, start + 1, "Frames: and Frame Time: with a number each", " ".join(map(str, head))) from None
    rows = [line.split() for line in lines[start + 3 :] if line.strip()][:count]
    for number, row in enumerate(rows):
        if len(row) != columns:
            raise _bad(path, start + 3 + number, f"{columns} numbers", f"{len(row)} numbers")
    if len(rows) < max(count, 1):
        raise AssetError(
            "the BVH has fewer frames than its header says", file=path, value=len(rows), hint="export it again"
        )
    try:
        values = np.array(rows, float)
    except ValueError as error:
        raise AssetError(f"the BVH is damaged: {error}", file=path, hint="export it again") from None
    if not np.isfinite(values).all():
        raise AssetError("the BVH contains numbers that are not finite", file=path, hint="export it again")
    return values, step
