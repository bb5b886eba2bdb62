"""Who may open what: every address of the product, written down by hand for ``test_permissions``.

A new endpoint is added here with the permission it asks for; the walk fails until it is.
"""

from dataclasses import dataclass, field
from typing import Any

PUBLIC = "public"
SIGNED_IN = "signed in"

BRANCH_READ = "identity:branch:read"
TILL_USE = "identity:till:use"
TILL_REGISTER = "identity:till:register"
USER_READ, USER_WRITE = "identity:user:read", "identity:user:write"
PRODUCT_READ, PRODUCT_WRITE = "catalog:product:read", "catalog:product:write"
LABEL_PRINT = "catalog:label:print"
PRICE_READ, PRICE_WRITE = "catalog:price:read", "catalog:price:write"
IMPORT = "catalog:import:run"
PLATFORM = "platform:organization:manage"
HELD = "sales:held_sale:use"


@dataclass(frozen=True)
class Door:
    """One method of one endpoint.

    ``needs`` is PUBLIC, SIGNED_IN or a permission. ``owner`` is the one person of the cast to whom the object belongs:
    whoever else holds ``needs`` must hold ``others`` too, and with "" nobody else gets in. ``json``, ``form`` and
    ``query`` are what is sent; text in braces is filled with the number of a row of the shop. ``signs_out`` ends at the
    log-in page; ``finds`` is what those let in meet with what is sent here.
    """

    needs: str
    json: Any = None
    form: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    owner: str | None = None
    others: str = ""
    signs_out: bool = False
    finds: str = ""


def page(needs: str, **posted: Any) -> dict[str, Door]:
    """A form: shown and sent by the same people."""
    return {"GET": Door(needs), "POST": Door(needs, form=posted)}


def get(needs: str, **options: Any) -> dict[str, Door]:
    return {"GET": Door(needs, **options)}


def post(needs: str, json: Any = None, **options: Any) -> dict[str, Door]:
    return {"POST": Door(needs, json, **options)}


DOORS: dict[str, dict[str, Door]] = {
    # --- everybody ---------------------------------------------------------------------------------------------
    "static": get(PUBLIC),
    "admin.static": get(PUBLIC),
    "operations.healthz": get(PUBLIC),
    "operations.readyz": get(PUBLIC),
    "operations.metrics": get(PUBLIC),
    "api-docs.openapi_json": get(PUBLIC),
    "api-docs.openapi_swagger_ui": get(PUBLIC),
    "identity.login": page(PUBLIC),
    "identity.pin_login": page(PUBLIC),
    "identity.code": page(PUBLIC),
    "identity.set_language": post(PUBLIC, form={"locale": "ru"}),
    "identity_api.token": post(PUBLIC, form={"username": "nobody", "password": "nothing"}),
    "identity_api.till_pin": post(PUBLIC, {"user_id": 1, "pin": "0000"}),
    # --- one's own ---------------------------------------------------------------------------------------------
    "identity.home": get(SIGNED_IN),
    "admin.index": get("identity:admin:enter"),
    "identity.confirm_logout": get(SIGNED_IN),
    "identity.logout": post(SIGNED_IN, signs_out=True),
    "identity.lock_till": post(SIGNED_IN, signs_out=True),
    "identity.profile": page(SIGNED_IN),
    "identity.change_password": page(SIGNED_IN),
    "identity.change_pin": page(SIGNED_IN),
    "identity.two_step": get(SIGNED_IN) | post(SIGNED_IN, finds="not found"),
    "identity.two_step_off": page(SIGNED_IN),
    "identity.recovery_codes": page(SIGNED_IN),
    "identity.sessions": get(SIGNED_IN),
    "identity.end_session": post(SIGNED_IN, owner="cashier"),
    "identity.end_other_sessions": post(SIGNED_IN),
    "identity_api.me": get(SIGNED_IN),
    "identity_api.change_password": post(
        SIGNED_IN, {"current_password": "wrong", "new_password": "long-enough-9"}
    ),
    "identity_api.logout": post(SIGNED_IN),
    # --- the organization --------------------------------------------------------------------------------------
    "identity.organization": {
        "GET": Door("identity:organization:read"),
        "POST": Door("identity:organization:write"),
    },
    "identity.settings": {"GET": Door("identity:setting:read"), "POST": Door("identity:setting:write")},
    "identity.register_till": page(TILL_REGISTER),
    "identity.forget_till": post(TILL_REGISTER),
    "identity_api.branches": get(BRANCH_READ),
    "identity_api.tills": get(BRANCH_READ),
    "identity_api.roles": get("identity:role:read"),
    "identity_api.till_cashiers": get(TILL_USE),
    "identity_api.Employees": {
        "GET": Door(USER_READ),
        "POST": Door(
            USER_WRITE,
            {"username": "newcomer", "full_name": "New", "role": "cashier", "password": "long-enough-9"},
        ),
    },
    "identity_api.Employee": {
        "GET": Door(USER_READ),
        "PUT": Door(USER_WRITE, {"full_name": "Renamed"}),
        "DELETE": Door(USER_WRITE),
    },
    "audit.trail": get("identity:audit:read"),
    "audit_api.audits": get("identity:audit:read"),
    # --- the platform ------------------------------------------------------------------------------------------
    "platform.organizations": get(PLATFORM),
    "platform.create": page(PLATFORM),
    "platform.suspend": page(PLATFORM, reason="does not pay"),
    "platform.resume": post(PLATFORM),
    "platform.visit": page("platform:organization:visit", reason="asked for help"),
    "platform.leave": post(SIGNED_IN),
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
    # --- customers ---------------------------------------------------------------------------------------------
    "crm_api.Clients": {
        "GET": Door("crm:customer:read"),
        "POST": Door("crm:customer:create", {"name": "Ali"}),
    },
    "crm_api.OneClient": {
        "GET": Door("crm:customer:read"),
        "PUT": Door("crm:customer:write", {"name": "Ali"}),
        "DELETE": Door("crm:customer:delete"),
    },
    "crm_api.client_statement": get("crm:account:read"),
    "crm.statement": get("crm:account:read"),
    "crm.statement_pdf": get("crm:account:read"),
    "crm.debts": get("crm:account:read"),
    "sales_api.take_client_payment": post(
        "sales:payment:take",
        {"client_uuid": "6f1c2f0e-4a53-4c62-9d1b-3e1f6c9a7b11", "amount": "1", "method": "transfer"},
    ),
    "sales_api.list_client_payments": get("crm:account:read"),
    "sales_api.reverse_client_payment": post(
        "sales:payment:reverse", {"client_uuid": "6f1c2f0e-4a53-4c62-9d1b-3e1f6c9a7b12", "reason": "Mistake"}
    ),
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
    "stock_api.find_stocked_goods": get("stock:stock:adjust", query={"branch_id": "1", "q": "non"}),
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
    # --- finance -----------------------------------------------------------------------------------------------
    "finance_api.ExpenseCategories": {
        "GET": Door("finance:expense:read"),
        "POST": Door("finance:expense_category:write", {"name": "Gullar"}),
    },
    "finance_api.OneExpenseCategory": {
        "PUT": Door("finance:expense_category:write", {"name": "Bezaklar"}),
        "DELETE": Door("finance:expense_category:write"),
    },
    "finance_api.ExchangeRates": {
        "GET": Door("finance:rate:read"),
        "POST": Door("finance:rate:write", {"currency": "USD", "rate": "12700"}),
    },
    "sales_api.Expenses": {
        "GET": Door("finance:expense:read"),
        "POST": Door("finance:expense:create", {"amount": "150000", "description": "Ijara"}),
    },
    "sales_api.OneExpense": {"DELETE": Door("finance:expense:cancel", query={"reason": "twice"})},
    # --- selling -----------------------------------------------------------------------------------------------
    "sales.till": get(TILL_USE),
    "sales.till_shell": get(PUBLIC),
    "sales.till_worker": get(PUBLIC),
    "sales.till_manifest": get(PUBLIC),
    "sales_api.get_till_facts": get(TILL_USE),
    "sales.receipt": {
        "GET": Door("sales:sale:read", owner="cashier", others="sales:sale:read_all"),
        "POST": Door("sales:receipt:reprint", owner="cashier", others="sales:sale:read_all"),
    },
    "sales.find_receipt": get("sales:sale:read", finds="not found"),
    "sales.designer": {"GET": Door("identity:setting:read"), "POST": Door("identity:setting:write")},
    "sales.change_logo": post("identity:setting:write"),
    "sales.display": get(TILL_USE),
    "sales_api.receipt_pdf": get("sales:sale:read", owner="cashier", others="sales:sale:read_all"),
    "sales_api.print_job": post(
        TILL_USE,
        {"client_uuid": "5b6e7a10-0000-4000-8000-000000000001", "kind": "receipt", "till_id": 9_000_000_000},
        finds="not found",
    ),
    "sales_api.get_print_job": get(TILL_USE, owner="cashier", others="sales:sale:read_all"),
    "sales.shift_report": get(SIGNED_IN, owner="cashier", others="sales:shift:read_all"),
    "sales_api.open_shift": post("sales:shift:open", {"till_id": "{till2_id}", "opening_cash": "0"}),
    "sales_api.current_shift": get("sales:shift:open", owner="cashier"),
    "sales_api.close_shift": post(
        "sales:shift:close", {"closing_cash": "0"}, owner="cashier", others="sales:shift:close_any"
    ),
    "sales_api.list_shifts": get("sales:shift:open"),
    "sales_api.get_shift_report": get(SIGNED_IN, owner="cashier", others="sales:shift:read_all"),
    "sales_api.move_cash": post(
        "sales:cash:move",
        {"kind": "in", "amount": "1000", "reason": "change"},
        owner="cashier",
        others="sales:shift:close_any",
    ),
    "sales_api.hand_over_shift": post(
        "sales:shift:close",
        {"user_id": "{next_id}", "pin": "8362", "closing_cash": "10000"},
        owner="cashier",
        others="sales:shift:close_any",
    ),
    "sales_api.sell": post(
        "sales:sale:create",
        {
            "client_uuid": "6f1c2f0e-4a53-4c62-9d1b-3e1f6c9a7b10",
            "items": [{"product_id": "{product_id}", "quantity": 1}],
            "payments": [{"method": "cash", "amount": "10000"}],
        },
    ),
    "sales_api.refund": post(
        "sales:sale:refund",
        {
            "client_uuid": "0d2f5b1c-58a5-4f3e-9f1c-7a2f0f6d3c55",
            "items": [{"sale_item_id": 1, "quantity": 1}],
        },
    ),
    "sales_api.refund_loose": post(
        "sales:sale:refund_without_receipt",
        {
            "client_uuid": "b7c9a3de-0f8e-4a06-a0b2-0f6a6a1d9e21",
            "items": [{"product_id": "{product_id}", "quantity": 1}],
            "reason": "lost the receipt",
        },
    ),
    "sales_api.refundable": get("sales:sale:create"),
    "sales_api.list_sales": get("sales:sale:read"),
    "sales_api.get_sale": get("sales:sale:read", owner="cashier", others="sales:sale:read_all"),
    # --- at the counter ----------------------------------------------------------------------------------------
    "sales_api.approvers": get(TILL_USE, query={"action": "sales:sale:refund"}),
    "sales_api.approve": post(
        TILL_USE,
        {
            "action": "nothing",
            "user_id": 1,
            "pin": "0000",
            "subject_uuid": "6f1c2f0e-4a53-4c62-9d1b-3e1f6c9a7b10",
        },
    ),
    "sales_api.attention": get("sales:sale:read_all"),
    "sales_api.HeldSales": {
        "GET": Door(HELD),
        "POST": Door(HELD, {"client_uuid": "6f1c2f0e-4a53-4c62-9d1b-3e1f6c9a7b11", "cart": {}}),
    },
    "sales_api.take_held_sale": post(HELD, {}),
    "sales_api.OneHeldSale": {"DELETE": Door("sales:cart:void", {})},
    "sales_api.till_events": post(
        "sales:sale:create",
        {"items": [{"client_uuid": "6f1c2f0e-4a53-4c62-9d1b-3e1f6c9a7b12", "kind": "reprint"}]},
    ),
}


@dataclass(frozen=True)
class View:
    """One view of the admin panel: the permissions its pages ask for; None means that nobody may.

    ``acts`` are its row actions with theirs; ``shared`` rows belong to every tenant.
    """

    read: str
    write: str | None = None
    create: str | None = None
    edit: str | None = None
    delete: str | None = None
    acts: dict[str, str] = field(default_factory=dict)
    shared: bool = False

    def needs(self, what: str) -> str | None:
        """The permission for ``create``, ``edit`` or ``delete``."""
        return getattr(self, what) or self.write


VIEWS: dict[str, View] = {
    "purchases": View(
        "purchasing:purchase:read",
        acts={
            "edit": "purchasing:purchase:write",
            "order": "purchasing:purchase:write",
            "receive": "purchasing:purchase:receive",
            "confirm": "purchasing:purchase:confirm",
            "give_back": "purchasing:purchase:confirm",
            "revert": "purchasing:purchase:revert",
            "cancel": "purchasing:purchase:write",
        },
    ),
    "purchase_items": View("purchasing:purchase:read"),
    "users": View(
        USER_READ,
        USER_WRITE,
        acts=dict.fromkeys(
            ("reset_password", "reset_pin", "lock", "unlock", "two_step_off", "end_sessions"), USER_WRITE
        ),
    ),
    "roles": View("identity:role:read", "identity:role:write"),
    "branches": View(BRANCH_READ, "identity:branch:write"),
    "tills": View(
        BRANCH_READ,
        "identity:branch:write",
        acts=dict.fromkeys(("register", "forget", "test_page"), TILL_REGISTER),
    ),
    "workspaces": View(BRANCH_READ, "identity:branch:write"),
    "sessions": View(USER_READ, acts={"end": USER_WRITE}),
    "events": View("identity:audit:read"),
    "products": View(
        PRODUCT_READ,
        PRODUCT_WRITE,
        acts={"give_barcode": PRODUCT_WRITE, "label": LABEL_PRINT, "movements": "stock:movement:read"},
    ),
    "categories": View(PRODUCT_READ, PRODUCT_WRITE),
    "units": View(PRODUCT_READ, PRODUCT_WRITE),
    "synonyms": View(PRODUCT_READ, PRODUCT_WRITE),
    "barcodes": View(PRODUCT_READ),
    "product_images": View(PRODUCT_READ, acts={"remove": PRODUCT_WRITE}),
    "vat_rates": View(PRODUCT_READ, shared=True),
    "prices": View(PRICE_READ, PRICE_WRITE),
    "price_types": View(PRICE_READ, PRICE_WRITE, acts={"default": PRICE_WRITE}),
    "promotions": View(PRICE_READ, PRICE_WRITE, acts={"end": PRICE_WRITE}),
    "customers": View(
        "crm:customer:read",
        create="crm:customer:create",
        edit="crm:customer:write",
        delete="crm:customer:delete",
        acts={
            "statement": "crm:account:read",
            "opening": "crm:account:correct",
            "correct": "crm:account:correct",
        },
    ),
    "customer_transactions": View("crm:account:read", acts={"take_back": "crm:account:correct"}),
    "customer_contacts": View("crm:customer:read"),
    "customer_addresses": View("crm:customer:read"),
    "payments": View("finance:payment:read", acts={"reverse": "sales:payment:reverse"}),
    "suppliers": View(
        "crm:supplier:read",
        "crm:supplier:write",
        acts={
            "statement": "crm:supplier_account:read",
            "opening": "crm:supplier_account:correct",
            "correct": "crm:supplier_account:correct",
            "pay": "purchasing:payment:make",
        },
    ),
    "supplier_transactions": View(
        "crm:supplier_account:read", acts={"take_back": "crm:supplier_account:correct"}
    ),
    "supplier_prices": View("catalog:cost:read", "purchasing:supplier_price:write"),
    "supplier_payments": View("purchasing:payment:read", acts={"reverse": "purchasing:payment:reverse"}),
    "branch_stocks": View(
        "stock:stock:read", edit="stock:level:write", acts={"movements": "stock:movement:read"}
    ),
    "movements": View("stock:movement:read"),
    "batches": View("stock:batch:read", edit="stock:batch:write"),
    "batch_stocks": View("stock:batch:read"),
    "stock_reservations": View("stock:stock:read"),
    "stock_adjustments": View("stock:movement:read", create="stock:stock:adjust"),
    "stock_transfers": View(
        "stock:transfer:read",
        acts={
            "approve": "stock:transfer:approve",
            "reject": "stock:transfer:approve",
            "ship": "stock:transfer:ship",
            "receive": "stock:transfer:receive",
            "slip": "stock:transfer:read",
            "cancel": "stock:transfer:create",
        },
    ),
    "stock_transfer_lines": View("stock:transfer:read"),
    "stock_counts": View(
        "stock:count:read",
        create="stock:count:create",
        acts={
            "count": "stock:count:enter",
            "finish": "stock:count:enter",
            "reopen": "stock:count:create",
            "post": "stock:count:post",
            "cancel": "stock:count:create",
        },
    ),
    "stock_count_entries": View("stock:count:read"),
    "stock_count_lines": View("stock:count:read"),
    "cash_entries": View("finance:cash:read"),
    "expenses": View(
        "finance:expense:read",
        create="finance:expense:create",
        acts={"cancel": "finance:expense:cancel"},
    ),
    "expense_categories": View("finance:expense:read", "finance:expense_category:write"),
    "exchange_rates": View("finance:rate:read", create="finance:rate:write"),
    "receipts": View(
        "sales:sale:read_all", acts={"receipt": "sales:sale:read_all", "refund": "sales:sale:refund"}
    ),
    "sale_items": View("sales:sale:read_all"),
    "sale_payments": View("sales:sale:read_all"),
    "attention": View("sales:sale:read_all", acts={"seen": "sales:sale:read_all"}),
    "approvals": View("sales:approval:read"),
    "held_sales": View(HELD, acts={"put_back": HELD, "give_up": "sales:cart:void"}),
    "till_events": View("sales:till_event:read"),
    "print_jobs": View("sales:sale:read_all", acts={"again": "sales:receipt:reprint"}),
    "shifts": View(
        "sales:shift:read_all", acts={"close": "sales:shift:close_any", "report": "sales:shift:read_all"}
    ),
}
