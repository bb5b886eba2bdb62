"""The views of the back office."""

from dataclasses import dataclass, field

from tests.doors.door import (
    BRANCH_READ,
    HELD,
    LABEL_PRINT,
    PRICE_READ,
    PRICE_WRITE,
    PRODUCT_READ,
    PRODUCT_WRITE,
    TILL_REGISTER,
    USER_READ,
    USER_WRITE,
)


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
    "production_orders": View(
        "production:order:read",
        acts={
            "start": "production:order:work",
            "pause": "production:order:work",
            "complete": "production:order:work",
            "finish": "production:order:work",
            "schedule": "production:order:write",
            "change": "production:order:write",
            "cancel": "production:order:write",
            "sheet": "production:order:read",
            "revert": "production:order:revert",
        },
    ),
    "production_completions": View(
        "production:order:read", acts={"open": "production:order:read", "revert": "production:order:revert"}
    ),
    "production_materials": View("production:order:read"),
    "production_spells": View("production:order:read"),
    "saved_reports": View("identity:audit:read"),
    "report_runs": View("identity:audit:read", acts={"fetch": "reports:export:create"}),
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
    "machines": View(
        "production:machine:read",
        "production:machine:write",
        acts={"open": "production:machine:read"}
        | dict.fromkeys(("maintenance", "off", "free", "upkeep"), "production:machine:operate"),
    ),
    "machine_logs": View("production:machine:read"),
    "users": View(
        USER_READ,
        USER_WRITE,
        acts=dict.fromkeys(
            ("reset_password", "reset_pin", "lock", "unlock", "two_step_off", "end_sessions"), USER_WRITE
        ),
    ),
    "notices": View("notifications:delivery:read"),
    "deliveries": View("notifications:delivery:read", acts={"again": "notifications:delivery:read"}),
    "subscriptions": View("notifications:delivery:read"),
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
        acts={
            "give_barcode": PRODUCT_WRITE,
            "label": LABEL_PRINT,
            "movements": "stock:movement:read",
            "recipe": "production:bom:read",
        },
    ),
    "boms": View(
        "production:bom:read",
        acts={
            "open": "production:bom:read",
            **dict.fromkeys(("edit", "copy", "delete_draft"), "production:bom:write"),
            **dict.fromkeys(("activate", "default", "deactivate", "archive"), "production:bom:activate"),
        },
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
    "broadcasts": View("notifications:broadcast:send", acts={"progress": "notifications:broadcast:send"}),
    "telegram_links": View("notifications:delivery:read"),
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
