"""The libraries that need the application to start, each made once."""

from collections.abc import Callable
from json import JSONDecodeError
from typing import Any, TypeVar

from flask import Request, current_app
from flask.json.provider import DefaultJSONProvider
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_smorest import Api, Blueprint
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFProtect
from marshmallow import INCLUDE, Schema, fields, missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

# A receipt of a thousand lines is a tenth of this; only pictures are larger, and they are not JSON.
LARGEST_JSON = 2 * 1024 * 1024


class Json(DefaultJSONProvider):
    """Reads JSON; nesting and numbers beyond what Python can read are as wrong as broken JSON."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            return super().loads(s, **kwargs)
        except (JSONDecodeError, UnicodeDecodeError):
            raise
        except (RecursionError, ValueError):
            raise JSONDecodeError("cannot be read", "\u2026", 0) from None


View = TypeVar("View", bound=Callable[..., Any])

CONTENT_SECURITY_POLICY: dict[str, str | list[str]] = {
    "default-src": "'self'",
    "img-src": ["'self'", "data:", "blob:"],
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "frame-ancestors": "'self'",
    "frame-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
# Compiling WebAssembly runs no script of a page; the till's camera reads codes with it.
POLICY_WITH_WASM = CONTENT_SECURITY_POLICY | {"script-src": ["'self'", "'wasm-unsafe-eval'"]}


class JsonParser(FlaskParser):
    """Reads the API's arguments. What is not called JSON is refused: nobody should believe that it was read."""

    def _raw_load_json(self, req: Request) -> Any:
        req.max_content_length = LARGEST_JSON
        if req.is_json:
            return current_app.json.loads(req.get_data().decode())
        if req.get_data():
            raise UnsupportedMediaType
        return missing


class Problem(Schema):
    """How every error is told (RFC 9457). ``code`` is stable; some errors carry further facts."""

    class Meta:
        unknown = INCLUDE

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    code = fields.String()
    errors = fields.Dict(metadata={"description": "what is wrong, by the name of the field"})
    request_id = fields.String(allow_none=True)


class DocumentedApi(Api):  # type: ignore[misc]  # the library has no types
    """The API library, whose documentation would otherwise promise error answers of its own making."""

    ERROR_SCHEMA = Problem

    def _register_responses(self) -> None:
        # What is registered here are errors; answers of the endpoints themselves stay plain JSON.
        usual: str = Api.DEFAULT_RESPONSE_CONTENT_TYPE
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/problem+json"
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = usual


Blueprint.ARGUMENTS_PARSER = JsonParser()

login_manager = LoginManager()
csrf = CSRFProtect()
migrate = Migrate()
limiter = Limiter(key_func=get_remote_address)
talisman = Talisman()
api = DocumentedApi()


def under_policy(policy: dict[str, str | list[str]]) -> Callable[[View], View]:
    """Serve a view under another content security policy than all the others."""

    def decorate(view: View) -> View:
        served: View = talisman(content_security_policy=policy)(view)
        return served

    return decorate
