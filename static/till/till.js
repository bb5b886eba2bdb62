// The till itself: what can be done, whoever asks for it, keyboard, scanner or finger.

import { Api, NoAnswer, Problem } from "./api.js";
import { Approvals } from "./approvals.js";
import * as carts from "./cart.js";
import { Catalogue } from "./catalogue.js";
import { Checkout } from "./checkout.js";
import { Counter } from "./counter.js";
import { Customers } from "./customers.js";
import { Desk } from "./desk.js";
import { Entry } from "./entry.js";
import { Events } from "./events.js";
import { Favourites } from "./favourites.js";
import { normalApostrophes } from "./fold.js";
import { Memory } from "./memory.js";
import { minor } from "./money.js";
import { Outbox } from "./outbox.js";
import { Parking } from "./parking.js";
import { Paying } from "./paying.js";
import { Refunds, restockedBy } from "./refunds.js";
import { Session } from "./session.js";
import { play } from "./sounds.js";
import { Store } from "./store.js";
import { t } from "./texts.js";

const SYNC_EVERY = 30000; // milliseconds
const TOAST_STAYS = 4500;

export class Till {
  constructor(boot) {
    this.api = new Api({ csrf: boot.csrf });
    this.device = new Memory(`till-${boot.organization.id}`);
    this.store = new Store({
      ...Session.facts(boot),
      catalogue: { state: "loading", count: 0, version: 0 },
      categories: this.device.get("categories", []),
      reachable: navigator.onLine,
      cart: carts.emptyCart(),
      flash: { key: null, turn: 0 },
      sending: null,
      outbox: Outbox.nothing(),
      queued: 0,
      done: null,
      query: "",
      category: null,
      highlighted: -1,
      pane: "products",
      dialog: null,
      asking: null, // what a manager is asked to allow, above every other window
      toasts: [],
      announced: "",
      locked: null,
      settings: { width: boot.organization.receipt.width, print: true, sound: true, ...this.device.get("settings") },
    });
    this.session = new Session(this, boot);
    this.api.onSignedOut = () => this.session.ended();
    this.api.onReachable = (reachable) => {
      const back = reachable && !this.state.reachable;
      this.#set({ reachable });
      if (back) this.outbox.wake();
    };
    this.checkout = new Checkout({
      api: this.api,
      url: boot.urls.sell,
      onChange: (sending) => this.#set({ sending }),
      remember: (body) => this.own.setNow("sending", body),
    });
    this.outbox = new Outbox({
      organizationId: boot.organization.id,
      api: this.api,
      who: () => ({ cashierId: this.state.user.id, shiftId: this.state.shift?.id ?? null, tillId: this.state.tillId }),
      renewToken: () => this.session.freshToken(),
      onChange: (outbox) => this.#set({ outbox }),
      onEntry: (entry, before) => this.paying.entryChanged(entry, before),
    });
    this.outboxReady = this.outbox.open();
    this.paying = new Paying(this);
    this.favourites = new Favourites(this.device, boot.popular ?? []);
    this.urls = boot.urls;
    this.entry = new Entry(this);
    this.desk = new Desk(this);
    this.approvals = new Approvals(this);
    this.events = new Events(this);
    this.customers = new Customers(this);
    this.parking = new Parking(this);
    this.refunds = new Refunds(this);
    this.counter = new Counter(this);
    this.#takeUpOwnCart();
    this.store.subscribe(({ cart }) => {
      if (cart === this.keptCart) return;
      this.keptCart = cart;
      this.own.set("cart", cart.lines.length || cart.customer || cart.back ? cart : null);
    });
  }

  get state() {
    return this.store.state;
  }

  /** Whether a payment is being written down, or sent because it can't be; the cart must stay as it is. */
  get busy() {
    return this.paying.busy || this.checkout.busy;
  }

  #set(change) {
    this.store.set(change);
  }

  // --- Start and catalogue -------------------------------------------------------------------------------------

  async start() {
    this.catalogue = new Catalogue(this.api, {
      name: `smartpos-till-${this.state.organization.id}-${this.state.branch.id}`,
      branchId: this.state.branch.id,
      url: this.urls.products,
    });
    const complete = await this.catalogue.open();
    if (complete) this.#catalogueChanged("ready");
    await this.paying.resume();
    await this.syncCatalogue();
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      if (!document.hidden && !this.state.locked) this.syncCatalogue();
    }, SYNC_EVERY);
  }

  async syncCatalogue() {
    const first = this.catalogue.syncedAt === null;
    if (first) this.#set({ catalogue: { ...this.state.catalogue, state: "loading" } });
    try {
      const count = await this.catalogue.sync((loaded) => {
        if (first) this.#set({ catalogue: { state: "loading", count: loaded, version: this.state.catalogue.version } });
      });
      await this.#syncCategories(first || count > 0);
      if (count > 0 || this.state.catalogue.state !== "ready") this.#catalogueChanged("ready");
    } catch (error) {
      if (this.catalogue.syncedAt === null) this.#catalogueChanged("failed");
      if (!(error instanceof Problem) && !(error instanceof NoAnswer)) throw error;
    }
  }

  async #syncCategories(wanted) {
    if (!wanted && this.state.categories.length) return;
    const all = [];
    let cursor = null;
    do {
      const page = await this.api.get(this.urls.categories, { limit: 500, cursor });
      all.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor);
    const categories = all.map((one) => ({ id: one.id, name: normalApostrophes(one.name), parentId: one.parent_id }));
    this.device.set("categories", categories);
    this.#set({ categories });
  }

  #catalogueChanged(state) {
    const { catalogue, cart } = this.state;
    const cartNow = carts.refreshed(cart, this.catalogue.index);
    this.#set({
      catalogue: { state, count: this.catalogue.index.size, version: catalogue.version + 1 },
      ...(cartNow === cart || this.busy ? {} : { cart: cartNow }),
    });
  }

  async renewCatalogue() {
    this.#set({ catalogue: { state: "loading", count: 0, version: this.state.catalogue.version + 1 } });
    await this.catalogue.renew(() => {}).catch(() => {});
    await this.syncCatalogue();
  }

  // --- Whose cart ----------------------------------------------------------------------------------------------

  #takeUpOwnCart() {
    const { organization, user } = this.state;
    this.own?.flush();
    this.own = new Memory(`till-${organization.id}-${user.id}`);
    const cart = { ...carts.emptyCart(), ...this.own.get("cart") };
    this.#set({ cart, done: null, last: this.own.get("last"), query: "" });
    this.events.settleAll();
  }

  sessionChanged(facts) {
    const { user, branch } = this.state;
    this.#set({ ...facts, locked: null, dialog: null, asking: null });
    if (facts.user.id !== user.id) this.#takeUpOwnCart();
    // Stock, and perhaps prices, are those of the branch.
    if (facts.branch.id !== branch.id) this.start();
    else {
      this.paying.resume();
      this.syncCatalogue();
    }
    this.outbox.wake();
    this.focusSearch();
  }

  // --- Changing the cart ---------------------------------------------------------------------------------------

  /** Replace the cart by what `change` makes of it; not while a sale is on its way. */
  change(change) {
    if (this.busy) return;
    const cart = change(this.state.cart);
    if (cart !== this.state.cart) this.#set({ cart });
  }

  step(key, direction) {
    this.counter.step(key, direction);
  }

  setQuantity(key, quantity) {
    return this.counter.setQuantity(key, quantity);
  }

  remove(key) {
    return this.counter.remove(key);
  }

  clearCart() {
    return this.counter.clear();
  }

  /** Bring the lines up to the prices of the catalogue and of who buys. */
  repriced() {
    this.change((cart) => carts.refreshed(cart, this.catalogue.index));
  }

  // --- Paying --------------------------------------------------------------------------------------------------

  /** The cart's figures when paid in cash alone (`cash`) or otherwise; of an exchange, what lies between the goods. */
  priced(cash) {
    return this.pricedOf(this.state.cart, cash);
  }

  pricedOf(cart, cash) {
    const step = cash ? minor(this.state.organization.cash_rounding) : 0;
    const priced = carts.pricedCart(cart, { ...this.pricing, rounding: cart.back ? 0 : step });
    if (!cart.back) return priced;
    const exact = priced.total - cart.back.total;
    const total = step > 0 ? Math.sign(exact) * Math.floor((2 * Math.abs(exact) + step) / (2 * step)) * step : exact;
    return { ...priced, goods: priced.total, rounding: total - exact, total };
  }

  /** What the law of promotions asks about the moment. */
  get pricing() {
    const { branch, organization, promotions } = this.state;
    return { promotions: promotions ?? [], branchId: branch.id, timezone: organization.timezone };
  }

  /** Pay everything with one method; `given` is what the customer handed over in cash, the exact amount if null. */
  payAll(method, given = null) {
    const { total } = this.priced(method === "cash");
    this.pay([{ method, amount: given ?? total }]);
  }

  /** See Paying. */
  pay(payments, foreignChange = 0) {
    return this.paying.pay(payments, foreignChange);
  }

  emptyCart() {
    this.#set({ cart: carts.emptyCart() });
    this.own.setNow("cart", null);
  }

  /** Goods of a receipt came back, or went out with it: what the shelf has changes at once. */
  restocked(items) {
    this.takeStock(restockedBy(items));
  }

  /** The shelf has more or less of these from now on: thousandths by product that went out. */
  takeStock(quantities) {
    this.catalogue.take(quantities);
    const { catalogue } = this.state;
    this.#set({ catalogue: { ...catalogue, version: catalogue.version + 1 } });
  }

  /** Give up a cart whose sale is recorded already. */
  discardCart() {
    this.#set({ cart: carts.emptyCart(), dialog: null });
  }

  // --- Screen --------------------------------------------------------------------------------------------------

  open(dialog) {
    this.#set({ dialog });
  }

  close() {
    if (!this.state.dialog) return;
    this.#set({ dialog: null });
    this.focusSearch();
  }

  show(change) {
    this.#set(change);
  }

  /** Back to the search field, except on touch screens, where that would bring up a keyboard. */
  focusSearch() {
    if (matchMedia("(pointer: coarse)").matches) document.activeElement?.blur?.();
    else requestAnimationFrame(() => {
      if (!this.state.dialog && !this.state.locked) this.entry.search?.focus({ preventScroll: true });
    });
  }

  /** What an error says to the person at the till. */
  explain(error) {
    if (error instanceof Problem) {
      const fields = Object.values(error.body.errors ?? {}).flat().filter((text) => typeof text === "string");
      return [error.message, ...fields].join(" ");
    }
    if (error instanceof NoAnswer) return t("no_connection_try_again");
    throw error;
  }

  loginAddress() {
    return `${this.urls.login}?next=${encodeURIComponent(this.urls.till)}`;
  }

  refuse(text) {
    this.sound("wrong");
    this.toast(text, "bad");
  }

  sound(name) {
    if (this.state.settings.sound) play(name);
  }

  setSettings(change) {
    const settings = { ...this.state.settings, ...change };
    this.device.set("settings", settings);
    this.#set({ settings });
  }

  /** Show a short message; `action` is {label, act} for a button in it, {gone} hears when it is too late for that. */
  toast(text, tone = "info", action = null) {
    const id = (this.toasts = (this.toasts ?? 0) + 1);
    const others = this.state.toasts.filter((one) => one.text !== text || one.action).slice(-2);
    for (const one of this.state.toasts) if (!others.includes(one)) one.action?.gone?.();
    this.#set({ toasts: [...others, { id, text, tone, action }] });
    setTimeout(() => this.dismiss(id), tone === "bad" || action ? TOAST_STAYS * 1.6 : TOAST_STAYS);
  }

  dismiss(id) {
    const toast = this.state.toasts.find((one) => one.id === id);
    if (!toast) return;
    this.#set({ toasts: this.state.toasts.filter((one) => one.id !== id) });
    toast.action?.gone?.();
  }
}
