// The till's desk work: its shift, the cash in its drawer, and its receipts.

import { newUuid } from "./cart.js";
import { ask, deliver } from "./delivery.js";
import { plainMoney } from "./money.js";
import { printReceipt } from "./receipt.js";
import { t } from "./texts.js";

export class Desk {
  constructor(till) {
    this.till = till;
  }

  // --- The shift -----------------------------------------------------------------------------------------------

  /** Open a till with counted cash: {till_id, opening_cash, opening_foreign?, exchange_rate?} as texts. */
  async openShift(opening) {
    const shift = await this.till.api.post(this.till.urls.open_shift, opening);
    const place = this.till.state.tills.find(({ id }) => id === opening.till_id);
    this.till.device.set("till", opening.till_id);
    if (place.branch_id !== this.till.state.branch.id) {
      await this.till.session.renew();
      return;
    }
    this.till.show({ shift, tillId: opening.till_id, done: null });
    this.till.focusSearch();
  }

  /** The till this device was used as the last time, else the first there is. */
  usualTill() {
    const { tills } = this.till.state;
    return (tills.find(({ id }) => id === this.till.device.get("till")) ?? tills[0])?.id ?? null;
  }

  /** The rate of the foreign currency that is in force, as text; "" when there is none. */
  async usualRate() {
    const currency = this.till.state.organization.foreign_currency;
    const { current } = await ask(this.till, "/api/exchange-rates", { currency, limit: 1 });
    return current[currency] ?? "";
  }

  async refreshShift() {
    try {
      this.till.show({ shift: await ask(this.till, this.till.urls.current_shift) });
    } catch (error) {
      // Somebody has closed it from the back office.
      if (error.code === "no_open_shift") this.shiftLeft();
      else throw error;
    }
  }

  #shiftAddress(what, id = this.till.state.shift.id) {
    return `/api/shifts/${id}/${what}`;
  }

  /** The X report while the shift is open, the Z report afterwards. */
  report(id = this.till.state.shift.id) {
    return ask(this.till, this.#shiftAddress("report", id));
  }

  /** Everything sold here must have arrived before the drawer is counted. Resolves to how much still waits. */
  async allSent() {
    this.till.outbox.wake?.();
    const until = Date.now() + 5000;
    while (this.till.state.outbox.waiting > 0 && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return this.till.state.outbox.waiting;
  }

  /** Close the shift with what was counted; gives the Z report. */
  async closeShift(counted) {
    const closed = await this.till.api.post(this.#shiftAddress("close"), counted);
    this.till.own.set("last", null);
    return closed;
  }

  /** Close the shift and open the next one for somebody else with the counted cash. */
  async handOver(counted, userId, pin) {
    const answer = await this.till.api.post(this.#shiftAddress("hand-over"), { ...counted, user_id: userId, pin });
    this.till.own.set("last", null);
    return answer;
  }

  /** The closed shift has been looked at: the till waits for the next one. */
  shiftLeft() {
    this.till.show({ shift: null, dialog: null, done: null, last: null });
  }

  // --- Cash ----------------------------------------------------------------------------------------------------

  /** Put cash in, take it out, or spend it. amount in minor units. Resolves to the answer, or null: sent later. */
  moveCash({ kind, amount, reason, categoryId = null, currency = null, uuid, token = null }) {
    const body = {
      kind, amount: plainMoney(amount), reason, client_uuid: uuid, occurred_at: this.till.api.now().toISOString(),
      ...(categoryId ? { category_id: categoryId } : {}),
      ...(currency ? { currency } : {}),
      ...(token ? { approvals: [token] } : {}),
    };
    return deliver(this.till, { kind: "cash", id: uuid, url: this.#shiftAddress("cash"), body, shown: body });
  }

  /** What money is spent on: [{id, name}]; what was known last without a connection. */
  async expenseCategories() {
    try {
      const { items } = await ask(this.till, "/api/expense-categories", { limit: 200 });
      const categories = items.filter(({ is_active: active }) => active !== false).map(({ id, name }) => ({ id, name }));
      this.till.device.set("expense-categories", categories);
      return categories;
    } catch {
      return this.till.device.get("expense-categories", []);
    }
  }

  // --- Receipts ------------------------------------------------------------------------------------------------

  tillName() {
    return this.till.state.tills.find(({ id }) => id === this.till.state.tillId)?.name ?? "";
  }

  shiftSales(cursor) {
    return ask(this.till, this.till.urls.sales, { shift_id: this.till.state.shift?.id, cursor, limit: 50 });
  }

  sale(id) {
    return ask(this.till, this.till.urls.sale.replace("{id}", id));
  }

  #shop() {
    const { organization, branch } = this.till.state;
    return {
      name: organization.display_name || organization.name,
      branch: branch.name,
      address: branch.address,
      ...organization.receipt,
    };
  }

  /** Whether this till has a printer of its own in the network, and whether the person wants to use it. */
  get hasPrinter() {
    const { tills, tillId } = this.till.state;
    return Boolean(tills.find(({ id }) => id === tillId)?.has_printer);
  }

  get #usesPrinter() {
    return this.hasPrinter && this.till.state.settings.network !== false && this.till.state.reachable;
  }

  /** Print a receipt that was just made: on the network printer where there is one, else by the browser. */
  async print(sale) {
    if (this.#usesPrinter && sale.id && (await this.#sentToPrinter({ kind: "receipt", sale_id: sale.id }))) return;
    await printReceipt(sale, this.#shop(), this.till.state.settings.width);
  }

  /** false: the server could not take the job, so that the browser has to print. */
  async #sentToPrinter(job) {
    try {
      await this.printJob(job);
      return true;
    } catch (error) {
      this.till.toast(this.till.explain(error), "warn");
      return false;
    }
  }

  /** Print the report of a shift on the network printer. false: the browser has to. */
  async reportPrinted(shiftId) {
    return this.#usesPrinter && this.#sentToPrinter({ kind: "report", shift_id: shiftId });
  }

  /** Print a receipt again; the paper says that it is a copy, and it is recorded. */
  async reprint(sale) {
    const right = await this.till.approvals.right("sales:receipt:reprint", {
      rows: [[t("receipt"), sale.number]], facts: { receipt: sale.number },
    });
    if (!right) return;
    const { token, subject } = right;
    // The server records what goes to its printer; what the browser prints is told to it.
    const approvals = token ? [token] : [];
    const job = { kind: "copy", sale_id: sale.id, client_uuid: subject, approvals };
    if (this.#usesPrinter && sale.id && (await this.#sentToPrinter(job))) return;
    this.till.events.record({ kind: "reprint", saleId: sale.id, details: { number: sale.number }, token, uuid: subject });
    await printReceipt({ ...sale, copy: true }, this.#shop(), this.till.state.settings.width);
  }

  printLast() {
    const { last } = this.till.state;
    if (!last) this.till.toast(t("no_receipt_yet"), "info");
    else if (this.printedOnce === last.client_uuid) this.reprint(last);
    else this.print(last);
    this.printedOnce = last?.client_uuid;
  }

  /** Give the network printer of this till something to do: {kind, sale_id?, shift_id?, client_uuid?, approvals?}. */
  printJob(job) {
    return this.till.api.post("/api/print-jobs", { client_uuid: newUuid(), till_id: this.till.state.tillId, ...job });
  }
}
