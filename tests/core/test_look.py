"""The look holds together: icons exist, the two dark palettes agree, and text can be read on every surface."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPRITE = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons.svg").read_text(encoding="utf-8")))
TOKENS = (ROOT / "static/css/tokens.css").read_text(encoding="utf-8")

# Text colour and the surfaces it stands on.
PAIRS = [
    *(("ink", surface) for surface in ("paper", "card", "sunken", "hover", "accent-soft")),
    *(("ink-2", surface) for surface in ("paper", "card", "sunken", "hover", "accent-soft")),
    *(("ink-3", surface) for surface in ("paper", "card", "sunken", "hover", "accent-soft")),
    ("accent-strong", "card"),
    ("accent-strong", "paper"),
    ("accent-strong", "accent-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-bad", "bad"),
    ("on-bad", "bad-strong"),
    *((tone, surface) for tone in ("good", "warn", "bad", "info") for surface in (f"{tone}-soft", "card")),
]


def palettes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r"\{([^{}]*--ink:[^{}]*)\}", TOKENS)
    names = ("light", "dark", "dark by system")
    found = [dict(re.findall(r"--([\w-]+):\s*([^;]+);", block)) for block in blocks]
    return dict(zip(names, found, strict=True))


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_icon_is_drawn() -> None:
    asked: dict[str, str] = {}
    for path in (ROOT / "templates").rglob("*.html"):
        for name in re.findall(r'\bicon\("([a-z-]+)"', path.read_text(encoding="utf-8")):
            asked[name] = path.name
    for path in (ROOT / "smartpos").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r'menu_icon(?:, \w+)? = "([a-z-]+)"', text):
            asked[name] = path.name
    for path in (ROOT / "static/js").glob("*.js"):
        for name in re.findall(r'\bicon\("([a-z-]+)"', path.read_text(encoding="utf-8")):
            asked[name] = path.name
    assert {name: where for name, where in asked.items() if name not in SPRITE} == {}


def test_the_dark_palette_is_the_same_by_choice_and_by_system() -> None:
    found = palettes()
    assert found["dark"] == found["dark by system"]


@pytest.mark.parametrize("name", ["light", "dark"])
def test_text_can_be_read_on_every_surface(name: str) -> None:
    palette = palettes()[name]
    weak = {
        f"{text} on {surface}": round(contrast(palette[text], palette[surface]), 2)
        for text, surface in PAIRS
        if contrast(palette[text], palette[surface]) < 4.5
    }
    assert weak == {}


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_edges_of_inputs_can_be_seen(name: str) -> None:
    palette = palettes()[name]
    for surface in ("card", "paper"):
        assert contrast(palette["line-strong"], palette[surface]) >= 3
