"""The libraries that need the application to start, each made once."""

from json import JSONDecodeError
from typing import Any

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_smorest import Api, Blueprint
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFProtect
from webargs.flaskparser import FlaskParser


class JsonParser(FlaskParser):
    """Reads the API's arguments; nesting and numbers beyond what Python can read are as wrong as broken JSON."""

    def _raw_load_json(self, req: Any) -> Any:
        try:
            return super()._raw_load_json(req)
        except (JSONDecodeError, UnicodeDecodeError):
            raise
        except (RecursionError, ValueError):
            raise JSONDecodeError("cannot be read", "\u2026", 0) from None


Blueprint.ARGUMENTS_PARSER = JsonParser()

login_manager = LoginManager()
csrf = CSRFProtect()
migrate = Migrate()
limiter = Limiter(key_func=get_remote_address)
talisman = Talisman()
api = Api()
