"""What a new tenant starts with: each domain registers what it lays into an empty organization."""

from collections.abc import Callable

Starter = Callable[[int], None]

_starters: dict[str, Starter] = {}


def starter(work: Starter) -> Starter:
    """Register a function that gives a new organization its first rows: units, a default price type and so on.

    It takes the organization's id, runs inside ``tenant_scope`` of it, flushes and never commits. Starters run in
    the order in which their modules were imported, which is the order of the floors.
    """
    _starters[f"{work.__module__}.{work.__name__}"] = work
    return work


def run_starters(organization_id: int) -> None:
    """Run all starters; the caller is inside the organization's scope."""
    for work in _starters.values():
        work(organization_id)
