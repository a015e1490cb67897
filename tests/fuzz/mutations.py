"""How is a file damaged so that a parser might trip over it?"""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence

_NUMBERS = (0, 1, 2, 7, 8, 255, 256, 32767, 32768, 65535, 2**31 - 1, 2**31, 2**32 - 1)
_WORDS = (b"SQ", b"UN", b"OB", b"OW", b"DS", b"IS", b"US", b"UL", b"AT", b"PN", b"UC", b"OF")
_MARKS = (
    b"\xfe\xff\x00\xe0\xff\xff\xff\xff",  # an item of undefined length
    b"\xfe\xff\x0d\xe0\x00\x00\x00\x00",  # its end
    b"\xfe\xff\xdd\xe0\x00\x00\x00\x00",  # the end of a sequence
    b"\xff\xff\xff\xff",
    b"\xff\xd9",
    b"\xff\xda",
)


def damaged(seed: bytes, others: Sequence[bytes], chance: random.Random, first: int = 0) -> bytes:
    """A file with one to eight changes.

    Parameters
    ----------
    seed : bytes
    others : sequence of bytes
        Files from which pieces are taken.
    chance : random.Random
    first : int
        Most changes come after this byte.

    """
    data = bytearray(seed)
    for _ in range(chance.choice((1, 1, 2, 3, 5, 8))):
        if not data:
            break
        start = first if chance.random() < 0.9 and first < len(data) else 0
        _change(data, chance.randrange(start, len(data)), others, chance)
    return bytes(data)


def _change(data: bytearray, place: int, others: Sequence[bytes], chance: random.Random) -> None:
    kind = chance.randrange(10)
    if kind == 0:
        data[place] ^= 1 << chance.randrange(8)
    elif kind == 1:
        data[place] = chance.randrange(256)
    elif kind in (2, 3):
        code = chance.choice(("<H", ">H", "<I", ">I"))
        number = chance.choice(_NUMBERS) % 2 ** (8 * struct.calcsize(code))
        data[place : place + struct.calcsize(code)] = struct.pack(code, number)
    elif kind == 4:
        data[place : place + 2] = chance.choice(_WORDS)
    elif kind == 5:
        mark = chance.choice(_MARKS)
        data[place : place + (len(mark) if chance.random() < 0.5 else 0)] = mark
    elif kind == 6:
        del data[place : place + chance.choice((1, 2, 4, 8, 16, 100))]
    elif kind == 7:
        piece = data[place : place + chance.choice((1, 2, 8, 40, 300))]
        data[place:place] = piece * chance.choice((1, 2, 20))
    elif kind == 8:
        other = chance.choice(others)
        begin = chance.randrange(max(1, len(other)))
        piece = other[begin : begin + chance.choice((4, 12, 60, 400))]
        there = chance.randrange(len(data))
        data[there : there + (len(piece) if chance.random() < 0.5 else 0)] = piece
    elif chance.random() < 0.3:
        del data[place:]
    else:
        data[place : place + 4] = bytes(chance.randrange(256) for _ in range(4))
