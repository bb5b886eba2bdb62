"""The ids that the database gave to what the history knows by position."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Numbers:
    """The ids that the database gave to what the history knows by position."""

    branches: Sequence[int]
    tills: dict[int, int]
    cashiers: Sequence[int]
    storekeeper: int
    products: Sequence[int]
    units: Sequence[str]
