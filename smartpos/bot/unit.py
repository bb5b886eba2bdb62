"""The unit of work of an update: one transaction, committed at its end, retried whole when the database asks.

Updates are handled in threads of the bot's process, each with an application context and a session of its own.
"""

import time
from collections.abc import Callable
from random import random
from typing import TypeVar

from flask import Flask
from sqlalchemy.exc import DBAPIError

from smartpos.core.db import db
from smartpos.core.web import ATTEMPTS, RETRY_STATES, sqlstate

T = TypeVar("T")


def run(app: Flask, work: Callable[[], T]) -> T:
    """Do the work in a transaction of its own and give its result."""
    with app.app_context():
        for attempt in range(1, ATTEMPTS + 1):
            try:
                result = work()
                db.session.commit()
            except DBAPIError as error:
                db.session.rollback()
                if sqlstate(error) not in RETRY_STATES or attempt == ATTEMPTS:
                    raise
                time.sleep(0.01 * attempt * (1 + random()))  # noqa: S311 - a pause, not a secret
            except BaseException:
                db.session.rollback()
                raise
            else:
                return result
    raise AssertionError  # the last attempt returns or raises
