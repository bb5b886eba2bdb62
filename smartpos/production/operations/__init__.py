"""What happens in production."""

from smartpos.production.operations import (
    machines,  # noqa: F401 - declares what keeps a branch
    notices,  # noqa: F401 - declares what people are told of
    tracing,  # noqa: F401 - declares what lots are followed through
)
