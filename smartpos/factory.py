"""Puts the product together; the only file that names all domains."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from smartpos.core import cli, health, i18n, logs, web
from smartpos.core.admin.navigation import order_groups
from smartpos.core.admin.panel import make_admin
from smartpos.core.db import db
from smartpos.core.extensions import (
    CONTENT_SECURITY_POLICY,
    api,
    csrf,
    limiter,
    login_manager,
    migrate,
    talisman,
)
from smartpos.core.redis import limiter_url

ROOT = Path(__file__).resolve().parent.parent

# From the lowest floor to the highest, so that what stands above may rely on what is below.
DOMAINS = (
    *("identity", "catalog", "notifications", "crm", "finance", "stock", "purchasing", "production"),
    *("sales", "reports"),
    *("bot", "demo"),
)
EDGES = (
    "models",
    "permissions",
    "authentication",
    "imports",
    "declared_reports",
    "jobs",
    "routes",
    "api",
    "admin",
    "audit_page",
    "import_page",
    "cli",
    "reactions",
)


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """The application. ``overrides`` are configuration values laid over those of the environment (tests)."""
    logs.configure()
    app = web.Application(
        "smartpos",
        root_path=str(ROOT),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config.from_mapping(_defaults())
    app.config.from_mapping(
        overrides if overrides and "SQLALCHEMY_DATABASE_URI" in overrides else config.from_environment()
    )
    app.config.from_mapping(overrides or {})
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_env.globals.update(display_name=app.config["DISPLAY_NAME"], current_user=current_user)

    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    i18n.init_app(app)
    login_manager.init_app(app)
    csrf.init_app(app)
    app.config["RATELIMIT_STORAGE_URI"] = limiter_url(app.config["REDIS_URL"])
    limiter.init_app(app)
    talisman.init_app(
        app,
        force_https=False,
        strict_transport_security=app.config["HTTPS"],
        session_cookie_secure=app.config["HTTPS"],
        content_security_policy=CONTENT_SECURITY_POLICY,
        content_security_policy_nonce_in=["script-src", "style-src"],
        frame_options="SAMEORIGIN",
        referrer_policy="same-origin",
    )
    if app.config["TRUSTED_PROXIES"]:
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    api.init_app(app)
    web.init_app(app)  # after the API library, whose own error answers it replaces
    health.init_app(app)
    csrf.exempt("flask_smorest")
    make_admin(app, db)
    cli.init_app(app)
    for domain in DOMAINS:
        for edge in EDGES:
            name = f"smartpos.{domain}.{edge}"
            if find_spec(name) is None:
                continue
            module = import_module(name)
            if hasattr(module, "init_app"):
                module.init_app(app)
    # The menu begins with what is opened most often, not with the lowest floor.
    order_groups(
        *(
            _l("Reports"),
            _l("Sales"),
            _l("Customers"),
            _l("Catalog"),
            _l("Stock"),
            _l("Purchasing"),
            _l("Production"),
            _l("Finance"),
        ),
        *(_l("Administration"), _l("Platform")),
    )
    return app


def _defaults() -> dict[str, Any]:
    return {
        "DISPLAY_NAME": "SmartPOS",
        "HTTPS": False,
        "TRUSTED_PROXIES": 0,
        "RATE_LIMITS": True,
        "BACKUP_FOLDER": None,
        "BACKUP_KEEP": (7, 4),
        "SQLALCHEMY_TRACK_MODIFICATIONS": False,
        "MAX_CONTENT_LENGTH": 16 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "SESSION_COOKIE_NAME": "smartpos",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": 60 * 60 * 24 * 30,
        # A cookie in every answer would let a late one undo the sign-in of whoever came after.
        "SESSION_REFRESH_EACH_REQUEST": False,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_CHECK_DEFAULT": False,
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "RATELIMIT_SWALLOW_ERRORS": True,
        "RATELIMIT_HEADERS_ENABLED": False,
        "API_TITLE": "SmartPOS",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.0.3",
        "OPENAPI_URL_PREFIX": "/api",
        "API_SPEC_OPTIONS": {
            "components": {
                "securitySchemes": {
                    "token": {"type": "oauth2", "flows": {"password": {"tokenUrl": "/token", "scopes": {}}}}
                }
            },
            "security": [{"token": []}],
        },
        "OPENAPI_JSON_PATH": "openapi.json",
        "OPENAPI_SWAGGER_UI_PATH": "/docs",
        "OPENAPI_SWAGGER_UI_URL": "/static/vendor/swagger-ui/",
    }
