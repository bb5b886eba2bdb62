"""The rules of the house that import-linter cannot say, read off the syntax trees; each rule is tried on a mistake."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ROOT / "smartpos"
LONGEST_FILE = 450

DOMAINS = {
    *("identity", "catalog", "notifications", "crm", "finance", "stock", "purchasing", "production"),
    *("sales", "reports"),
    *("bot", "demo"),
}
EDGES = {
    "reactions",
    "admin",
    "routes",
    "api",
    "jobs",
    "cli",
    "forms",
    "schemas",
    "authentication",
    "audit_page",
    "imports",
    "declared_reports",
    "import_page",
}
# Below the edges nobody knows that there is a request.
INNER = {"operations", "queries", "models", "errors", "permissions", "actors"}
OF_A_REQUEST = {
    "flask": {
        "request",
        "session",
        "g",
        "flash",
        "redirect",
        "render_template",
        "make_response",
        "abort",
        "url_for",
    },
    "flask_login": {"current_user", "login_user", "logout_user", "login_required"},
}
# Where a unit of work ends: the request, the job, the command, the update of the bot, and Flask-Admin's own handlers.
COMMITTERS = {"core/web.py", "core/jobs.py", "identity/commands.py", "bot/unit.py"}
# Who may put a scope in force without `with`: the unit of work itself and what recognises the person.
SCOPE_KEEPERS = {"core/tenancy.py", "core/web.py", "identity/authentication.py", "identity/visits.py"}


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PRODUCT.rglob("*.py")):
        yield path.relative_to(PRODUCT), ast.parse(path.read_text(encoding="utf-8"))


def place_of(path: Path) -> tuple[str, str]:
    """The domain and the step of the staircase: ("sales", "operations") for sales/operations/refunds.py."""
    parts = path.with_suffix("").parts
    return parts[0], parts[1] if len(parts) > 1 else ""


def imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Module and name of everything imported, wherever in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.module, alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, ""


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Dotted name and node of every call: ("db.session.commit", …)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def edges_of_others(path: Path, tree: ast.Module) -> list[str]:
    domain, _step = place_of(path)
    found = []
    for module, name in imports(tree):
        parts = f"{module}.{name}".split(".")
        if parts[0] == "smartpos" and len(parts) > 2 and parts[1] in DOMAINS - {domain} and parts[2] in EDGES:
            found.append(f"{module} {name}")
    return found


def request_below_the_edges(path: Path, tree: ast.Module) -> list[str]:
    domain, step = place_of(path)
    if domain not in DOMAINS or step not in INNER:
        return []
    return [f"{module}.{name}" for module, name in imports(tree) if name in OF_A_REQUEST.get(module, set())]


def commits(path: Path, tree: ast.Module) -> list[str]:
    if path.as_posix() in COMMITTERS or place_of(path)[1] == "cli" or path.parts[:2] == ("core", "admin"):
        return []
    return [name for name, _node in calls(tree) if name.endswith("session.commit")]


def scopes_without_end(path: Path, tree: ast.Module) -> list[str]:
    if path.as_posix() in SCOPE_KEEPERS:
        return []
    return [
        f"{module}.{name}"
        for module, name in imports(tree)
        if (module, name) in {("smartpos.core.tenancy", "enter"), ("smartpos.core.scope", "replace_scope")}
    ]


def platform_scopes_without_reason(path: Path, tree: ast.Module) -> list[str]:
    found = []
    for name, node in calls(tree):
        if name.split(".")[-1] != "platform_scope":
            continue
        reasons = [word.value for word in node.keywords if word.arg == "reason"]
        if not reasons or (isinstance(reasons[0], ast.Constant) and len(str(reasons[0].value).split()) < 2):
            found.append(ast.unparse(node))
    return found


def prints(path: Path, tree: ast.Module) -> list[str]:
    if place_of(path)[1] == "cli" or path.parts[0] == "embedded":
        return []
    return [ast.unparse(node) for name, node in calls(tree) if name == "print"]


def session_events_outside_core(path: Path, tree: ast.Module) -> list[str]:
    if path.parts[0] == "core":
        return []
    return [
        name for name, _node in calls(tree) if name in {"event.listens_for", "listens_for", "event.listen"}
    ]


def mass_deletes_without_hooks(path: Path, tree: ast.Module) -> list[str]:
    return [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "fast_mass_delete" for target in node.targets)
        and not (isinstance(node.value, ast.Constant) and node.value.value is False)
    ]


Rule = Callable[[Path, ast.Module], list[str]]

# The rule, what it teaches whoever breaks it, and a mistake it must catch.
RULES: list[tuple[Rule, str, str, str]] = [
    (
        edges_of_others,
        "another domain is entered by its models, queries, operations, errors and permissions, never by its edges",
        "sales/routes.py",
        "from smartpos.catalog.schemas import ProductSchema",
    ),
    (
        request_below_the_edges,
        "operations, queries and models are told everything by their arguments; they do not know about requests",
        "sales/operations.py",
        "from flask import request",
    ),
    (
        commits,
        "edges commit: the request, the job and the command own the transaction; everything else flushes",
        "sales/routes.py",
        "db.session.commit()",
    ),
    (
        scopes_without_end,
        "use tenant_scope() or platform_scope(reason=...), which end by themselves",
        "stock/jobs.py",
        "from smartpos.core.tenancy import enter",
    ),
    (
        platform_scopes_without_reason,
        "platform_scope() wants a reason in words, for it is logged",
        "identity/cli.py",
        "with platform_scope(reason='x'): pass",
    ),
    (prints, "only commands talk to the terminal; use structlog", "sales/queries.py", "print('here')"),
    (
        session_events_outside_core,
        "SQLAlchemy events carry no business rule; they belong to core",
        "stock/models.py",
        "event.listens_for(Session, 'before_flush')",
    ),
    (
        mass_deletes_without_hooks,
        "fast_mass_delete skips every hook of the view",
        "catalog/admin.py",
        "class V:\n    fast_mass_delete = True",
    ),
]


@pytest.mark.parametrize(
    ("rule", "lesson", "place", "mistake"), RULES, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_rule_of_the_house_holds(rule: Rule, lesson: str, place: str, mistake: str) -> None:
    assert rule(Path(place), ast.parse(mistake)), "the rule no longer catches the mistake it is for"
    broken = {path.as_posix(): found for path, tree in modules() if (found := rule(path, tree))}
    assert not broken, f"{lesson}: {broken}"


def test_the_floor_plan_holds() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout


def test_the_floor_plan_knows_every_domain() -> None:
    plan = (ROOT / ".importlinter").read_text(encoding="utf-8")
    present = {path.name for path in PRODUCT.iterdir() if (path / "__init__.py").exists()} - {
        "core",
        "embedded",
    }
    assert present == DOMAINS
    assert {name for name in present if f"    smartpos.{name}\n" not in plan} == set()


def test_files_stay_short() -> None:
    sources = [
        path
        for folder, kinds in (
            ("smartpos", "py"),
            ("tests", "py"),
            ("tools", "py"),
            ("bench", "py"),
            ("static/js", "js"),
            ("static/till", "js"),
            ("templates", "html"),
        )
        for path in (ROOT / folder).rglob(f"*.{kinds}")
    ]
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert not long, f"split these into a package of the same name: {long}"


# Names of keys and products, and signs that are the same in every language.
SAME_EVERYWHERE = re.compile(
    r"\b(SmartPOS|Ctrl|Enter|Esc|Del|Shift|Tab|F\d{1,2}|TOTP|PIN|QR|SKU|EAN|MXIK|VAT|API|Excel|CSV|PDF|JSON|ID|mm|px)\b"
)
WORD = re.compile(r"[^\W\d_]{2,}")
SPOKEN_ATTRIBUTES = {"title", "placeholder", "alt", "aria-label", "aria-description"}


class VisibleText(HTMLParser):
    """Collects what a person would read in a template whose Jinja parts have been taken out."""

    def __init__(self) -> None:
        super().__init__()
        self.silent = 0
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.silent += tag in {"script", "style"}
        self.found += [text for name, text in attributes if name in SPOKEN_ATTRIBUTES and text]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


def untranslated(template: str) -> list[str]:
    bare = re.sub(r"\{#.*?#\}", "", template, flags=re.S)
    # A block that fills a class attribute, and a macro that gives attributes, say nothing to people.
    bare = re.sub(r"\{%-?\s*block \w*class\w* -?%\}.*?\{%-?\s*endblock.*?%\}", "", bare, flags=re.S)
    bare = re.sub(r"\{%.*?%\}", "", re.sub(r"\{\{.*?\}\}", "", bare, flags=re.S), flags=re.S)
    reader = VisibleText()
    reader.feed(bare)
    return [
        text.strip()
        for text in reader.found
        if WORD.search(SAME_EVERYWHERE.sub("", re.sub(r"[\w-]+=\"[^\"]*\"", "", text)))
    ]


def test_the_untranslated_are_recognised() -> None:
    assert untranslated("<h1>{{ _('Sales') }}</h1><p>Hello there</p>") == ["Hello there"]
    assert untranslated('<input placeholder="Search here">{# a remark #}') == ["Search here"]
    assert untranslated("<b>{{ name }}</b> F9 <kbd>Ctrl</kbd> · 12<script>let x</script>") == []


def test_templates_speak_through_gettext() -> None:
    # What Flask-Admin ships is in its own catalogues; ours overrides some of its templates.
    found = {
        str(path.relative_to(ROOT)): texts
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if (texts := untranslated(path.read_text(encoding="utf-8")))
    }
    assert not found, f"mark these texts for translation: {found}"
