"""Every text of the product exists in every language, and keeps its placeholders."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from tools.cyrillic import to_cyrillic
from tools.translations import extract, load, missing

PRODUCT = Path(__file__).resolve().parent.parent / "smartpos"
SAYS = {"_", "_l", "gettext", "lazy_gettext", "ngettext", "pgettext"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return extract()


@pytest.mark.parametrize("language", ["uz", "uz_Cyrl", "ru"])
def test_no_text_is_missing(language: str, texts: Catalog) -> None:
    assert missing(language, texts) == []


def test_no_text_hides_in_a_formatted_string() -> None:
    """What gathers the texts does not look into f-strings: one that is said there stays English for ever."""
    hidden = [
        f"{path.relative_to(PRODUCT)}:{call.lineno}"
        for path in sorted(PRODUCT.rglob("*.py"))
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in SAYS
    ]
    assert hidden == []


@pytest.mark.parametrize("language", ["uz", "uz_Cyrl", "ru"])
def test_placeholders_survive_translation(language: str) -> None:
    broken = []
    for message in load(language):
        if not message.id:
            continue
        plural = isinstance(message.id, tuple)
        wanted = set(PLACEHOLDER.findall(message.id[-1] if plural else message.id))
        strings = message.string if plural else (message.string,)
        broken += [(message.id, string) for string in strings if set(PLACEHOLDER.findall(string)) != wanted]
    assert broken == []


def test_uzbek_cyrillic_is_written_from_uzbek_latin() -> None:
    latin, cyrillic = load("uz"), load("uz_Cyrl")
    differing = [
        message.id
        for message in latin
        if message.id
        and isinstance(message.string, str)
        and cyrillic[message.id].string != to_cyrillic(message.string)
    ]
    assert differing == []


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("Oʻzbekcha", "Ўзбекча"),
        ("Qo'shish, o‘zgartirish", "Қўшиш, ўзгартириш"),
        ("Yangi yechim, qayerda", "Янги ечим, қаерда"),
        ("eʼlon, Eksport", "эълон, Экспорт"),
        ("Excelga %(name)s <b>yozildi</b>", "Excelга %(name)s <b>ёзилди</b>"),
        ("PIN-kod, parolni", "PIN-код, паролни"),
        ("YOʻQ", "ЙЎҚ"),
    ],
)
def test_letters_follow_the_official_alphabet(latin: str, cyrillic: str) -> None:
    assert to_cyrillic(latin) == cyrillic
