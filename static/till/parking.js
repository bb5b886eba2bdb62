// Parked sales: carts that wait on the server, so that any till of the branch can take them up.

import * as carts from "./cart.js";
import { newUuid } from "./cart.js";
import { NoAnswer, Problem } from "./api.js";
import { ask, deliver } from "./delivery.js";
import { minor, plainMoney } from "./money.js";
import { t } from "./texts.js";

const ADDRESS = "/api/held-sales";
const SOON = 600; // milliseconds; the next customer waits

export class Parking {
  constructor(till) {
    this.till = till;
    this.takes = new Map(); // held sale -> the name of taking it up
  }

  /** Park the cart of the moment under a name. It is safe on this device when this resolves. */
  async hold(name = "") {
    const { cart, branch, user } = this.till.state;
    if (cart.lines.length === 0 && !cart.back) return false;
    const id = newUuid();
    const { approvals: _approvals, ...kept } = cart; // they were given to this person
    const total = this.till.priced(false).total;
    const body = {
      client_uuid: id,
      branch_id: branch.id,
      name: name.trim(),
      ...(cart.customer?.id ? { customer_id: cart.customer.id } : {}),
      ...(cart.customer && !cart.customer.id ? { customer_uuid: cart.customer.uuid } : {}),
      held_at: this.till.api.now().toISOString(),
      cart: kept,
      line_count: cart.lines.length,
      total: plainMoney(Math.max(0, total)),
    };
    const shown = { name: body.name || cart.customer?.name || "", total: body.total, by: user.name };
    this.till.emptyCart();
    try {
      await deliver(this.till, { kind: "held", id, url: ADDRESS, body, shown }, SOON);
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof NoAnswer)) throw error;
      this.till.change((now) => (now.lines.length === 0 ? cart : now));
      throw error;
    }
    return true;
  }

  /** Carts that wait on this device for the server: newest first, in the shape of the server's. */
  #waiting() {
    const taken = this.till.device.get("held-taken", []);
    const { list } = this.till.state.outbox;
    return list
      .filter((entry) => entry.kind === "held" && entry.state !== "sent" && !taken.includes(entry.id))
      .map((entry) => ({
        id: null, client_uuid: entry.id, name: entry.body.name, cart: entry.body.cart, held_at: entry.createdAt,
        line_count: entry.body.line_count, total: entry.body.total, held_by: entry.shown?.by ?? "", here: true,
      }));
  }

  /** {items, offline}: what can be taken up, the newest first. */
  async list() {
    const here = this.#waiting();
    const taken = this.till.device.get("held-taken", []);
    try {
      const { items } = await ask(this.till, ADDRESS, { branch_id: this.till.state.branch.id, limit: 200 });
      const known = new Set(here.map((one) => one.client_uuid));
      return { items: [...here, ...items.reverse().filter((one) => !known.has(one.client_uuid) && !taken.includes(one.client_uuid))],
        offline: false };
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return { items: here, offline: true };
    }
  }

  /** Take one up; what stands in the cart is parked for it. */
  async take(held) {
    const { cart } = this.till.state;
    const taken = held.here ? this.#takeHere(held) : await this.#takeThere(held);
    if (cart.lines.length > 0 || cart.back) {
      await this.hold();
      this.till.toast(t("other_cart_parked"), "info");
    }
    const customer = taken.customer ?? null;
    this.till.show({ cart: { ...carts.emptyCart(), ...taken, approvals: [], customer }, done: null, pane: "cart" });
    this.till.repriced();
    if (customer) this.till.customers.fresh(customer).catch(() => {});
  }

  /** The same name for every attempt: when an answer is lost, asking again gives the cart again. */
  async #takeThere(held) {
    const name = this.takes.get(held.id) ?? newUuid();
    this.takes.set(held.id, name);
    const { cart } = await this.till.api.post(`${ADDRESS}/${held.id}/take`, { take_uuid: name });
    return cart;
  }

  /** The server hears of it when the cart itself has arrived there. */
  #takeHere(held) {
    this.till.device.setNow("held-taken", [...this.till.device.get("held-taken", []), held.client_uuid].slice(-50));
    return held.cart;
  }

  /** A parked cart of this device has reached the server; if it was taken up meanwhile, others must not find it. */
  async arrived(entry) {
    if (!this.till.device.get("held-taken", []).includes(entry.id) || !entry.answer?.id) return;
    await this.till.api.post(`${ADDRESS}/${entry.answer.id}/take`).catch(() => {});
  }

  /** Give a parked cart up. */
  async discard(held, token = null) {
    if (held.here) {
      this.#takeHere(held);
      await this.till.events.record({
        kind: "held_voided", amount: minor(held.total), details: { name: held.name, lines: held.line_count }, token,
      });
      return;
    }
    await this.till.api.delete(`${ADDRESS}/${held.id}`, token ? { approvals: [token] } : {});
  }
}
