"""Server and browser fold names alike: both are held to the vectors in one file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smartpos.core import search
from tests.javascript import run_javascript

ROOT = Path(__file__).resolve().parents[2]
VECTORS: dict[str, list[list[Any]]] = json.loads((ROOT / "tests/vectors/folding.json").read_text())
PYTHON: dict[str, Callable[[str], Any]] = {
    "fold": search.fold,
    "grams": search.grams,
    "swap_layout": search.swap_layout,
    "normal_apostrophes": search.normal_apostrophes,
}
BROWSER = {
    "fold": "fold",
    "grams": "grams",
    "swap_layout": "swapLayout",
    "normal_apostrophes": "normalApostrophes",
}
CASES = [(name, given, expected) for name, rows in VECTORS.items() for given, expected in rows]


@pytest.mark.parametrize(("name", "given", "expected"), CASES)
def test_the_server_folds_as_written_down(name: str, given: str, expected: object) -> None:
    assert PYTHON[name](given) == expected


def test_the_browser_folds_as_written_down() -> None:
    answers = _in_javascript([[BROWSER[name], given] for name, given, _ in CASES])
    assert answers == [expected for _, _, expected in CASES]


def test_both_fold_every_letter_of_the_alphabets_alike() -> None:
    """Whatever a supplier typed: single signs of Latin, Cyrillic, punctuation and full-width forms."""
    codes = [*range(1, 0x530), *range(0x1E00, 0x2200), *range(0xFF00, 0xFFE0)]
    texts = [f"a{chr(code)}b" for code in codes]
    assert _in_javascript([["fold", text] for text in texts]) == [search.fold(text) for text in texts]


def test_grams_of_an_unfinished_word_are_found_in_the_whole_name() -> None:
    assert set(search.grams("молок")) <= set(search.grams("Sut Moloko 1 l"))


def _in_javascript(calls: list[list[str]]) -> list[Any]:
    """Run ``[function, argument]`` pairs through ``static/till/fold.js``."""
    script = (
        'import * as folding from "./static/till/fold.js";'
        "export default (calls) => calls.map(([name, text]) => folding[name](text));"
    )
    answers: list[Any] = run_javascript(script, calls)
    return answers
