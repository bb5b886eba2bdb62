"""Goods that come back: of a receipt, in exchange for others, or without a receipt."""

from smartpos.sales.operations.refunds.loose import refund_without_receipt
from smartpos.sales.operations.refunds.requests import (
    LooseLine,
    LooseRefundRequest,
    RefundLine,
    RefundRequest,
    RefundTender,
)
from smartpos.sales.operations.refunds.returning import refund_sale

__all__ = [
    "LooseLine",
    "LooseRefundRequest",
    "RefundLine",
    "RefundRequest",
    "RefundTender",
    "refund_sale",
    "refund_without_receipt",
]
