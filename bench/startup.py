"""From a warm environment to ready: servers, migrations and the demo included; and a second start."""

from bench.figures import Figure
from bench.instance import Instance


def measure() -> list[Figure]:
    """Seconds to the ready line with the full demo, and with the data already there."""
    with Instance(demo="full") as instance:
        first = instance.seconds_to_ready
        instance.stop()
        instance.start()
        return [
            Figure("First start: initdb, migrations, full demo", first, "s"),
            Figure("Second start", instance.seconds_to_ready, "s", first, "the first start"),
        ]
