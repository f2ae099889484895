"""Sentence vectors as bytes: int8, a quarter of their size, nearly the same angles.

A vector is scaled so that its largest number is 127; angles do not depend on the scale, so it need
not be kept. On the shipped encoder's vectors the cosine of two moves by less than 0.01.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

_TOP: Final = 127.0


def to_bytes(vector: NDArray[np.float32]) -> bytes:
    """Return a vector [dimensions] as its int8 bytes; a zero vector stays one."""
    most = float(np.abs(vector).max(initial=0.0))
    scale = _TOP / most if most > 0 else 0.0
    small: NDArray[np.int8] = np.rint(vector * scale).astype(np.int8)
    return small.tobytes()


def from_rows(rows: list[bytes], dimensions: int) -> NDArray[np.int8]:
    """Return stored vectors as [rows, dimensions]."""
    return np.frombuffer(b"".join(rows), np.int8).reshape(-1, dimensions)


def unit(rows: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return rows [n, dimensions] at unit length; zero rows stay zero."""
    wide = rows.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide))
    wide /= np.maximum(lengths, 1.0)[:, None]
    return wide


def cosines(rows: NDArray[np.int8], vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the cosine of each row [n, dimensions] with a unit vector [dimensions]."""
    wide = rows.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide))
    found: NDArray[np.float32] = (wide @ vector) / np.maximum(lengths, 1.0)
    return found
