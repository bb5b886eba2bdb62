"""Words of one meaning, so that a search for one finds products named by another."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.catalog.models import SearchSynonym
from smartpos.catalog.operations import values
from smartpos.core.db import db
from smartpos.core.search import fold
from smartpos.identity.actors import Actor
from smartpos.identity.errors import AlreadyTaken, BadField

LONGEST_TERM = 60
LANGUAGES = ("uz", "ru", "en", "kk")


def create_synonym(*, concept: str, term: str, lang: str = "uz", actor: Actor) -> SearchSynonym:
    """Add a word to a concept. Raises BadField, AlreadyTaken."""
    return _apply(SearchSynonym(), concept, term, lang)


def update_synonym(
    synonym: SearchSynonym, *, concept: str, term: str, lang: str = "uz", actor: Actor
) -> SearchSynonym:
    """Change a word. Raises BadField, AlreadyTaken."""
    return _apply(synonym, concept, term, lang)


def delete_synonym(synonym: SearchSynonym, *, actor: Actor) -> None:
    """Take a word out of its concept."""
    db.session.delete(synonym)
    db.session.flush()


def _apply(synonym: SearchSynonym, concept: Any, term: Any, lang: Any) -> SearchSynonym:
    subject = str(values.text(concept, "concept", longest=LONGEST_TERM, needed=True))
    word = str(values.text(term, "term", longest=LONGEST_TERM, needed=True))
    key = fold(word)
    if not key:
        raise BadField("term", _("This word has no letters or digits to search for."))
    if lang not in LANGUAGES:
        raise BadField("lang", _("This choice does not exist."))
    twin = select(SearchSynonym.id).where(
        SearchSynonym.concept == subject,
        SearchSynonym.term == word,
        SearchSynonym.id.is_distinct_from(synonym.id),
    )
    if db.session.scalar(twin) is not None:
        sentence = _("This word is already there.")
        raise AlreadyTaken(sentence, errors={"term": [sentence]})
    synonym.concept = subject
    synonym.term = word
    synonym.lang = lang
    synonym.search_key = key
    db.session.add(synonym)
    db.session.flush()
    return synonym
