// Changing the cart by hand: more and less of a line, removing it, giving the cart up. What goes out of a cart that
// somebody has seen leaves a trace (events.js), and needs the right or a manager's word.

import * as carts from "./cart.js";
import { showMoney, showQuantity } from "./money.js";
import { lineGross } from "./pricing.js";
import { t } from "./texts.js";

const LINE_REMOVE = "sales:line:remove";
const CART_VOID = "sales:cart:void";
const SETTLES = 7000; // milliseconds after which a smaller quantity counts as meant

export class Counter {
  constructor(till) {
    this.till = till;
    this.timers = new Map(); // event key -> timer
  }

  #line(key) {
    return this.till.state.cart.lines.find((one) => one.key === key) ?? null;
  }

  /** One more or one less; the last one is taken out by removing the line, which can be undone. */
  step(key, direction) {
    const line = this.#line(key);
    if (!line) return;
    const quantity = line.quantity + direction * 1000;
    if (quantity <= 0) this.remove(key);
    else this.setQuantity(key, quantity);
  }

  async setQuantity(key, quantity) {
    const { till } = this;
    const line = this.#line(key);
    if (!line || till.busy) return;
    let token = null;
    if (quantity < line.quantity) {
      const right = await this.#right(LINE_REMOVE, [
        [line.name, `${showQuantity(line.quantity)} → ${showQuantity(quantity)}`],
        [t("amount"), showMoney(lineGross(line.price, line.quantity - quantity))],
      ]);
      if (!right) return;
      ({ token } = right);
      this.#noteLess(line, quantity, right);
    } else this.#noteMore(line, quantity);
    till.change((cart) => ({ ...carts.withQuantity(cart, key, quantity), selected: key }));
    if (token) till.events.settle(eventKey(till, key)); // what was allowed has been done; there is nothing to wait for
  }

  #right(action, rows) {
    return this.till.approvals.may(action) ? { token: null } : this.till.approvals.right(action, { rows, facts: {} });
  }

  /** A smaller quantity may be a slip of the finger: it is recorded when it has stood for a while. */
  #noteLess(line, quantity, { token, subject }) {
    const { events } = this.till;
    const key = eventKey(this.till, line.key);
    const from = events.noted(key)?.details.from ?? line.quantity;
    events.later({
      kind: "quantity_reduced", product: line.productId, name: line.name, quantity: from - quantity,
      amount: lineGross(line.price, from - quantity), details: { from, to: quantity }, token, uuid: subject,
    }, key);
    this.#settleSoon(key);
  }

  #noteMore(line, quantity) {
    const { events } = this.till;
    const key = eventKey(this.till, line.key);
    const noted = events.noted(key);
    if (!noted) return;
    const { from } = noted.details;
    if (quantity >= from) events.forget(key);
    else this.#noteLess({ ...line, quantity: from }, quantity, { token: noted.token, subject: noted.uuid });
  }

  #settleSoon(key) {
    clearTimeout(this.timers.get(key));
    this.timers.set(key, setTimeout(() => {
      this.timers.delete(key);
      this.till.events.settle(key);
    }, SETTLES));
  }

  /** Take a line out. Until its message is gone it can be undone; then it is recorded. */
  async remove(key) {
    const { till } = this;
    const line = this.#line(key);
    if (!line || till.busy) return;
    const right = await this.#right(LINE_REMOVE, [
      [line.name, `${showQuantity(line.quantity)} ${line.unit}`],
      [t("amount"), showMoney(lineGross(line.price, line.quantity))],
    ]);
    if (!right) return;
    const { cart } = till.state;
    const before = till.events.noted(eventKey(till, key));
    till.events.forget(eventKey(till, key));
    const quantity = before?.details.from ?? line.quantity;
    const event = till.events.later({
      kind: "line_removed", product: line.productId, name: line.name, quantity,
      amount: lineGross(line.price, quantity), token: right.token, uuid: right.subject,
    });
    till.change((now) => carts.withoutLine(now, key));
    const back = () => {
      till.events.forget(event);
      till.change((now) => (now.uuid === cart.uuid ? { ...now, lines: restored(now, cart, key), selected: key } : now));
    };
    if (right.token) {
      till.events.settle(event);
      till.toast(t("line_removed", { name: line.name }), "info");
    } else {
      till.toast(t("line_removed", { name: line.name }), "info", {
        label: t("undo"), act: back, gone: () => till.events.settle(event),
      });
    }
  }

  /** Give the cart up. */
  async clear() {
    const { till } = this;
    const { cart } = till.state;
    if ((cart.lines.length === 0 && !cart.back) || till.busy) return;
    const total = till.priced(false).total;
    const right = await this.#right(CART_VOID, [
      ...cart.lines.slice(0, 5).map((line) => [line.name, showQuantity(line.quantity)]), [t("total"), showMoney(total)],
    ]);
    if (!right) return;
    const event = till.events.later({
      kind: "cart_voided", amount: total, token: right.token, uuid: right.subject,
      details: { lines: cart.lines.map((line) => ({ product: line.name, quantity: showQuantity(line.quantity) })).slice(0, 100) },
    });
    till.emptyCart();
    till.close();
    if (right.token) {
      till.events.settle(event);
      till.toast(t("cart_cleared"), "info");
      return;
    }
    till.toast(t("cart_cleared"), "info", {
      label: t("undo"),
      act: () => {
        till.events.forget(event);
        till.change((now) => (now.lines.length === 0 ? cart : now));
      },
      gone: () => till.events.settle(event),
    });
  }

  /** Whether this till has a drawer that can be opened from here. */
  get hasDrawer() {
    const { tills, tillId } = this.till.state;
    return Boolean(tills.find(({ id }) => id === tillId)?.has_drawer);
  }

  /** Open the drawer without a sale. */
  async openDrawer() {
    const { till } = this;
    const right = await till.approvals.right("sales:drawer:open");
    if (!right) return;
    const { token, subject } = right;
    try {
      // The server records it with the job.
      await till.desk.printJob({ kind: "drawer", client_uuid: subject, approvals: token ? [token] : [] });
      till.toast(t("drawer_opened"), "info");
    } catch (error) {
      till.refuse(till.explain(error));
    }
  }
}

function eventKey(till, key) {
  return `${till.state.cart.uuid}/${key}`;
}

/** The lines with the removed one back in its place; others may have come since. */
function restored(now, before, key) {
  if (now.lines.some((line) => line.key === key)) return now.lines;
  const line = before.lines.find((one) => one.key === key);
  const place = before.lines.indexOf(line);
  return [...now.lines.slice(0, place), line, ...now.lines.slice(place)];
}
