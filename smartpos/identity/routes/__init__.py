"""Pages of identity: signing in, one's own account, tills, settings and the platform's."""

from flask import Flask

from smartpos.identity.devices import device_of
from smartpos.identity.routes import account, backups, places, platform, settings, signing_in
from smartpos.identity.routes.blueprints import blueprint, platform_blueprint

__all__ = ["account", "init_app", "places", "signing_in"]


def init_app(app: Flask) -> None:
    """Register the pages and what the menu shows of them."""
    app.register_blueprint(blueprint)
    app.register_blueprint(platform_blueprint)
    app.jinja_env.globals["device_of"] = device_of
    platform.register_menu()
    backups.register_menu()
    settings.register_menu()
