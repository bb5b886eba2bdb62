"""SmartPOS.

`python app.py` brings up the whole product on this machine; `python app.py flask ...` runs one command on it.
Servers (`gunicorn app:app`) and `flask --app app` take the application from here.
"""

import sys
from typing import Any


def __getattr__(name: str) -> Any:
    """Make the application when somebody asks for it, not when the servers are started from here."""
    if name != "app":
        raise AttributeError(name)
    from flask.cli import NoAppException

    from config import MissingConfiguration
    from smartpos.embedded.command import adopt_running_instance
    from smartpos.factory import create_app

    adopt_running_instance()
    try:
        application = create_app()
    except MissingConfiguration as error:
        raise NoAppException(str(error)) from error
    globals()["app"] = application
    return application


def main(arguments: list[str]) -> int:
    """Run everything, or one command. Returns the exit status."""
    from smartpos.embedded import command, supervisor

    if not arguments:
        return supervisor.run()
    if arguments[0] == "flask":
        return command.run(arguments[1:])
    print(__doc__, file=sys.stderr)  # noqa: T201
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
