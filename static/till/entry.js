// What comes in: scans, typed codes, searches, taps; and what they put into the cart.

import { addToCart, selectedLine } from "./cart.js";
import { Codes } from "./codes.js";
import { showQuantity, thousandths } from "./money.js";
import { isReceiptCode } from "./refunds.js";
import { isGtin, restore } from "./scanner.js";
import { day, dayAfter, t } from "./texts.js";

const PREFIX = /^\s*(\d{1,6}(?:[.,]\d{1,3})?)\s*[*×xх]\s*(.*)$/iu; // 3*code
const TYPING_WAITS = 40; // milliseconds
const OPEN_TO_SCANS = ["quantity", "discount", "payment", "camera"]; // windows that a scan may pass by
const UNSURE = 8; // fewer signs than any retail barcode has: may be an amount that somebody typed very fast

/** What a text asks for: a product, and how many thousandths of it, null when it doesn't say. */
export function asked(text) {
  const prefix = PREFIX.exec(text);
  if (!prefix) return { sought: text.trim(), count: null };
  return { sought: prefix[2].trim(), count: thousandths(prefix[1].replace(",", ".")) };
}

export class Entry {
  constructor(till) {
    this.till = till;
    this.search = null; // the search field; it registers itself
    this.scannerBusy = () => false; // the scanner's own answer, once it listens
    this.answer = null;
    this.typing = 0;
    this.taker = null; // an open window that takes scans itself
    this.queue = []; // scans that came while a sale was on its way
  }

  /** Whether a scan makes sense now. */
  get listening() {
    return !this.till.state.locked && !this.till.state.asking && this.till.state.shift !== null;
  }

  /** A scan came (see scanner.js). false: it was typing after all. */
  scanned(readings) {
    const known = readings.find((reading) => this.lookUp(reading.code));
    const { code, field, sure } = known ?? readings.find((reading) => isGtin(reading.code)) ?? readings[0];
    const inSearch = field?.element === this.search;
    const entry = this.lookUp(code);
    const short = code.length < UNSURE && !isReceiptCode(code); // a receipt's number may be as short as 1-1-5
    if (!entry && (!sure || (field && short) || (inSearch && !/\d/.test(code)))) return false;
    const before = inSearch ? asked(field.value) : { sought: "", count: null };
    const counted = before.sought ? 1000 : (before.count ?? 1000);
    // A quantity that was waiting for this scan has been used; anything else stays in its field.
    restore(field, before.count !== null && !before.sought ? "" : field?.value);
    this.read(code, counted);
    return true;
  }

  /** A code was read, by a scanner or by the camera. */
  read(code, counted = 1000) {
    const { dialog } = this.till.state;
    const entry = this.lookUp(code);
    if (this.taker) this.taker(code);
    else if (!dialog && !entry && isReceiptCode(code)) this.till.open({ name: "refund", receipt: code });
    else if (dialog && !OPEN_TO_SCANS.includes(dialog.name)) this.till.refuse(t("close_window_first"));
    else if (this.till.busy) this.#queueUp(code, counted);
    else if (entry) this.add(entry, counted);
    else this.unknownCode(code);
  }

  /** What a code stands for: a product's own, a label of the scale, a GS1 code; null when nobody knows it. */
  lookUp(code) {
    const { index } = this.till.catalogue;
    const patterns = this.till.state.organization.scale_patterns ?? "";
    if (this.codes?.patterns !== patterns) this.codes = { patterns, reader: new Codes(patterns) };
    return index.lookUp(code) ?? this.codes.reader.lookUp(code, index);
  }

  unknownCode(code) {
    this.till.sound("wrong");
    const loading = this.till.state.catalogue.state === "loading";
    this.till.toast(t(loading ? "unknown_code_while_loading" : "unknown_code", { code }), "bad");
  }

  #queueUp(code, count) {
    this.queue.push({ code, count });
    this.till.show({ queued: this.queue.length });
  }

  /** Add a looked-up code or a product ({product}) to the cart. */
  add(entry, count = 1000) {
    if (this.till.busy) return;
    if (entry.expiry && entry.expiry < dayAfter(0)) {
      this.till.refuse(t("goods_expired", { name: entry.product.name, date: day(entry.expiry) }));
      return;
    }
    if (entry.mark && this.till.state.cart.lines.some(({ mark }) => mark === entry.mark)) {
      this.till.refuse(t("mark_twice", { name: entry.product.name }));
      return;
    }
    const cart = addToCart(this.till.state.cart, entry, count);
    const line = selectedLine(cart);
    this.till.show({
      cart,
      done: null,
      flash: { key: line.key, turn: this.till.state.flash.turn + 1 },
      toasts: this.till.state.toasts.filter(({ tone }) => tone !== "bad"),
      announced: `${line.name}, ${showQuantity(line.quantity)} ${line.unit}`,
    });
    this.till.sound("added");
  }

  /** Add what was chosen by finger or from the search; goods sold by weight ask for it at once. */
  choose(product, count = null) {
    this.add({ product }, count ?? 1000);
    if (product.digits > 0 && count === null) this.till.open({ name: "quantity" });
  }

  /** Choose a result of the search. */
  take(product) {
    this.choose(product, asked(this.search.value).count);
    this.setQuery("");
  }

  /** The products for what stands in the search field, best first. */
  found(text) {
    const { version } = this.till.state.catalogue;
    if (this.answer?.text !== text || this.answer.version !== version) {
      const { sought } = asked(text);
      this.answer = { text, version, products: sought ? this.till.catalogue.index.search(sought) : [] };
    }
    return this.answer.products;
  }

  /** Enter in the search field: a code, the highlighted product, or the best one found. `fast`: as a scanner types. */
  enterSearch(text, fast) {
    const { sought, count } = asked(text);
    if (!sought) return undefined;
    const results = this.found(text);
    const chosen = results[this.till.state.highlighted] ?? null;
    const entry = chosen ? null : this.lookUp(sought);
    const digits = /^\d+$/.test(sought);
    // Digits are part of many codes: they mean a product only if it is the only one, and a person asks.
    const best = digits && (results.length > 1 || fast) ? null : results[0];
    if (entry) this.add(entry, count ?? 1000);
    else if (chosen ?? best) this.choose(chosen ?? best, count);
    else if (results.length && !fast) return this.till.toast(t("choose_one"), "warn");
    else if (digits) this.unknownCode(sought);
    else if (isReceiptCode(sought)) this.till.open({ name: "refund", receipt: sought });
    else return this.#nothingFound(sought);
    return this.setQuery("");
  }

  #nothingFound(query) {
    this.till.sound("wrong");
    this.till.toast(t("nothing_found_for", { query }), "warn");
    this.search?.select();
  }

  /** The search field has changed. The first sign of a scan must not set off a search in the middle of it. */
  typeQuery(query) {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => {
      if (this.scannerBusy()) this.typeQuery(this.search.value);
      else this.setQuery(query);
    }, TYPING_WAITS);
  }

  setQuery(query) {
    clearTimeout(this.typing);
    // The field may be ahead of what is shown, if this comes before its last sign was searched for.
    if (this.search && this.search.value !== query) this.search.value = query;
    this.till.show({ query, highlighted: -1, ...(query ? { pane: "products" } : {}) });
  }

  /** Move the highlight among the results by `step`; above the first there is none. */
  highlight(step) {
    const last = this.found(this.search.value).length - 1;
    this.till.show({ highlighted: Math.max(-1, Math.min(last, this.till.state.highlighted + step)) });
  }

  /** The sale has been made, or refused: now come the scans that waited for it. */
  takeQueue() {
    const waiting = this.queue;
    this.queue = [];
    this.till.show({ queued: 0 });
    for (const { code, count } of waiting) {
      const entry = this.lookUp(code);
      if (entry) this.add(entry, count);
      else this.unknownCode(code);
    }
  }
}
