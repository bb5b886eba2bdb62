"""Keep the catalogues in step with the texts: ``python -m tools.translations update|cyrillic|check``.

Texts in the code are English. ``uz`` and ``ru`` are translated by people; ``uz_Cyrl`` is written from ``uz`` by
``tools.cyrillic``; ``en`` needs no catalogue.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from tools.cyrillic import to_cyrillic

FOLDER = Path(__file__).resolve().parent.parent / "translations"
HEADER = "# Texts of SmartPOS; see CONTRIBUTING.md on translating."


def path_of(language: str) -> Path:
    """Where the catalogue of a language lives."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def extract() -> Catalog:
    """All texts of the code and the templates."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        subprocess.run(
            [
                *(sys.executable, "-m", "babel.messages.frontend", "-q", "extract"),
                *("--no-location", "--sort-output", "-F", str(FOLDER / "babel.cfg")),
                *("-k", "_l", "-k", "_", "-k", "lazy_gettext", "-o", str(template), "."),
            ],
            check=True,
            cwd=FOLDER.parent,
        )
        with template.open("rb") as file:
            return read_po(file)


def load(language: str) -> Catalog:
    """The catalogue of a language, empty when there is none yet."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, project="SmartPOS", header_comment=HEADER, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def save(language: str, catalog: Catalog) -> None:
    """Write a catalogue without dates and places, so that it changes only when a text does."""
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(
            file,
            catalog,
            omit_header=False,
            sort_output=True,
            no_location=True,
            width=110,
            ignore_obsolete=True,
        )
    text = path.read_text("utf-8")
    kept = [
        line
        for line in text.splitlines()
        if not line.startswith(('"POT-Creation', '"PO-Revision', '"Generated'))
    ]
    path.write_text("\n".join(kept) + "\n", "utf-8")


def update() -> None:
    """Bring uz and ru up to date with the texts, then write uz_Cyrl anew."""
    texts = extract()
    for language in ("uz", "ru"):
        catalog = load(language)
        catalog.update(texts, no_fuzzy_matching=True)
        save(language, catalog)
    cyrillic()


def cyrillic() -> None:
    """Write uz_Cyrl from uz."""
    source = load("uz")
    target = Catalog(locale="uz_Cyrl", project="SmartPOS", header_comment=HEADER, fuzzy=False)
    for message in source:
        if not message.id:
            continue
        text = message.string
        converted = tuple(map(to_cyrillic, text)) if isinstance(text, tuple) else to_cyrillic(text)
        target.add(message.id, converted, flags=message.flags)
    save("uz_Cyrl", target)


def missing(language: str, texts: Catalog) -> list[str]:
    """The texts that a catalogue does not translate."""
    catalog = load(language)

    def done(message: Message) -> bool:
        found = catalog.get(message.id)
        if found is None or found.fuzzy:
            return False
        return all(found.string) if isinstance(found.string, tuple) else bool(found.string)

    return [str(message.id) for message in texts if message.id and not done(message)]


def check() -> int:
    """Tell what is missing in each language; 1 when anything is."""
    texts, worst = extract(), 0
    for language in ("uz", "uz_Cyrl", "ru"):
        gaps = missing(language, texts)
        print(f"{language}: {len(gaps)} of {len(texts)} texts are missing")
        for text in gaps[:20]:
            print(f"  {text[:100]}")
        worst = max(worst, 1 if gaps else 0)
    return worst


def main() -> int:
    """Run the command named on the command line."""
    commands = {"update": update, "cyrillic": cyrillic, "check": check}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        print(__doc__)
        return 2
    return int(commands[sys.argv[1]]() or 0)


if __name__ == "__main__":
    sys.exit(main())
