"""What can go wrong while starting, in words for the person at the terminal."""


class EmbeddedError(RuntimeError):
    """The local instance can't run; the message says why and what to do."""
