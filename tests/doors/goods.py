"""Catalogue, suppliers, stock, purchasing and imports."""

from tests.doors.door import (
    IMPORT,
    LABEL_PRINT,
    PRICE_READ,
    PRICE_WRITE,
    PRODUCT_READ,
    PRODUCT_WRITE,
    Door,
    get,
    page,
    post,
)

DOORS: dict[str, dict[str, Door]] = {
    # --- catalog -----------------------------------------------------------------------------------------------
    "catalog.product_image": get(PRODUCT_READ),
    "catalog_api.Products": {
        "GET": Door(PRODUCT_READ),
        "POST": Door(PRODUCT_WRITE, {"name": "Non"}),
    },
    "catalog_api.OneProduct": {
        "GET": Door(PRODUCT_READ),
        "PUT": Door(PRODUCT_WRITE, {"name": "Issiq non"}),
        "DELETE": Door(PRODUCT_WRITE),
    },
    "catalog_api.Categories": {"GET": Door(PRODUCT_READ), "POST": Door(PRODUCT_WRITE, {"name": "Nonlar"})},
    "catalog_api.OneCategory": {
        "GET": Door(PRODUCT_READ),
        "PUT": Door(PRODUCT_WRITE, {"name": "Nonlar"}),
        "DELETE": Door(PRODUCT_WRITE),
    },
    "catalog_api.units": get(PRODUCT_READ),
    "catalog_api.add_image": post(PRODUCT_WRITE, form={"image": "picture"}),
    "catalog_api.OneImage": {"DELETE": Door(PRODUCT_WRITE)},
    "catalog_api.price_types": get(PRICE_READ),
    "catalog_api.Prices": {
        "GET": Door(PRICE_READ),
        "POST": Door(PRICE_WRITE, {"price_type_id": "{price_type_id}", "price": "5000"}),
    },
    "catalog_api.OnePrice": {"DELETE": Door(PRICE_WRITE)},
    "catalog_api.Promotions": {
        "GET": Door(PRODUCT_READ),
        "POST": Door(PRICE_WRITE, {"name": "Kuz", "kind": "percent", "percent": "10"}),
    },
    "catalog_api.OnePromotion": {
        "GET": Door(PRODUCT_READ),
        "PUT": Door(PRICE_WRITE, {"name": "Qish"}),
        "DELETE": Door(PRICE_WRITE),
    },
    "catalog_api.end_promotion": post(PRICE_WRITE),
    "catalog.labels": get(LABEL_PRINT),
    "catalog.label_picture": get(LABEL_PRINT, query={"product_id": "1"}),
    "catalog.label_templates": get(LABEL_PRINT),
    "catalog.new_label_template": page("catalog:label:write"),
    "catalog.label_template": page("catalog:label:write"),
    "catalog.offer_label_first": post("catalog:label:write"),
    "catalog.remove_label_template": post("catalog:label:write"),
    "catalog_api.list_label_templates": get(LABEL_PRINT),
    "catalog_api.list_due_labels": get(LABEL_PRINT),
    "catalog_api.list_label_products": get(LABEL_PRINT),
    "catalog_api.make_labels": post(LABEL_PRINT, {"items": [{"product_id": "{product_id}"}]}),
    "catalog_api.make_barcodes": post(PRODUCT_WRITE, {"product_ids": [1]}),
    # --- suppliers ---------------------------------------------------------------------------------------------
    "crm_api.Suppliers": {
        "GET": Door("crm:supplier:read"),
        "POST": Door("crm:supplier:write", {"name": "Agro"}),
    },
    "crm_api.OneSupplier": {
        "GET": Door("crm:supplier:read"),
        "PUT": Door("crm:supplier:write", {"name": "Agro"}),
        "DELETE": Door("crm:supplier:write"),
    },
    "crm_api.supplier_statement": get("crm:supplier_account:read"),
    "crm_suppliers.statement": get("crm:supplier_account:read"),
    "crm_suppliers.statement_pdf": get("crm:supplier_account:read"),
    "crm_suppliers.debts": get("crm:supplier_account:read"),
    "purchasing_api.make_supplier_payment": post(
        "purchasing:payment:make",
        {
            "client_uuid": "6f1c2f0e-4a53-4c62-9d1b-3e1f6c9a7b21",
            "amount": "1",
            "source": "bank",
            "prepayment": True,
        },
    ),
    "purchasing_api.list_supplier_payments": get("purchasing:payment:read"),
    "purchasing_api.reverse_payment": post("purchasing:payment:reverse", {"reason": "Mistake"}),
    "purchasing_api.SupplierPrices": {
        "GET": Door("catalog:cost:read"),
        "PUT": Door(
            "purchasing:supplier_price:write", {"items": [{"product_id": "{product_id}", "price": "5"}]}
        ),
    },
    "purchasing.pay": page("purchasing:payment:make"),
    # --- stock -------------------------------------------------------------------------------------------------
    "stock.movements": get("stock:movement:read"),
    "stock.wanted": get("stock:level:write"),
    "stock.product_choices": get("stock:stock:read"),
    "running_low.low": get("stock:stock:read"),
    "purchasing.show_suggestions": get("purchasing:purchase:read"),
    "purchasing.draft_suggestions": post("purchasing:purchase:write"),
    "stock_api.list_stock": get("stock:stock:read"),
    "stock_api.set_levels": {
        "PUT": Door(
            "stock:level:write",
            {"branch_id": "{branch_id}", "items": [{"product_id": "{product_id}", "min_quantity": "1"}]},
        )
    },
    "stock_api.list_movements": get("stock:movement:read"),
    "stock_api.list_lots": get("stock:batch:read"),
    "stock_api.get_lot": get("stock:batch:read"),
    "stock_api.trace_lot": get("stock:batch:read"),
    "stock_api.follow_lot": get("stock:batch:read"),
    "stock_api.change_lot": {
        "PUT": Door("stock:batch:write", {"batch_number": "L-1", "expiration_date": "2030-01-31"})
    },
    "stock_api.adjust_stock": post(
        "stock:stock:adjust",
        {
            "branch_id": "{branch_id}",
            "reason": "found",
            "items": [{"product_id": "{product_id}", "quantity": "1"}],
        },
    ),
    "stock_api.find_stocked_goods": get("stock:stock:adjust", query={"branch_id": "{branch_id}", "q": "non"}),
    "stock_api.write_goods_off": post(
        "stock:stock:adjust",
        {
            "branch_id": "{branch_id}",
            "reason": "damage",
            "items": [{"product_id": "{product_id}", "quantity": "1"}],
        },
    ),
    "stock.open_counts": get("stock:count:enter"),
    "stock.count": get("stock:count:enter"),
    "stock.new_write_off": get("stock:stock:adjust"),
    "stock_api.list_counts": get("stock:count:read"),
    "stock_api.start_count": post("stock:count:create", {"branch_id": "{branch_id}"}),
    "stock_api.get_count": get("stock:count:read"),
    "stock_api.add_count_entry": post("stock:count:enter", {"product_id": "{product_id}", "counted": "1"}),
    "stock_api.list_countable": get("stock:count:enter"),
    "stock_api.get_count_progress": get("stock:count:enter"),
    "stock_api.finish_count": post("stock:count:enter"),
    "stock_api.reopen_count": post("stock:count:create"),
    "stock_api.post_count": post("stock:count:post"),
    "stock_api.cancel_count": post("stock:count:create"),
    "stock_api.list_transfers": get("stock:transfer:read"),
    "stock_api.create_transfer": post(
        "stock:transfer:create",
        {
            "from_branch_id": "{branch_id}",
            "to_branch_id": "{branches}",
            "items": [{"product_id": "{product_id}", "quantity": "1"}],
        },
    ),
    "stock_api.find_transfer_goods": get(
        "stock:transfer:create", query={"branch_id": "{branch_id}", "q": "non"}
    ),
    "stock_api.get_transfer_stock": post(
        "stock:transfer:create", {"branch_id": "{branch_id}", "product_ids": ["{product_id}"]}
    ),
    "stock.new_transfer": get("stock:transfer:create"),
    "stock.receive_transfer": get("stock:transfer:receive"),
    "stock.transfer_slip": get("stock:transfer:read"),
    "stock_api.get_transfer": get("stock:transfer:read"),
    "stock_api.approve_transfer": post("stock:transfer:approve"),
    "stock_api.reject_transfer": post("stock:transfer:approve", {"reason": "Not needed"}),
    "stock_api.ship_transfer": post("stock:transfer:ship"),
    "stock_api.complete_transfer": post("stock:transfer:receive", {}),
    "stock_api.cancel_transfer": post("stock:transfer:create", {}),
    # --- purchasing --------------------------------------------------------------------------------------------
    "purchasing.receive_purchase": {
        "GET": Door("purchasing:purchase:receive"),
        "POST": Door("purchasing:purchase:receive"),
    },
    "purchasing.return_purchase": {
        "GET": Door("purchasing:purchase:confirm"),
        "POST": Door("purchasing:purchase:confirm"),
    },
    "purchasing.new_purchase": get("purchasing:purchase:write"),
    "purchasing.supplier_choices": get("purchasing:purchase:write"),
    "purchasing.edit_purchase": get("purchasing:purchase:write"),
    "purchasing_api.find_supply_goods": get("purchasing:purchase:write", query={"q": "non"}),
    "purchasing_api.match_supply_goods": post("purchasing:purchase:write", {"texts": ["Non"]}),
    "purchasing.add_file": post("purchasing:purchase:write", form={"image": "picture"}),
    "purchasing.remove_file": post("purchasing:purchase:write"),
    "purchasing_api.Supplies": {
        "GET": Door("purchasing:purchase:read"),
        "POST": Door(
            "purchasing:purchase:write",
            {
                "branch_id": "{branch_id}",
                "items": [{"product_id": "{product_id}", "quantity": "1", "cost_price": "100"}],
            },
        ),
    },
    "purchasing_api.OneSupply": {
        "GET": Door("purchasing:purchase:read"),
        "PUT": Door(
            "purchasing:purchase:write",
            {
                "branch_id": "{branch_id}",
                "items": [{"product_id": "{product_id}", "quantity": "2", "cost_price": "100"}],
            },
        ),
    },
    "purchasing_api.order_supply": post("purchasing:purchase:write"),
    "purchasing_api.receive_supply": post("purchasing:purchase:receive", {}),
    "purchasing_api.confirm_supply": post("purchasing:purchase:confirm", {}),
    "purchasing_api.revert_supply": post("purchasing:purchase:revert", {"reason": "Mistake"}),
    "purchasing_api.cancel_supply": post("purchasing:purchase:write", {"reason": "Mistake"}),
    "purchasing_api.return_supply": post(
        "purchasing:purchase:confirm",
        {
            "client_uuid": "b7c9a3de-0f8e-4a06-a0b2-0f6a6a1d9e22",
            "items": [{"item_id": 1, "quantity": "1"}],
        },
    ),
    "purchasing_api.add_supply_file": post("purchasing:purchase:write", form={"image": "picture"}),
    "purchasing_api.OneSupplyFile": {
        "GET": Door("purchasing:purchase:read", finds="not found"),
        "DELETE": Door("purchasing:purchase:write"),
    },
    # --- imports: whoever may import, may import products ---------------------------------------------------------
    "imports.runs": get(IMPORT),
    "imports.new_import": page(IMPORT),
    "imports.template": get(IMPORT),
    "imports.run": get(IMPORT),
    "imports.progress": get(IMPORT),
    "imports.original": get(IMPORT, finds="not found"),
    "imports.columns": post(IMPORT),
    "imports.back": post(IMPORT),
    "imports.confirm": post(IMPORT),
    "imports.undo": post(IMPORT),
    "imports.cancel": post(IMPORT),
}
