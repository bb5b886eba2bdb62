"""Commands of the catalogue."""

from sqlalchemy import delete, select

from smartpos.catalog.models import ProductWord
from smartpos.catalog.queries import search_products
from smartpos.core.db import db
from tests.cast import Shop


def test_reindex_brings_back_what_can_be_found(shop: Shop, stranger: Shop) -> None:
    number = shop.product("Non")
    other = stranger.product("Non")
    with shop.inside():
        db.session.execute(delete(ProductWord))
    with stranger.inside():
        db.session.execute(delete(ProductWord))
    runner = shop.app.test_cli_runner()

    one = runner.invoke(args=["catalog", "reindex", "--organization", "bahor"])
    assert one.exit_code == 0, one.output
    assert "bahor: 1 products" in one.output
    with shop.inside():
        assert search_products("non").ids == [number]
    with stranger.inside():
        assert search_products("non").ids == []

    everybody = runner.invoke(args=["catalog", "reindex"])
    assert everybody.exit_code == 0, everybody.output
    with stranger.inside():
        assert search_products("non").ids == [other]
        assert db.session.scalars(select(ProductWord.product_id)).all() == [other]

    nobody = runner.invoke(args=["catalog", "reindex", "--organization", "yo'q"])
    assert nobody.exit_code != 0
