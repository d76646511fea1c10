"""Reader of Biovision hierarchies (BVH): a skeleton of joints with offsets, and a row of channel values per frame.

Format: the HIERARCHY part nests ROOT, JOINT and End Site blocks, each with an OFFSET and CHANNELS in the order in which
its rotations are multiplied; the MOTION part gives Frames, Frame Time and one line a frame (M. Meredith and S. Maddock,
*Motion Capture File Formats Explained*, University of Sheffield CS-01-11, 2001).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from blender_synth.errors import AssetError

LARGEST_BYTES = 100_000_000
MOST_JOINTS = 1000
_LARGEST_NUMBER = 1e9
_SHORTEST_STEP_S, _LONGEST_STEP_S = 1e-4, 10.0
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
    """Parse a file, in time and memory linear in its size.

    Accepted as they occur in public collections: a byte order mark, Latin-1 in names, blank lines, keywords in any
    case (`XPOSITION`, `END SITE`), more rows than the header says.

    Raises:
        AssetError: missing, too large, not a BVH, or damaged; with the line and what was expected there.
    """
    if not path.is_file():
        raise AssetError("there is no such motion file", file=path, hint="give the path of a BVH file")
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise AssetError("the file cannot be read", file=path, hint=error.strerror or str(error)) from None
    if len(data) > LARGEST_BYTES:
        hint = f"keep it below {LARGEST_BYTES:,} bytes: cut it into several clips"
        raise AssetError("the file is too large", file=path, hint=hint)
    if b"\0" in data:
        raise AssetError("the file is not a BVH: it is not text", file=path, hint="export the motion as BVH")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines()) if line.strip()]
    start = next((i for i, (_, line) in enumerate(lines) if line.upper() == "MOTION"), None)
    if not lines or lines[0][1].upper() != "HIERARCHY" or start is None:
        raise AssetError(
            "the file is not a BVH: it has no HIERARCHY followed by MOTION", file=path, hint="export the motion as BVH"
        )
    joints = _joints(path, lines[1:start])
    return Bvh(joints, *_frames(path, lines[start:], sum(len(j.channels) for j in joints)))


def _bad(path: Path, line: int, wanted: str, found: str) -> AssetError:
    return AssetError(
        f"the BVH is damaged: line {line + 1} should be {wanted}",
        file=path,
        value=found.strip(),
        hint="export it again",
    )


def _joints(path: Path, lines: list[tuple[int, str]]) -> tuple[Joint, ...]:
    joints: list[Joint] = []
    open_blocks: list[int] = []
    name, column = "", 0
    number = lines[0][0] if lines else 0
    for number, line in lines:
        words = line.split()
        keyword = words[0].upper()
        if keyword in ("ROOT", "JOINT", "END") and len(words) >= 2:
            name = "" if keyword == "END" else " ".join(words[1:])
        elif keyword == "{" and len(joints) < MOST_JOINTS:
            joints.append(Joint(name, open_blocks[-1] if open_blocks else -1, np.zeros(3), (), column))
            open_blocks.append(len(joints) - 1)
        elif keyword == "{":
            raise _bad(path, number, f"one of at most {MOST_JOINTS} joints", line)
        elif keyword == "}" and open_blocks:
            open_blocks.pop()
        elif keyword == "OFFSET" and open_blocks:
            joint = joints[open_blocks[-1]]
            try:
                offset = np.array(words[1:], float)
            except ValueError:
                offset = np.empty(0)
            if offset.shape != (3,) or not (np.abs(offset) < _LARGEST_NUMBER).all():
                raise _bad(path, number, "OFFSET and three numbers", line)
            joints[open_blocks[-1]] = replace(joint, offset=offset)
        elif keyword == "CHANNELS" and open_blocks:
            joint = joints[open_blocks[-1]]
            channels = tuple(word.capitalize() for word in words[2:])
            if words[1:2] != [str(len(channels))] or len(channels) > 6 or not set(channels) <= set(_CHANNELS):
                raise _bad(path, number, f"CHANNELS, their count and names among {', '.join(_CHANNELS)}", line)
            if joint.channels:
                raise _bad(path, number, "the joint's only CHANNELS", line)
            joints[open_blocks[-1]] = replace(joint, channels=channels, column=column)
            column += len(channels)
        else:
            raise _bad(path, number, "ROOT, JOINT, End Site, OFFSET, CHANNELS or a brace", line)
    if open_blocks or not joints:
        raise _bad(path, number + 1, "a closing brace" if open_blocks else "ROOT and a name", "MOTION")
    if not column:
        raise AssetError("the BVH has no channels, so it contains no motion", file=path, hint="export it again")
    return tuple(joints)


def _frames(path: Path, lines: list[tuple[int, str]], columns: int) -> tuple[np.ndarray, float]:
    """The rows (F, C) and the time step.

    Args:
        lines: from MOTION on.
    """
    head = [line.partition(":") for _, line in lines[1:3]]
    number = lines[min(1, len(lines) - 1)][0]
    try:
        (frames_word, _, count_text), (time_word, _, step_text) = head
        if (frames_word.strip().upper(), "".join(time_word.upper().split())) != ("FRAMES", "FRAMETIME"):
            raise ValueError
        count, step = int(count_text), float(step_text)
    except ValueError:
        written = " ".join("".join(parts) for parts in head)
        raise _bad(path, number, "Frames: and Frame Time: with a number each", written) from None
    if count < 1:
        raise _bad(path, number, "Frames: and a number above zero", count_text)
    if not _SHORTEST_STEP_S <= step <= _LONGEST_STEP_S:
        hint = f"a frame's time is in seconds, such as 0.0333333; from {_SHORTEST_STEP_S} to {_LONGEST_STEP_S:g}"
        raise AssetError(
            "the BVH's time for a frame is not possible",
            file=path,
            key="Frame Time",
            value=step_text.strip(),
            hint=hint,
        )  # fmt: skip
    rows = lines[3 : 3 + count]
    for where, row in rows:
        if len(row.split()) != columns:
            raise _bad(path, where, f"{columns} numbers", f"{len(row.split())} numbers")
    if len(rows) < count:
        raise AssetError(
            "the BVH has fewer frames than its header says", file=path, value=len(rows), hint="export it again"
        )
    values = np.empty((len(rows), columns))
    for i, (where, row) in enumerate(rows):
        try:
            values[i] = np.array(row.split(), float)
        except ValueError as error:
            raise AssetError(
                f"the BVH is damaged: {error}", file=path, key=f"line {where + 1}", hint="export it again"
            ) from None
        if not (np.abs(values[i]) < _LARGEST_NUMBER).all():
            raise AssetError(
                "the BVH contains numbers that are not finite", file=path, key=f"line {where + 1}",
                hint="export it again",
            )  # fmt: skip
    return values, step
