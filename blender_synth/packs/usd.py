"""Reads whatever may be a path in a USD layer, without the USD library.

Formats: OpenUSD's `usda` grammar and `crateFile.cpp` (versions 0.0 to 0.12); LZ4's lz4_Block_format.md.
"""

from __future__ import annotations

import re
import struct

LARGEST_TOKENS_BYTES = 200_000_000


def usd_words(data: bytes) -> list[str]:
    """Whatever may be a path: in a text layer strings in quotes or between `@`, in a binary layer (crate) its tokens.

    Raises:
        ValueError: not USD, or damaged.
    """
    if data[:8] == b"PXR-USDC":
        return _crate_tokens(data)
    if data[:5] != b"#usda":
        raise ValueError("it does not begin with a USD header")
    text = data.decode("utf-8", "replace")
    return [w for found in re.findall(r'@@@(.*?)@@@|@([^@\n]*)@|"([^"\n]*)"|\'([^\'\n]*)\'', text) for w in found if w]


def _crate_tokens(data: bytes) -> list[str]:
    version = tuple(data[8:11])
    (where,) = struct.unpack_from("<q", data, 16)
    (count,) = struct.unpack_from("<Q", data, where)
    if count > 64:
        raise ValueError("its table of sections is damaged")
    for number in range(count):
        name, start, _ = struct.unpack_from("<16sqq", data, where + 8 + 32 * number)
        if name.rstrip(b"\0") != b"TOKENS":
            continue
        _, unpacked, packed = struct.unpack_from("<QQQ", data, start)
        if version < (0, 4, 0):
            return [w.decode("utf-8", "replace") for w in data[start + 16 : start + 16 + unpacked].split(b"\0")]
        if unpacked > LARGEST_TOKENS_BYTES or start + 24 + packed > len(data):
            raise ValueError("its tokens are truncated")
        raw = _fast_uncompressed(data[start + 24 : start + 24 + packed], unpacked)
        return [w.decode("utf-8", "replace") for w in raw.split(b"\0")]
    raise ValueError("it has no section of tokens")


def _fast_uncompressed(data: bytes, limit: int) -> bytes:
    """OpenUSD's `TfFastCompression`: a number of chunks, then LZ4 blocks, with their sizes if there are several."""
    chunks, where = data[0], 1
    if chunks == 0:
        return _lz4(data[1:], limit)
    parts = []
    for _ in range(chunks):
        (size,) = struct.unpack_from("<i", data, where)
        parts.append(_lz4(data[where + 4 : where + 4 + size], limit))
        where += 4 + size
    return b"".join(parts)


def _lz4(data: bytes, limit: int) -> bytes:
    """Decompress one LZ4 block."""
    out, where = bytearray(), 0
    while where < len(data):
        token = data[where]
        where += 1
        length = token >> 4
        if length == 15:
            while True:
                length += data[where]
                where += 1
                if data[where - 1] != 255:
                    break
        out += data[where : where + length]
        where += length
        if where >= len(data):
            break
        back = data[where] | data[where + 1] << 8
        where += 2
        length = token & 15
        if length == 15:
            while True:
                length += data[where]
                where += 1
                if data[where - 1] != 255:
                    break
        length += 4
        if back == 0 or back > len(out) or len(out) + length > limit:
            raise ValueError("its tokens are damaged")
        start = len(out) - back
        piece = bytes(out[start : start + length])
        while len(piece) < length:
            piece += piece[: length - len(piece)]
        out += piece
    return bytes(out)
