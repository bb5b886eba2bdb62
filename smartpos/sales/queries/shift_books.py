"""What must be true of shifts: their drawers, their totals, and the expenses that drawers paid."""

from smartpos.core.books import ONLY, Check

_SHIFTS = f"SELECT * FROM shifts WHERE {ONLY}"
_SHIFT = "'shift ' || shift.id"
_CLOSED = "shift.status = 'closed'"
_COUNTED = f"{_CLOSED} AND shift.closing_cash IS NOT NULL"
_ABROAD_COUNTED = f"{_CLOSED} AND shift.closing_foreign IS NOT NULL"
# What was found at the close, and what came after it, stands beside what is expected.
_AFTERWARDS = "('difference', 'late', 'late_offset')"


def _ledger(is_own: str) -> str:
    return f"""
    SELECT organization_id, shift_id AS id, sum(amount) AS counted,
           sum(amount) FILTER (WHERE kind = 'opening') AS opening,
           sum(amount) FILTER (WHERE kind = 'difference') AS difference,
           sum(amount) FILTER (WHERE kind NOT IN {_AFTERWARDS}) AS balance,
           sum(amount) FILTER (WHERE kind IN ('late', 'late_offset')) AS late
    FROM cash_entries WHERE {ONLY} AND currency {is_own} GROUP BY organization_id, shift_id
    """


_OWN, _ABROAD = _ledger("IS NULL"), _ledger("IS NOT NULL")


def _cash(recorded: str, computed: str, condition: str = "true", ledger: str = _OWN) -> str:
    return f"""
    SELECT organization_id, {_SHIFT}, {recorded}, {computed}
    FROM ({_SHIFTS}) AS shift LEFT JOIN ({ledger}) AS cash USING (organization_id, id)
    WHERE {condition} AND {recorded} IS DISTINCT FROM coalesce({computed}, 0)
    """


def _by_name(group: str, parts: str) -> str:
    """Where a group of the totals differs from sums by name: ``parts`` gives organization_id, id, name, amount."""
    return f"""
    SELECT organization_id, 'shift ' || id || ', ' || name, told.amount, part.amount
    FROM (
        SELECT shift.organization_id, shift.id, entry.key AS name, entry.value::numeric AS amount
        FROM ({_SHIFTS}) AS shift
        CROSS JOIN LATERAL jsonb_each_text(coalesce(shift.totals -> '{group}', '{{}}')) AS entry
    ) AS told
    FULL JOIN ({parts}) AS part USING (organization_id, id, name)
    WHERE coalesce(told.amount, 0) <> coalesce(part.amount, 0)
    """


def shift_checks() -> list[Check]:
    """The laws of shifts."""
    return [*_drawers(), *_totals(), *_rows()]


def _drawers() -> list[Check]:
    return [
        Check("opening cash = its cash entry", _cash("shift.opening_cash", "cash.opening")),
        Check("cash in the drawer = sum of the cash ledger", _cash("shift.cash_balance", "cash.balance")),
        Check(
            "expected cash = sum of the cash ledger", _cash("shift.expected_cash", "cash.balance", _CLOSED)
        ),
        Check(
            "counted cash = cash ledger with the difference",
            _cash("shift.closing_cash", "cash.counted", _COUNTED),
        ),
        Check(
            "difference = its cash entry",
            _cash("coalesce(shift.difference, 0)", "cash.difference", _CLOSED),
        ),
        Check(
            "opening foreign cash = its cash entry",
            _cash("shift.opening_foreign", "cash.opening", ledger=_ABROAD),
        ),
        Check(
            "foreign cash in the drawer = sum of the cash ledger",
            _cash("shift.foreign_balance", "cash.balance", ledger=_ABROAD),
        ),
        Check(
            "expected foreign cash = sum of the cash ledger",
            _cash(
                "shift.expected_foreign",
                "cash.balance",
                f"{_CLOSED} AND shift.foreign_currency IS NOT NULL",
                _ABROAD,
            ),
        ),
        Check(
            "counted foreign cash = cash ledger with the difference",
            _cash("shift.closing_foreign", "cash.counted", _ABROAD_COUNTED, _ABROAD),
        ),
        Check(
            "foreign difference = its cash entry",
            _cash("coalesce(shift.foreign_difference, 0)", "cash.difference", _CLOSED, _ABROAD),
        ),
        Check("late cash changes no count", _cash("0", "cash.late")),
        Check("late foreign cash changes no count", _cash("0", "cash.late", ledger=_ABROAD)),
    ]


def _totals() -> list[Check]:
    figures = (
        *((f"counts,{kind}", f"sum((type = '{kind}')::int)") for kind in ("sale", "refund", "exchange")),
        ("gross", "sum(gross_amount)"),
        ("discount", "sum(discount_amount)"),
        ("tax", "sum(tax_amount)"),
        ("rounding", "sum(rounding_amount)"),
        ("total", "sum(total_amount)"),
        ("refunded", "-sum(total_amount) FILTER (WHERE type = 'refund')"),
    )
    columns = ", ".join(f"{computed} AS figure_{place}" for place, (_name, computed) in enumerate(figures))
    pairs = ", ".join(
        f"('{name}', (shift.totals #>> '{{{name}}}')::numeric, sold.figure_{place}::numeric)"
        for place, (name, _computed) in enumerate(figures)
    )
    return [
        Check(
            "totals of a shift = its receipts",
            f"""
            SELECT organization_id, {_SHIFT} || ', ' || figure.name, figure.recorded, figure.computed
            FROM ({_SHIFTS}) AS shift LEFT JOIN (
                SELECT organization_id, shift_id AS id, {columns} FROM sales WHERE {ONLY} AND NOT is_late
                GROUP BY organization_id, shift_id
            ) AS sold USING (organization_id, id)
            CROSS JOIN LATERAL (VALUES {pairs}) AS figure (name, recorded, computed)
            WHERE coalesce(figure.recorded, 0) <> coalesce(figure.computed, 0)
            """,
        ),
        Check(
            "payments in the totals of a shift = those of its receipts",
            _by_name(
                "payments",
                f"""
                SELECT organization_id, sale.shift_id AS id, payment.method AS name, sum(payment.amount) AS amount
                FROM (SELECT organization_id, sale_id, method, amount FROM sale_payments WHERE {ONLY}) AS payment
                JOIN (
                    SELECT organization_id, id AS sale_id, shift_id FROM sales WHERE {ONLY} AND NOT is_late
                ) AS sale USING (organization_id, sale_id)
                GROUP BY organization_id, sale.shift_id, payment.method
                """,
            ),
        ),
        *(
            Check(
                f"{group} in the totals of a shift = the cash ledger",
                _by_name(
                    group,
                    f"""
                    SELECT organization_id, shift_id AS id, kind AS name, sum(amount) AS amount
                    FROM cash_entries
                    WHERE {ONLY} AND currency {is_own} AND kind NOT IN {_AFTERWARDS}
                    GROUP BY organization_id, shift_id, kind
                    """,
                ),
            )
            for group, is_own in (("cash", "IS NULL"), ("foreign", "IS NOT NULL"))
        ),
        Check(
            "debts in the totals of a shift = customers' payments",
            _by_name(
                "debts",
                f"""
                SELECT organization_id, shift.id, payment.payment_method AS name, sum(payment.amount) AS amount
                FROM (SELECT * FROM payments WHERE {ONLY} AND shift_id IS NOT NULL) AS payment
                JOIN (
                    SELECT organization_id, id, id AS shift_id, closed_at FROM shifts WHERE {ONLY}
                ) AS shift USING (organization_id, shift_id)
                WHERE shift.closed_at IS NULL OR payment.created_at <= shift.closed_at
                GROUP BY organization_id, shift.id, payment.payment_method
                """,
            ),
        ),
        Check(
            "late receipts of a shift are counted",
            f"""
            SELECT organization_id, {_SHIFT}, shift.late_count || ' / ' || shift.late_total,
                   coalesce(late.receipts, 0) || ' / ' || coalesce(late.total, 0)
            FROM ({_SHIFTS}) AS shift LEFT JOIN (
                SELECT organization_id, shift_id AS id, count(*) AS receipts, sum(total_amount) AS total
                FROM sales WHERE {ONLY} AND is_late GROUP BY organization_id, shift_id
            ) AS late USING (organization_id, id)
            WHERE shift.late_count <> coalesce(late.receipts, 0) OR shift.late_total <> coalesce(late.total, 0)
            """,
        ),
    ]


def _rows() -> list[Check]:
    return [
        Check(
            "receipts of a shift are numbered without gaps",
            f"""
            SELECT organization_id, {_SHIFT}, shift.last_number, coalesce(sold.receipts, 0)
            FROM ({_SHIFTS}) AS shift LEFT JOIN (
                SELECT organization_id, shift_id AS id, count(*) AS receipts FROM sales WHERE {ONLY}
                GROUP BY organization_id, shift_id
            ) AS sold USING (organization_id, id)
            WHERE shift.last_number <> coalesce(sold.receipts, 0)
            """,
        ),
        Check(
            "every cash entry belongs to a shift of its till",
            f"""
            SELECT organization_id, 'cash entry ' || entry.id, entry.shift_id, shift.id
            FROM (SELECT * FROM cash_entries WHERE {ONLY}) AS entry
            LEFT JOIN (SELECT organization_id, id AS shift_id, id, till_id FROM shifts) AS shift
              USING (organization_id, shift_id)
            WHERE shift.till_id IS DISTINCT FROM entry.till_id
            """,
        ),
        Check(
            "foreign cash is of the currency that its shift takes",
            f"""
            SELECT organization_id, 'cash entry ' || entry.id, entry.currency, shift.foreign_currency
            FROM (SELECT * FROM cash_entries WHERE {ONLY} AND currency IS NOT NULL) AS entry
            LEFT JOIN (SELECT organization_id, id AS shift_id, foreign_currency FROM shifts) AS shift
              USING (organization_id, shift_id)
            WHERE shift.foreign_currency IS DISTINCT FROM entry.currency
            """,
        ),
        Check(
            "expenses of tills = what they took out of drawers",
            f"""
            SELECT organization_id, 'expense ' || id, spent.amount, -paid.amount
            FROM (
                SELECT organization_id, id, CASE WHEN status = 'cancelled' THEN 0 ELSE amount END AS amount
                FROM expenses WHERE {ONLY} AND source = 'till'
            ) AS spent
            FULL JOIN (
                SELECT organization_id, entry.origin_id AS id,
                       round(sum(entry.amount * CASE WHEN entry.currency IS NULL THEN 1 ELSE shift.exchange_rate END),
                             2) AS amount
                FROM (
                    SELECT * FROM cash_entries
                    WHERE {ONLY} AND origin_kind = 'expense' AND kind IN ('expense', 'late')
                ) AS entry
                JOIN (SELECT organization_id, id AS shift_id, exchange_rate FROM shifts) AS shift
                  USING (organization_id, shift_id)
                GROUP BY organization_id, entry.origin_id
            ) AS paid USING (organization_id, id)
            WHERE coalesce(spent.amount, 0) <> -coalesce(paid.amount, 0)
            """,
        ),
    ]
