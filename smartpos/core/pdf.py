"""PDF documents, set by Typst from a template and data.

A template is a ``.typ`` file below ``templates/``. It takes its data by ``#import "/core/pdf.typ": *``, which gives
``data`` (a dictionary) and the look of our documents; texts in the data are text and never markup, whatever a person
has typed. Amounts, dates and labels come ready in the reader's language: Typst only sets them.

The fonts come with Python packages, so a document looks alike on every machine, and letters of Uzbek in both scripts,
Kazakh and Russian are never missing.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import font_roboto
import typst
from flask import Response, current_app, make_response

CONTENT_TYPE = "application/pdf"
FONT_FOLDER = Path(font_roboto.font_directory)


def render_pdf(
    template: str,
    data: Mapping[str, Any],
    *,
    language: str,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """The document that ``template`` (a path below ``templates/``) makes of ``data``, as the bytes of a PDF.

    ``data`` holds what JSON can hold. ``pictures`` are PNG, JPEG or WebP files by name, for ``picture("name")`` in the
    template. ``language`` is one of ``core.i18n.LANGUAGES``; it decides where words are divided. Raises
    ``typst.TypstError`` for a template that is wrong.
    """
    return _compile(template, data, language=language, pictures=pictures, format="pdf")


def render_picture(template: str, data: Mapping[str, Any], *, language: str, dpi: int = 200) -> bytes:
    """As ``render_pdf``, but the document is one page and comes as a PNG, for a preview."""
    return _compile(template, data, language=language, format="png", ppi=dpi)


def _compile(
    template: str,
    data: Mapping[str, Any],
    *,
    language: str,
    pictures: Mapping[str, bytes] | None = None,
    **how: Any,
) -> bytes:
    folder = Path(current_app.root_path, current_app.template_folder or "")
    inputs = {
        "data": json.dumps(dict(data), ensure_ascii=False),
        "language": language,
        # Typst reads no bytes from its inputs, but it makes them of numbers.
        "pictures": json.dumps({name: list(content) for name, content in (pictures or {}).items()}),
    }
    made: bytes = typst.compile(
        str(folder / template),
        root=str(folder),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        **how,
    )
    return made


def pdf_answer(content: bytes, name: str, *, download: bool = False) -> Response:
    """The answer that shows a PDF in the browser, or saves it as ``name``."""
    answer = make_response(content)
    answer.mimetype = CONTENT_TYPE
    answer.headers.set("Content-Disposition", "attachment" if download else "inline", filename=name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    # It shows money and names as they are at this moment, to this person.
    answer.headers["Cache-Control"] = "no-store"
    return answer


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONT_FOLDER)])
