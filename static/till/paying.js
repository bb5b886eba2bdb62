// Paying: from the cart to the outbox, what the screen says of it, and what happens when the server won't have it.

import { Problem } from "./api.js";
import * as carts from "./cart.js";
import { minor, plainMoney, showMoney, thousandths } from "./money.js";
import { NoSafePlace } from "./outbox.js";
import { missingRights, neededRights } from "./rights.js";
import { cashAlone, shownSale, withFacts } from "./shown.js";
import { t } from "./texts.js";

const PRINT_WAITS = 600; // milliseconds in which the receipt may still get its number

export class Paying {
  constructor(till) {
    this.till = till;
    this.busy = false;
  }

  /** What was on its way when the page was closed must arrive, and only once; its cart is not to be paid again. */
  async resume() {
    const safe = await this.till.outboxReady;
    const body = this.till.own.get("sending");
    if (body && safe) {
      await this.till.outbox.put({ kind: "sale", id: body.client_uuid, url: this.till.urls.sell, body });
      this.till.own.setNow("sending", null);
    } else if (body && !this.till.state.locked) await this.#sellOnline(body);
    const { cart } = this.till.state;
    const entry = safe && cart.lines.length ? await this.till.outbox.get(cart.uuid) : null;
    if (!entry || entry.state === "attention" || this.till.state.cart !== cart) return;
    const sale = entry.answer ?? entry.shown;
    if (sale) this.#show(sale);
    else this.till.emptyCart();
  }

  /** payments: [{method, amount, due_date?, currency?}]; `foreignChange` is what of the change goes out in foreign cash. */
  async pay(payments, foreignChange = 0) {
    const { cart, shift } = this.till.state;
    if (this.till.busy || this.till.state.asking || shift === null) return;
    if (cart.lines.length === 0 && !cart.back) {
      this.till.toast(t("cart_is_empty"), "info");
      return;
    }
    const forbidden = cart.lines.find((line) => !line.cashAllowed);
    if (forbidden && payments.some(({ method, amount }) => method === "cash" && amount > 0)) {
      this.till.refuse(t("no_cash_for", { name: forbidden.name }));
      return;
    }
    const missing = missingRights(this.till, cart, neededRights(this.till, cart, this.till.priced(false), payments));
    if (missing.length > 0) {
      if (await this.till.approvals.allForCart(missing)) await this.pay(payments, foreignChange);
      return;
    }
    const given = payments.length > 1 ? payments.filter(({ amount }) => amount > 0) : payments;
    if (cart.back) await this.#exchange(given, foreignChange);
    else {
      const rounding = minor(this.till.state.organization.cash_rounding);
      await this.#complete(carts.saleOf(cart, given, { ...this.till.pricing, rounding, foreignChange }));
    }
  }

  /** Goods against goods: the server must know the receipt they came from, so this waits for its answer. */
  async #exchange(payments, foreignChange) {
    const { cart } = this.till.state;
    const { total } = this.till.priced(payments.every(({ method }) => method === "cash"));
    this.busy = true;
    this.till.show({ sending: { body: null, attempt: 1, waiting: false } });
    this.till.close();
    try {
      const used = total === 0 ? [] : payments;
      const sale = await this.till.refunds.sendExchange(cart, used.map((one) => ({ ...one, amount: Math.abs(one.amount) })),
        { ...this.till.pricing, foreignChange });
      this.#sold(sale ?? { ...this.#exchangeShown(cart, payments), number: t("will_be_sent") });
    } catch (error) {
      this.#refused({ ...(error.body ?? {}), code: error.code ?? "", detail: this.till.explain(error) });
    } finally {
      this.busy = false;
      this.till.show({ sending: null });
      this.till.entry.takeQueue();
    }
  }

  #exchangeShown(cart, payments) {
    const { total } = this.till.priced(false);
    const text = (amount) => plainMoney(amount);
    return {
      id: null, client_uuid: cart.uuid, type: "exchange", total: text(total), change: "0.00", items: [],
      created_at: new Date().toISOString(), payments: payments.map((one) => ({ ...one, amount: text(one.amount) })),
    };
  }

  /** Write the sale down, say that it is paid, and let it travel to the server by itself. */
  async #complete(sale) {
    const { cart, user, branch, shift, tills, tillId } = this.till.state;
    const priced = this.till.priced(cashAlone(sale.payments));
    const body = withFacts(sale, { cart, priced, user, shift, at: this.till.api.now() });
    const till = tills.find(({ id }) => id === tillId);
    this.busy = true;
    this.till.close();
    try {
      if (!(await this.till.outboxReady)) throw new NoSafePlace();
      const shown = shownSale({ body, cart, priced, user, branch, till, shift });
      await this.till.outbox.put({ kind: "sale", id: body.client_uuid, url: this.till.urls.sell, body, shown, cart });
      this.#sold(shown);
    } catch (error) {
      if (!(error instanceof NoSafePlace)) throw error;
      await this.#sellOnline(body);
    } finally {
      this.busy = false;
      this.till.entry.takeQueue();
    }
  }

  /** Without a safe place on this device nothing counts as sold before the server has said so. */
  async #sellOnline(body) {
    this.busy = false; // the checkout is busy instead
    try {
      const sale = await this.till.checkout.send(body);
      if (sale) this.#sold(sale);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 401) return;
      if (error.code === "csrf") {
        if (await this.till.session.renew()) this.till.toast(t("try_again"), "warn");
        else this.till.session.ended();
      } else this.#refused({ ...error.body, code: error.code, detail: error.message }, body);
    }
  }

  #sold(sale) {
    const { cart } = this.till.state;
    if (cart.uuid === sale.client_uuid) {
      const quantities = soldQuantities(cart);
      this.till.favourites.count([...quantities.keys()]);
      this.till.takeStock(quantities);
    }
    this.till.events.settleAll();
    this.#show(sale);
    this.till.sound("paid");
    if (this.till.state.settings.print) this.#printSoon(sale);
  }

  /** The screen says paid, and is ready for the next customer. */
  #show(sale) {
    const announced = t("sold_change", { change: showMoney(minor(sale.change)) });
    this.till.own.set("last", sale);
    if (this.till.state.cart.uuid === sale.client_uuid) this.till.emptyCart();
    this.till.show({ done: sale, last: sale, pane: "cart", announced });
  }

  /** Print with the number if the server is as quick as usual; a sale that it refuses needs no receipt. */
  async #printSoon(sale) {
    const entry = this.till.outbox.safe && this.till.state.reachable && !sale.id
      ? await this.till.outbox.answered(sale.client_uuid, PRINT_WAITS) : null;
    if (entry?.state !== "attention") this.till.desk.print(entry?.answer ?? sale);
  }

  /** An entry of the outbox is in another state than before. */
  entryChanged(entry) {
    if (entry.kind === "held" && entry.state === "sent") this.till.parking.arrived(entry);
    if (entry.kind !== "sale") return;
    if (entry.state === "sent") {
      const { done, last } = this.till.state;
      if (last?.client_uuid === entry.id) {
        this.till.own.set("last", entry.answer);
        this.till.show({ last: entry.answer, ...(done?.client_uuid === entry.id ? { done: entry.answer } : {}) });
      }
    } else if (entry.state === "attention") this.#saleRefused(entry);
  }

  /** The server won't have a sale: while the next has not begun the cart comes back, else the outbox keeps it. */
  #saleRefused(entry) {
    const { cart, done, user, locked } = this.till.state;
    const stillHere = done?.client_uuid === entry.id && cart.lines.length === 0 && user.id === entry.cashierId && !locked;
    if (stillHere && entry.cart) {
      this.till.show({ cart: entry.cart, done: null, last: null });
      this.till.own.set("last", null);
      this.till.takeStock(soldQuantities(entry.cart, -1));
      this.#refused(entry.problem, entry.body);
    } else this.till.refuse(t("sale_needs_attention", { number: entry.shown?.number ?? "", reason: entry.problem.detail }));
  }

  /** Say why not; `sale` is what was sent, so that it can be sent again once a manager has allowed it. */
  #refused(problem, sale = null) {
    this.till.refuse(problem.detail || problem.title || problem.code);
    if (problem.approval) this.#askFor(problem, sale);
    if (problem.code === "not_enough_stock") {
      const lines = problem.lines ?? [];
      const shortages = lines.map((line) => ({ productId: line.product_id, available: thousandths(line.available) }));
      this.till.show({ cart: carts.withShortages(this.till.state.cart, shortages), pane: "cart" });
    } else if (["no_open_shift", "shift_is_closed"].includes(problem.code)) this.till.show({ shift: null });
    else if (problem.code === "client_uuid_reused") this.till.open({ name: "recorded" });
    else if ([404, 422].includes(problem.status) || problem.code === "total_differs") {
      // Prices, promotions or products have changed.
      this.till.syncCatalogue();
      this.till.syncReplicas?.();
    }
  }

  /** The server wants a manager's word that the till did not know of: ask for it, then pay again as before. */
  async #askFor(problem, sale) {
    const rows = [[t("total"), showMoney(this.till.priced(false).total)]];
    const allowed = await this.till.approvals.forCart({ action: problem.approval, rows, facts: { code: problem.code } });
    if (!allowed || !sale?.payments) return;
    const payments = sale.payments.map((one) => ({ ...one, amount: minor(one.amount) }));
    await this.pay(payments, minor(sale.foreign_change ?? "0"));
  }
}

/** What a cart takes out of the stock, in thousandths by product. */
function soldQuantities(cart, sign = 1) {
  const quantities = new Map();
  for (const line of cart.lines) {
    const sold = sign * Math.round((line.quantity * line.perPack) / 1000);
    quantities.set(line.productId, (quantities.get(line.productId) ?? 0) + sold);
  }
  return quantities;
}
