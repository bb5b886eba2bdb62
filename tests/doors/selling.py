"""Customers, finance, selling and the counter."""

from tests.doors.door import HELD, PUBLIC, SIGNED_IN, TILL_USE, Door, get, page, post

DOORS: dict[str, dict[str, Door]] = {
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
    # --- messages to customers -----------------------------------------------------------------------------------
    "bot.shop_page": get("notifications:broadcast:send"),
    "bot.shop_code": get("notifications:broadcast:send", finds="not found"),
    "bot.new_broadcast": page("notifications:broadcast:send", text="Hello", act="preview"),
    "bot.broadcast_page": get("notifications:broadcast:send"),
    "bot.broadcast_state": get("notifications:broadcast:send"),
    "bot.cancel": post("notifications:broadcast:send"),
    "bot_api.broadcast": post("notifications:broadcast:send", {"text": "Hello"}),
    "bot_api.Broadcasts": get("notifications:broadcast:send"),
    "bot_api.OneBroadcast": {
        "GET": Door("notifications:broadcast:send"),
        "DELETE": Door("notifications:broadcast:send"),
    },
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
