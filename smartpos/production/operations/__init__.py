"""What happens in production."""

from smartpos.production.operations import machines  # noqa: F401 - declares what keeps a branch
