// The till's desk work: its shift and its receipts.

import { printReceipt } from "./receipt.js";
import { t } from "./texts.js";

export class Desk {
  constructor(till) {
    this.till = till;
  }

  async openShift(tillId, openingCash) {
    const shift = await this.till.api.post(this.till.urls.open_shift, { till_id: tillId, opening_cash: openingCash });
    const place = this.till.state.tills.find(({ id }) => id === tillId);
    this.till.device.set("till", tillId);
    if (place.branch_id !== this.till.state.branch.id) {
      await this.till.session.renew();
      return;
    }
    this.till.show({ shift, tillId, done: null });
    this.till.focusSearch();
  }

  /** The till this device was used as the last time, else the first there is. */
  usualTill() {
    const { tills } = this.till.state;
    return (tills.find(({ id }) => id === this.till.device.get("till")) ?? tills[0])?.id ?? null;
  }

  async refreshShift() {
    try {
      this.till.show({ shift: await this.till.api.get(this.till.urls.current_shift) });
    } catch (error) {
      // Somebody has closed it from the back office.
      if (error.code === "no_open_shift") this.shiftLeft();
      else throw error;
    }
  }

  async closeShift(closingCash) {
    const address = this.till.urls.close_shift.replace("{id}", this.till.state.shift.id);
    const closed = await this.till.api.post(address, { closing_cash: closingCash });
    this.till.own.set("last", null);
    return closed;
  }

  /** The closed shift has been looked at: the till waits for the next one. */
  shiftLeft() {
    this.till.show({ shift: null, dialog: null, done: null, last: null });
  }

  tillName() {
    return this.till.state.tills.find(({ id }) => id === this.till.state.tillId)?.name ?? "";
  }

  shiftSales(cursor) {
    return this.till.api.get(this.till.urls.sales, { shift_id: this.till.state.shift?.id, cursor, limit: 50 });
  }

  sale(id) {
    return this.till.api.get(this.till.urls.sale.replace("{id}", id));
  }

  print(sale) {
    const { organization, branch, settings } = this.till.state;
    const shop = {
      name: organization.display_name || organization.name,
      branch: branch.name,
      address: branch.address,
      header: organization.receipt?.header,
      footer: organization.receipt?.footer,
    };
    return printReceipt(sale, shop, settings.width);
  }

  printLast() {
    if (this.till.state.last) this.print(this.till.state.last);
    else this.till.toast(t("no_receipt_yet"), "info");
  }
}
