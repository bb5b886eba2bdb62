"""Pages about accounts: statements, on the screen and as a PDF, who owes us, and whom we owe."""

from flask import Flask

from smartpos.crm.routes import customers, suppliers


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(customers.blueprint)
    app.register_blueprint(suppliers.blueprint)
