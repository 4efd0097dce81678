"""The fast engine makes the symbols that segno makes, module by module, and tells the truth."""

from __future__ import annotations

from random import Random
from typing import Any, get_args

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from segno import consts

from khqr.image.blocks import VERSIONS, ErrorCorrection, data_bits
from khqr.image.fast import modules
from material import EXAMPLES
from modes import read_modules

LEVELS: tuple[ErrorCorrection, ...] = get_args(ErrorCorrection)


def byte_segment(data: bytes, version: int, *, eci: bool = False) -> str:
    """Return the bits of a payload, written down here a second time."""
    width = 8 if version < 10 else 16
    head = "011100011010" * eci + "0100" + f"{len(data):0{width}b}"
    return head + "".join(f"{byte:08b}" for byte in data)


def of_segno(data: bytes, version: int, error: str, *, eci: bool, mask: int | None) -> segno.QRCode:
    """Return the symbol that segno makes."""
    return segno.make(
        data,
        mode="byte",
        encoding="utf-8",
        version=version,
        error=error,
        eci=eci,
        mask=mask,
        micro=False,
        boost_error=False,
    )


def room(version: int, error: ErrorCorrection) -> int:
    """Return how many bytes fit behind an ECI header."""
    return (data_bits(version, error) - 12 - 4 - (8 if version < 10 else 16)) // 8


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_level_and_mask_is_segnos(version: int) -> None:
    random = Random(version)
    for number, error in enumerate(LEVELS):
        largest = room(version, error)
        for mask, length in ((number, largest), (number + 4, largest - 1), (None, largest // 2)):
            if mask is None and version > 18:  # segno takes half a second to choose among them
                continue
            data = random.randbytes(max(length, 1))
            theirs = of_segno(data, version, error, eci=True, mask=mask)
            ours, chosen = modules(byte_segment(data, version, eci=True), version, error, mask)
            assert ours == tuple(map(bytes, theirs.matrix))
            assert chosen == theirs.mask


@settings(max_examples=EXAMPLES // 10, deadline=None)
@given(
    st.binary(min_size=1, max_size=120),
    st.integers(1, 12),
    st.sampled_from(LEVELS),
    st.booleans(),
)
def test_the_best_mask_is_segnos(
    data: bytes, version: int, error: ErrorCorrection, eci: bool
) -> None:
    data = data[: max(1, room(version, error))]
    theirs = of_segno(data, version, error, eci=eci, mask=None)
    ours, mask = modules(byte_segment(data, version, eci=eci), version, error)
    assert (ours, mask) == (tuple(map(bytes, theirs.matrix)), theirs.mask)


@settings(max_examples=EXAMPLES // 10, deadline=None)
@given(st.binary(min_size=1, max_size=500), st.sampled_from(LEVELS), st.integers(0, 7))
def test_the_modules_say_what_was_asked(data: bytes, error: ErrorCorrection, mask: int) -> None:
    version = next(version for version in VERSIONS if room(version, error) >= len(data))
    rows, _ = modules(byte_segment(data, version, eci=True), version, error, mask)
    read = read_modules(rows)
    assert read == (version, error, mask, [("eci", 26), ("byte", data)])


@pytest.mark.parametrize("error", LEVELS)
def test_what_fits_is_what_the_standard_says(error: ErrorCorrection) -> None:
    table: dict[int, Any] = consts.SYMBOL_CAPACITY  # segno does not annotate its tables
    held = [table[version][consts.ERROR_MAPPING[error]] for version in VERSIONS]
    assert [data_bits(version, error) for version in VERSIONS] == held
