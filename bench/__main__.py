"""Run all measurements, or those named on the command line, and print one table; each one's figures at once, too."""

import sys
from importlib import import_module

from bench.figures import Figure, table

# In the order of the table; each module has ``measure() -> list[Figure]``.
MEASUREMENTS = (
    "startup",
    "checkout",
    "tills",
    "close",
    "purchases",
    "planning",
    "production",
    "search",
    "imports",
    "lists",
    "movements",
    "dashboards",
    "scan",
    "till",
    "exports",
)


def main(names: list[str]) -> int:
    """Measure and print; 2 when a name is not known."""
    unknown = set(names) - set(MEASUREMENTS)
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}", file=sys.stderr)
        return 2
    figures: list[Figure] = []
    for name in names or MEASUREMENTS:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        found = import_module(f"bench.{name}").measure()
        print(table(found), file=sys.stderr, flush=True)
        figures += found
    print(table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
