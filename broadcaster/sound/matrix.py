"""Matrix products that stay in the thread that asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from broadcaster.later import Later

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
else:
    np = Later("numpy")


Floats: TypeAlias = "npt.NDArray[np.float32]"

_ALONE: Final = 250_000
"""Multiplications in one call. OpenBLAS starts threads of its own from 262,144 on (`interface/gemm.c`); below that it
works in the caller's thread, and the result cannot depend on how many processors there are."""


def times(left: Floats, right: Floats) -> Floats:
    """The matrix product of many rows and a small matrix, by this thread alone."""
    rows, inner = left.shape
    columns = right.shape[1]
    each = max(1, _ALONE // (inner * columns))
    whole = rows // each * each
    left = np.ascontiguousarray(left)
    out = np.empty((rows, columns), np.float32)
    if whole:
        np.matmul(left[:whole].reshape(-1, each, inner), right, out=out[:whole].reshape(-1, each, columns))
    if whole < rows:
        np.matmul(left[whole:], right, out=out[whole:])
    return out
