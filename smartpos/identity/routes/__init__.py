"""Pages of identity: signing in and one's own account."""

from flask import Flask

from smartpos.identity.devices import device_of
from smartpos.identity.routes import account, signing_in
from smartpos.identity.routes.blueprints import blueprint

__all__ = ["account", "init_app", "signing_in"]


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["device_of"] = device_of
