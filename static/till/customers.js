// Customers at the till: finding and making them, choosing who buys, taking what they owe.

import { newUuid, withCustomer } from "./cart.js";
import { ask, deliver } from "./delivery.js";
import { minor, plainMoney } from "./money.js";
import { dayAfter } from "./texts.js";

const FOUND = 30;

/** A customer as the till knows them; money and points in minor units, a debt is a negative balance. */
export function customerOf(item) {
  return {
    id: item.id ?? null,
    uuid: item.client_uuid ?? null,
    name: item.name,
    phone: item.phone ?? "",
    balance: minor(item.balance ?? "0"),
    points: minor(item.points ?? "0"),
    limit: minor(item.credit_limit ?? "0"),
    tier: item.tier ?? "standard",
    priceTypeId: item.price_type_id ?? null,
    termsDays: item.payment_terms_days ?? 30,
  };
}

/** What a customer may still owe. */
export function creditLeft({ limit, balance }) {
  return Math.max(0, limit + balance);
}

/** What they owe now. */
export function debtOf({ balance }) {
  return Math.max(0, -balance);
}

/** +998 90 123 45 67 of +998901234567; other numbers in groups as they come. */
export function showPhone(phone) {
  const digits = String(phone ?? "").replace(/\D/g, "");
  const parts = /^(998)(\d{2})(\d{3})(\d{2})(\d{2})$/.exec(digits) ?? /^(7)(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(digits);
  return parts ? `+${parts.slice(1).join(" ")}` : (phone ?? "");
}

/** Whether what was typed is meant as a phone number. */
export function isPhone(text) {
  return /^\+?[\d\s()-]{5,20}$/.test(text.trim()) && text.replace(/\D/g, "").length >= 5;
}

export class Customers {
  constructor(till) {
    this.till = till;
  }

  get #directory() {
    return this.till.directory ?? null;
  }

  /** Customers whose name or phone begins with what was typed; from this device where it knows them, else the server. */
  async search(text) {
    const directory = this.#directory;
    if (directory?.ready) return directory.search(text, FOUND);
    const { items } = await ask(this.till, "/api/clients", { q: text.trim(), limit: FOUND });
    return items.filter((item) => !item.deleted).map(customerOf);
  }

  /** Make a customer. They can buy at once; the server hears of them by itself. */
  async create({ name, phone }) {
    const uuid = newUuid();
    const body = { client_uuid: uuid, name: name.trim(), ...(phone.trim() ? { phone: phone.trim() } : {}) };
    const answer = await deliver(this.till, { kind: "customer", id: uuid, url: "/api/clients", body, shown: body });
    const { default_credit_limit: limit = "0" } = this.till.state.organization;
    const customer = customerOf(answer ?? { ...body, credit_limit: limit });
    if (customer.uuid === null) customer.uuid = uuid;
    await this.#directory?.put?.(customer);
    return customer;
  }

  /** The customer as the server knows them now; as this device does without a connection. */
  async fresh(customer) {
    if (!customer.id) return customer;
    const found = customerOf(await ask(this.till, `/api/clients/${customer.id}`));
    this.noted(found);
    return found;
  }

  /** Bring what is known of a customer up to date wherever it is shown. */
  noted(customer) {
    this.#directory?.put?.(customer);
    const chosen = this.till.state.cart.customer;
    if (chosen && same(chosen, customer)) this.choose(customer);
  }

  /** Say who buys; null for nobody in particular. Their price type holds for the sale. */
  choose(customer) {
    this.till.change((cart) => withCustomer(cart, customer));
  }

  /** A customer's account of the last `days`, all of it when that is null; the oldest entry first. */
  statement(customer, days) {
    const from = days === null ? null : dayAfter(-days);
    return ask(this.till, `/api/clients/${customer.id}/statement`, { from, limit: 1000 });
  }

  /**
   * Take money for what a customer owes, or in advance. `uuid` names the payment. Resolves to the server's answer, or
   * null when it will be sent later.
   */
  async takePayment({ customer, amount, method, prepayment, uuid }) {
    const { user, shift } = this.till.state;
    const body = {
      client_uuid: uuid, amount: plainMoney(amount), method, prepayment,
      occurred_at: this.till.api.now().toISOString(), shift_id: shift.id, cashier_id: user.id,
    };
    const shown = { customer: customer.name, phone: customer.phone, amount: body.amount, method };
    const answer = await deliver(this.till, {
      kind: "payment", id: uuid, body, shown,
      url: `/api/clients/${customer.id ?? "{customer}"}/payment`,
      needs: customer.id ? [] : [customer.uuid],
    });
    const balance = answer ? minor(answer.balance) : customer.balance + amount;
    this.noted({ ...customer, balance });
    return { answer, balance };
  }
}

function same(one, other) {
  return one.id && other.id ? one.id === other.id : one.uuid !== null && one.uuid === other.uuid;
}
