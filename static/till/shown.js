// A sale as the till itself knows it, in the shape of the server's receipts: what is printed and listed until the
// server has spoken.

import { minor, plainMoney, plainQuantity } from "./money.js";

/** What stands on a receipt in the place of its number until it has one; the receipts are found by it too. */
export function codeOf(uuid) {
  return `W-${uuid.slice(0, 8)}`;
}

/**
 * The sale as it goes to the server: what `saleOf` says, and what the customer was shown, when, by whom and in which
 * shift, should it arrive late. `priced` is the cart's figures for these payments.
 */
export function withFacts(body, { cart, priced, user, shift, at }) {
  return {
    ...body,
    items: body.items.map((item, place) => {
      const promotion = priced.lines[place].promotion ?? null;
      return {
        shown_price: plainMoney(cart.lines[place].price),
        ...(promotion ? { shown_promotion: plainMoney(promotion.amount), promotion_id: promotion.id } : {}),
        ...item,
      };
    }),
    total: plainMoney(priced.total),
    sold_at: at.toISOString(),
    shift_id: shift.id,
    cashier_id: user.id,
  };
}

/** Whether a sale is paid in cash alone; then its total is rounded. */
export function cashAlone(payments) {
  return payments.every(({ method }) => method === "cash");
}

/** What a payment is worth in the shop's own currency, in minor units. */
function worth(payment, rate) {
  const amount = minor(payment.amount);
  if (!payment.currency) return amount;
  // The rate has four digits behind the point.
  const [whole, rest = ""] = String(rate ?? "0").split(".");
  const scaled = BigInt(whole + rest.slice(0, 4).padEnd(4, "0"));
  return Number((BigInt(amount) * scaled * 2n + 10000n) / 20000n);
}

function paymentsOf(body, total, rate) {
  const worths = body.payments.map((payment) => worth(payment, rate));
  const tendered = worths.reduce((sum, amount) => sum + amount, 0);
  const change = Math.max(0, tendered - total);
  let back = change; // change is given on cash alone
  const payments = body.payments.map((payment, place) => {
    const off = payment.method === "cash" ? Math.min(back, worths[place]) : 0;
    back -= off;
    return {
      method: payment.method,
      amount: plainMoney(worths[place] - off),
      tendered: plainMoney(worths[place]),
      currency: payment.currency ?? null,
      exchange_rate: payment.currency ? rate : null,
      foreign_amount: payment.currency ? payment.amount : null,
      due_date: payment.due_date ?? null,
    };
  });
  return { payments, tendered, change };
}

function itemOf(line, priced, item) {
  const promotion = priced.promotion ?? null;
  return {
    id: null,
    product_id: line.productId,
    name: line.name,
    barcode: line.code,
    unit: line.unit,
    quantity: plainQuantity(line.quantity),
    multiplier: plainQuantity(line.perPack),
    price: item.price ?? plainMoney(line.price),
    gross: plainMoney(priced.gross),
    discount: plainMoney(priced.discount),
    promotion: plainMoney(promotion?.amount ?? 0),
    promotion_id: promotion?.id ?? null,
    promotion_name: promotion?.name ?? null,
    cart_discount: plainMoney(priced.cartDiscount),
    vat_rate: plainMoney(line.vatRate),
    vat_included: line.vatIncluded,
    tax: plainMoney(priced.tax),
    total: plainMoney(priced.total),
  };
}

function summary(payments) {
  const methods = new Set(payments.map(({ method }) => method));
  return methods.size > 1 ? "mixed" : (payments[0]?.method ?? "cash");
}

/** The receipt of a sale that the server has not confirmed yet. `body` is what goes to the server. */
export function shownSale({ body, cart, priced, user, branch, till, shift }) {
  const { payments, tendered, change } = paymentsOf(body, priced.total, shift.exchange_rate ?? null);
  return {
    id: null,
    number: codeOf(body.client_uuid),
    client_uuid: body.client_uuid,
    type: "sale",
    status: "completed",
    is_offline: true,
    branch_id: branch.id,
    branch: branch.name,
    till_id: till?.id ?? null,
    till: till?.name ?? "",
    shift_id: shift.id,
    cashier_id: user.id,
    cashier: user.name,
    customer: cart.customer ? { id: cart.customer.id, name: cart.customer.name, phone: cart.customer.phone } : null,
    payment_method: summary(payments),
    gross: plainMoney(priced.gross),
    discount: plainMoney(priced.discount),
    tax: plainMoney(priced.tax),
    rounding: plainMoney(priced.rounding),
    total: plainMoney(priced.total),
    paid: plainMoney(tendered),
    change: plainMoney(change),
    sold_at: body.sold_at,
    created_at: body.sold_at,
    items: cart.lines.map((line, place) => itemOf(line, priced.lines[place], body.items[place])),
    payments,
  };
}
