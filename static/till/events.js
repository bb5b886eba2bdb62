// What happens at the counter and leaves no receipt: removed lines, given up carts, reprints, the opened drawer.
//
// What can be undone is only recorded once it no longer can be: when its message has gone, or the sale is made. Until
// then it is kept on the device, so that a reload does not swallow it.

import { newUuid } from "./cart.js";
import { plainMoney, plainQuantity } from "./money.js";

const ADDRESS = "/api/till-events";

export class Events {
  constructor(till) {
    this.till = till;
  }

  /**
   * Record an event now: {kind, product (id), name, quantity (thousandths), amount (minor units), reason, saleId, details,
   * token (of an approval), uuid, at}.
   */
  async record(event) {
    const { user, shift } = this.till.state;
    // Whoever sends it later, it was done by this person in this shift.
    const body = { ...bodyOf({ ...event, at: event.at ?? this.#now() }), cashier_id: user.id, ...(shift ? { shift_id: shift.id } : {}) };
    if (!(await this.till.outboxReady)) {
      await this.till.api.post(ADDRESS, { items: [body] }).catch(() => {});
      return;
    }
    await this.till.outbox.put({ kind: "event", id: body.client_uuid, url: ADDRESS, body: { items: [body] } });
  }

  /** The server's time, as far as the till knows it: the device's own clock may be wrong by a day. */
  #now() {
    return this.till.api.now().toISOString();
  }

  get #pending() {
    return this.till.own.get("pending-events", []);
  }

  #keep(pending) {
    this.till.own.setNow("pending-events", pending.length ? pending : null);
  }

  /** Note an event that may still be undone; `key` tells events of the same thing apart from others. Gives its name. */
  later(event, key = newUuid()) {
    const others = this.#pending.filter((one) => one.key !== key);
    this.#keep([...others, { ...event, key, uuid: event.uuid ?? newUuid(), at: event.at ?? this.#now() }]);
    return key;
  }

  /** What was noted under `key` and is not recorded yet. */
  noted(key) {
    return this.#pending.find((one) => one.key === key) ?? null;
  }

  /** It was undone. */
  forget(key) {
    this.#keep(this.#pending.filter((one) => one.key !== key));
  }

  /** It can't be undone any more. */
  settle(key) {
    const event = this.noted(key);
    if (!event) return;
    this.record(event).then(() => this.forget(key), (error) => console.error(error));
  }

  /** Nothing can be undone any more: a sale was made, or the till has been started anew. */
  settleAll() {
    for (const { key } of this.#pending) this.settle(key);
  }
}

function bodyOf(event) {
  const { kind, product = null, name = null, quantity = null, amount = null, reason, saleId, details, token } = event;
  return {
    client_uuid: event.uuid ?? newUuid(),
    kind,
    ...(product === null ? {} : { product_id: product }),
    ...(name === null ? {} : { product_name: name }),
    ...(quantity === null ? {} : { quantity: plainQuantity(quantity) }),
    ...(amount === null ? {} : { amount: plainMoney(amount) }),
    ...(reason ? { reason } : {}),
    ...(saleId ? { sale_id: saleId } : {}),
    ...(details ? { details } : {}),
    ...(token ? { approvals: [token] } : {}),
    occurred_at: event.at,
  };
}
