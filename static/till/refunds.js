// Taking goods back: finding the receipt, what of it comes back, exchanging it for other goods.

import * as carts from "./cart.js";
import { newUuid } from "./cart.js";
import { ask, deliver } from "./delivery.js";
import { minor, plainMoney, plainQuantity, thousandths } from "./money.js";
import { backAsPaid, creditFor, leftOf } from "./worth.js";

/** 1-12-34, or W-1a2b3c4d on a receipt that was printed without a connection. */
const RECEIPT_CODE = /^(?:\d{1,6}(?:[-/.]\d{1,9}){2}|[wW]-?[0-9a-f]{8})$/;

export function isReceiptCode(text) {
  return RECEIPT_CODE.test(text.trim());
}

/** What is asked of the server for a typed or scanned receipt: its number or the beginning of its client_uuid. */
function soughtReceipt(text) {
  const code = text.trim();
  return /^w-?/i.test(code) ? code.replace(/^w-?/i, "").toLowerCase() : code;
}

export class Refunds {
  constructor(till) {
    this.till = till;
  }

  /** Receipts that goods may come back from, the newest first: {items, next_cursor}. */
  async recent({ text = "", customerId = null, cursor = null } = {}) {
    return ask(this.till, this.till.urls.sales, {
      receipt: text.trim() ? soughtReceipt(text) : null,
      customer_id: customerId,
      branch_id: text.trim() || customerId ? null : this.till.state.branch.id,
      cursor,
      limit: 30,
    });
  }

  /** One receipt by its number or code, or null. */
  async find(text) {
    const { items } = await this.recent({ text });
    return items.find(({ type }) => type !== "refund") ?? items[0] ?? null;
  }

  /** A receipt with its lines, and what of it can still come back. */
  async open(id) {
    const [sale, refundable] = await Promise.all([this.#receipt(id), ask(this.till, `/api/sales/${id}/refundable`)]);
    const held = {};
    for (const { method, left } of refundable.payments) held[method] = (held[method] ?? 0) + minor(left);
    const lines = new Map((sale?.items ?? []).map((item) => [item.id, item]));
    const items = refundable.items.map((item) => ({
      ...(lines.get(item.sale_item_id) ?? lineOf(item)), digits: item.digits, returned: item.returned,
    }));
    return { sale: sale ?? headOf(refundable), items, held, totalLeft: minor(refundable.total_left) };
  }

  /** The receipt, or null when it is somebody else's: what may come back of it is told all the same. */
  async #receipt(id) {
    try {
      return await ask(this.till, this.till.urls.sale.replace("{id}", id));
    } catch (error) {
      if ([403, 404].includes(error.status)) return null;
      throw error;
    }
  }

  /** A new draft of what comes back from an opened receipt. */
  draft(opened) {
    return { ...opened, uuid: newUuid(), quantities: new Map(), restock: new Map(), reason: "", backBy: null };
  }

  /** The draft's figures: {total, payments, count, all}. In an exchange only the difference is a round amount of cash. */
  figures(draft, { exchange = false } = {}) {
    const { items, quantities, held, totalLeft } = draft;
    const chosen = items.filter((item) => (quantities.get(item.id) ?? 0) > 0);
    const cashAlone = Object.entries(held).every(([method, amount]) => method === "cash" || amount <= 0);
    const inCash = draft.backBy ? draft.backBy === "cash" : cashAlone;
    const step = inCash && !exchange ? minor(this.till.state.organization.cash_rounding) : 0;
    const total = chosen.length ? creditFor(items, quantities, totalLeft, step) : 0;
    const payments = draft.backBy ? [{ method: draft.backBy, amount: total }] : backAsPaid(total, held);
    const all = items.every((item) => leftOf(item) === (quantities.get(item.id) ?? 0));
    return { total, payments, count: chosen.length, all };
  }

  #itemsOf(draft) {
    return draft.items.filter((item) => (draft.quantities.get(item.id) ?? 0) > 0).map((item) => ({
      sale_item_id: item.id,
      quantity: plainQuantity(draft.quantities.get(item.id)),
      restock: draft.restock.get(item.id) ?? "sale",
    }));
  }

  /** Send a refund. `tokens` are approvals. Resolves to the receipt, or to null when it will be sent later. */
  async send(draft, tokens = []) {
    const { total, payments } = this.figures(draft);
    const body = {
      client_uuid: draft.uuid,
      items: this.#itemsOf(draft),
      // Without a wish of the customer the server gives it back as it came, exact to the last coin.
      ...(draft.backBy && total > 0 ? { payments: payments.map(({ method }) => ({ method })) } : {}),
      ...(draft.reason ? { reason: draft.reason } : {}),
      ...(tokens.length ? { approvals: tokens } : {}),
      sold_at: this.till.api.now().toISOString(),
    };
    return this.#deliver(draft.uuid, `/api/sales/${draft.sale.id}/refund`, body);
  }

  /** Put what comes back into the cart: new goods go with it in the same document. */
  beginExchange(draft) {
    const { total } = this.figures(draft, { exchange: true });
    const { sale } = draft;
    const items = draft.items.filter((item) => (draft.quantities.get(item.id) ?? 0) > 0);
    const back = {
      saleId: sale.id,
      number: sale.number,
      total,
      reason: draft.reason,
      customerId: sale.customer?.id ?? null,
      items: this.#itemsOf(draft),
      shown: items.map((item) => ({ name: item.name, unit: item.unit, quantity: draft.quantities.get(item.id) })),
    };
    this.till.change((cart) => ({ ...cart, back, customer: cart.customer ?? buyerOf(sale) }));
  }

  /**
   * The exchange in the cart: goods against goods, and `payments` for what lies between (minor units, positive). `facts`
   * are those of saleOf.
   */
  async sendExchange(cart, payments, facts) {
    const { back } = cart;
    const sale = carts.saleOf(cart, payments, facts);
    const body = {
      client_uuid: cart.uuid,
      items: back.items,
      exchange_items: sale.items,
      payments: sale.payments,
      ...(sale.discount ? { discount: sale.discount } : {}),
      ...(sale.foreign_change ? { foreign_change: sale.foreign_change } : {}),
      ...(back.reason ? { reason: back.reason } : {}),
      ...(back.customerId === null && cart.customer?.id ? { customer_id: cart.customer.id } : {}),
      ...(sale.approvals ? { approvals: sale.approvals } : {}),
      sold_at: this.till.api.now().toISOString(),
    };
    return this.#deliver(cart.uuid, `/api/sales/${back.saleId}/refund`, body);
  }

  /** Take the goods in the cart back without a receipt; paid back by one method. */
  async sendWithoutReceipt(cart, { method, amount, reason, restock, tokens }) {
    const { items } = carts.saleOf(cart, [], this.till.pricing);
    const body = {
      client_uuid: cart.uuid,
      // What a promotion makes cheaper the server prices itself; a price that is sent takes no promotion.
      items: items.map(({ product_id, barcode, quantity, promotion_id }, place) => ({
        ...(product_id ? { product_id } : { barcode }), quantity, restock,
        ...(promotion_id ? {} : { price: plainMoney(cart.lines[place].price) }),
      })),
      payments: [asText({ method, amount })],
      reason,
      ...(cart.customer?.id ? { customer_id: cart.customer.id } : {}),
      ...(tokens.length ? { approvals: tokens } : {}),
      sold_at: this.till.api.now().toISOString(),
    };
    return this.#deliver(cart.uuid, "/api/refunds", body);
  }

  async #deliver(id, url, body) {
    const receipt = await deliver(this.till, { kind: "refund", id, url, body, shown: null });
    if (receipt?.items) this.till.restocked(receipt.items);
    return receipt;
  }
}

function headOf({ sale_id, number, sold_at }) {
  return { id: sale_id, number, sold_at, customer: null };
}

/** A line of somebody else's receipt, as far as it matters for what comes back. */
function lineOf({ sale_item_id, sold, ...line }) {
  return { ...line, id: sale_item_id, quantity: sold };
}

function asText({ method, amount }) {
  return { method, amount: plainMoney(amount) };
}

function buyerOf(sale) {
  const { customer } = sale;
  if (!customer) return null;
  return {
    id: customer.id, uuid: null, name: customer.name, phone: customer.phone ?? "", tier: "standard", termsDays: 30,
    balance: minor(sale.customer_balance ?? "0"), points: minor(sale.points_balance ?? "0"), limit: 0, priceTypeId: null,
  };
}

/** How much of each product went back on sale, in thousandths by product. */
export function restockedBy(items) {
  const back = new Map();
  for (const item of items) {
    const quantity = Math.round((thousandths(item.quantity) * thousandths(item.multiplier ?? "1")) / 1000);
    // What goes out in an exchange is taken off the shelf like any sale.
    if (quantity >= 0 || (item.restock ?? "sale") !== "sale") continue;
    back.set(item.product_id, (back.get(item.product_id) ?? 0) + quantity);
  }
  return back;
}
