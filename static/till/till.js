// The till itself: what can be done, whoever asks for it, keyboard, scanner or finger.

import { Api, NoAnswer, Problem } from "./api.js";
import * as carts from "./cart.js";
import { Catalogue } from "./catalogue.js";
import { Checkout } from "./checkout.js";
import { Desk } from "./desk.js";
import { Entry } from "./entry.js";
import { Favourites } from "./favourites.js";
import { normalApostrophes } from "./fold.js";
import { Memory } from "./memory.js";
import { minor, showMoney, thousandths } from "./money.js";
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
      queued: 0,
      done: null,
      query: "",
      category: null,
      highlighted: -1,
      pane: "products",
      dialog: null,
      toasts: [],
      announced: "",
      locked: null,
      settings: { width: boot.organization.receipt.width, print: true, sound: true, ...this.device.get("settings") },
    });
    this.session = new Session(this, boot);
    this.api.onSignedOut = () => this.session.ended();
    this.api.onReachable = (reachable) => this.#set({ reachable });
    this.checkout = new Checkout({
      api: this.api,
      url: boot.urls.sell,
      onChange: (sending) => this.#set({ sending }),
      remember: (body) => this.own.setNow("sending", body),
    });
    this.favourites = new Favourites(this.device, boot.popular ?? []);
    this.urls = boot.urls;
    this.entry = new Entry(this);
    this.desk = new Desk(this);
    this.#takeUpOwnCart();
    this.store.subscribe(({ cart }) => {
      if (cart === this.keptCart) return;
      this.keptCart = cart;
      this.own.set("cart", cart.lines.length ? cart : null);
    });
  }

  get state() {
    return this.store.state;
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
    this.#resumeSale();
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
      ...(cartNow === cart || this.checkout.busy ? {} : { cart: cartNow }),
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
    this.#set({ cart: this.own.get("cart") ?? carts.emptyCart(), done: null, last: this.own.get("last"), query: "" });
  }

  /** A sale was on its way when the page was closed: it must arrive, and only once. */
  #resumeSale() {
    const body = this.own.get("sending");
    if (body && !this.state.locked) this.#complete(body);
  }

  sessionChanged(facts) {
    const { user, branch } = this.state;
    this.#set({ ...facts, locked: null, dialog: null });
    if (facts.user.id !== user.id) this.#takeUpOwnCart();
    // Stock, and perhaps prices, are those of the branch.
    if (facts.branch.id !== branch.id) this.start();
    else {
      this.#resumeSale();
      this.syncCatalogue();
    }
    this.focusSearch();
  }

  // --- Changing the cart ---------------------------------------------------------------------------------------

  /** Replace the cart by what `change` makes of it; not while a sale is on its way. */
  change(change) {
    if (this.checkout.busy) return;
    const cart = change(this.state.cart);
    if (cart !== this.state.cart) this.#set({ cart });
  }

  /** One more or one less; the last one is taken out by removing the line, which can be undone. */
  step(key, direction) {
    const line = this.state.cart.lines.find((one) => one.key === key);
    if (!line) return;
    const quantity = line.quantity + direction * 1000;
    if (quantity <= 0) this.remove(key);
    else this.change((cart) => ({ ...carts.withQuantity(cart, key, quantity), selected: key }));
  }

  remove(key) {
    const line = this.state.cart.lines.find((one) => one.key === key);
    if (!line || this.checkout.busy) return;
    const { cart } = this.state;
    this.change((now) => carts.withoutLine(now, key));
    this.toast(t("line_removed", { name: line.name }), "info", {
      label: t("undo"),
      act: () => this.change((now) => (now.uuid === cart.uuid ? { ...now, lines: cart.lines, selected: key } : now)),
    });
  }

  // --- Paying --------------------------------------------------------------------------------------------------

  /** The cart's figures when paid in cash alone (`cash`) or otherwise. */
  priced(cash) {
    return carts.pricedCart(this.state.cart, cash ? minor(this.state.organization.cash_rounding) : 0);
  }

  /** Pay everything with one method; `given` is what the customer handed over in cash, the exact amount if null. */
  payAll(method, given = null) {
    const { total } = this.priced(method === "cash");
    this.pay([{ method, amount: given ?? total }]);
  }

  pay(payments) {
    const { cart, shift } = this.state;
    if (this.checkout.busy || shift === null) return;
    if (cart.lines.length === 0) {
      this.toast(t("cart_is_empty"), "info");
      return;
    }
    const forbidden = cart.lines.find((line) => !line.cashAllowed);
    if (forbidden && payments.some(({ method, amount }) => method === "cash" && amount > 0)) {
      this.refuse(t("no_cash_for", { name: forbidden.name }));
      return;
    }
    this.#complete(carts.saleOf(cart, payments.length > 1 ? payments.filter(({ amount }) => amount > 0) : payments));
  }

  async #complete(body) {
    this.close();
    try {
      const sale = await this.checkout.send(body);
      if (sale) this.#sold(sale);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      await this.#refused(error);
    } finally {
      this.entry.takeQueue();
    }
  }

  #sold(sale) {
    const { cart } = this.state;
    if (cart.uuid === sale.client_uuid) {
      const quantities = new Map();
      for (const line of cart.lines) {
        const sold = Math.round((line.quantity * line.perPack) / 1000);
        quantities.set(line.productId, (quantities.get(line.productId) ?? 0) + sold);
      }
      this.favourites.count([...quantities.keys()]);
      this.catalogue.take(quantities);
      const { catalogue } = this.state;
      this.#set({ cart: carts.emptyCart(), catalogue: { ...catalogue, version: catalogue.version + 1 } });
    }
    this.own.setNow("cart", null);
    this.own.set("last", sale);
    const announced = t("sold_change", { change: showMoney(minor(sale.change)) });
    this.#set({ done: sale, last: sale, pane: "cart", announced });
    this.sound("paid");
    if (this.state.settings.print) this.desk.print(sale);
  }

  async #refused(problem) {
    if (problem.status === 401) return;
    if (problem.code === "csrf") {
      if (await this.session.renew()) this.toast(t("try_again"), "warn");
      else this.session.ended();
      return;
    }
    this.refuse(problem.message);
    if (problem.code === "not_enough_stock") {
      const lines = problem.body.lines ?? [];
      const shortages = lines.map((line) => ({ productId: line.product_id, available: thousandths(line.available) }));
      this.#set({ cart: carts.withShortages(this.state.cart, shortages), pane: "cart" });
    } else if (["no_open_shift", "shift_is_closed"].includes(problem.code)) this.#set({ shift: null });
    else if (problem.code === "client_uuid_reused") this.open({ name: "recorded" });
    else if (problem.status === 422 || problem.status === 404) this.syncCatalogue(); // prices or products have changed
  }

  /** Give up a cart whose sale is recorded already. */
  discardCart() {
    this.#set({ cart: carts.emptyCart(), dialog: null });
  }

  clearCart() {
    const { cart } = this.state;
    if (cart.lines.length === 0 || this.checkout.busy) return;
    this.#set({ cart: carts.emptyCart(), dialog: null });
    this.toast(t("cart_cleared"), "info", {
      label: t("undo"),
      act: () => this.change((now) => (now.lines.length === 0 ? cart : now)),
    });
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

  /** Show a short message; `action` is {label, act} for a button in it. */
  toast(text, tone = "info", action = null) {
    const id = (this.toasts = (this.toasts ?? 0) + 1);
    const others = this.state.toasts.filter((one) => one.text !== text).slice(-2);
    this.#set({ toasts: [...others, { id, text, tone, action }] });
    setTimeout(() => this.dismiss(id), tone === "bad" || action ? TOAST_STAYS * 1.6 : TOAST_STAYS);
  }

  dismiss(id) {
    if (this.state.toasts.some((one) => one.id === id)) {
      this.#set({ toasts: this.state.toasts.filter((one) => one.id !== id) });
    }
  }
}
