// What stands on a receipt, from top to bottom, as blocks. The server composes the same blocks from the same JSON for
// its page, its PDF and the network printer (smartpos/sales/printing/blocks.py); tests/vectors/receipts.json holds both
// to the same paper.
//
// sale  a receipt as the API gives it, or what the till shows before the server has spoken
// look  {name, branch, address, header, footer, logo, barcode, qr, qr_text, qr_base, vat, cashier, savings}
// words {t, time}: texts by key and moments as text

import { minor, scaled, showMoney, showQuantity, thousandths } from "./money.js";

const RULE = { kind: "rule" };

function row(label, value, style = "") {
  return { kind: "row", label, value, style };
}

function words(kind, text) {
  return { kind, text };
}

/** "12650.5000" as 12 650,5. */
function number(text) {
  const [whole, rest = ""] = String(text).split(".");
  const tail = rest.replace(/0+$/, "");
  return showMoney(minor(whole)) + (tail ? `,${tail}` : "");
}

/** An amount of minor units in a currency of which one is worth `rate` (four digits), rounded half up. */
function inForeign(amount, rate) {
  const divisor = BigInt(scaled(String(rate), 4));
  return Number((BigInt(amount) * 20000n + divisor) / (divisor * 2n));
}

class Paper {
  constructor(sale, look, { t, time }) {
    Object.assign(this, { sale, look, t, time });
    // A refund is written down with negative amounts; on its paper they are what is paid back.
    this.sign = sale.type === "refund" ? -1 : 1;
  }

  amount(of, field) {
    const value = minor(of[field] || "0");
    return value === 0 ? 0 : this.sign * value;
  }

  *head(copyAt) {
    const { look, sale, t } = this;
    if (look.logo) yield { kind: "logo" };
    yield words("shop", look.name);
    const place = [look.branch, look.address].filter(Boolean).join(", ");
    for (const text of [place, look.header]) if (text) yield words("note", text);
    if (sale.type === "refund" || sale.type === "exchange") yield words("title", t(`slip_${sale.type}`));
    if (copyAt) {
      yield words("title", t("slip_copy"));
      yield words("note", t("slip_copy_at", { time: this.time(copyAt) }));
    }
  }

  *facts() {
    const { look, sale, t } = this;
    const hasNumber = !sale.number.startsWith("W-");
    yield row(t(hasNumber ? "slip_number" : "slip_code"), sale.number, "strong");
    if (!hasNumber) yield words("note", t("slip_number_follows"));
    if (sale.original_number) yield row(t("slip_original"), sale.original_number, "strong");
    yield row(t("slip_date"), this.time(sale.sold_at ?? sale.created_at));
    if (sale.till) yield row(t("slip_till"), sale.till);
    if (look.cashier) yield row(t("slip_cashier"), sale.cashier ?? "");
    if (sale.customer) yield row(t("slip_customer"), sale.customer.name);
    if (sale.reason) yield row(t("slip_reason"), sale.reason);
  }

  *lines() {
    const { sale, t } = this;
    const back = sale.items.filter((item) => thousandths(item.quantity) < 0);
    const taken = sale.items.filter((item) => thousandths(item.quantity) >= 0);
    if (sale.type === "exchange" && back.length) yield words("note", t("slip_returned"));
    for (const item of back) yield* this.line(item);
    if (sale.type === "exchange" && taken.length) yield words("note", t("slip_taken"));
    for (const item of taken) yield* this.line(item);
  }

  *line(item) {
    yield words("name", item.name);
    const quantity = `${showQuantity(Math.abs(thousandths(item.quantity)))} ${item.unit ?? ""}`.trim();
    yield row(`${quantity} × ${showMoney(minor(item.price))}`, showMoney(this.amount(item, "gross")));
    if (minor(item.promotion || "0") !== 0) {
      const name = item.promotion_name || this.t("slip_promotion");
      yield row(name, showMoney(-this.amount(item, "promotion")), "less");
    }
    if (minor(item.discount || "0") !== 0) {
      yield row(this.t("slip_discount"), showMoney(-this.amount(item, "discount")), "less");
    }
  }

  *sums() {
    const { look, sale, t } = this;
    const [gross, discount] = [this.amount(sale, "gross"), this.amount(sale, "discount")];
    const [rounding, total] = [this.amount(sale, "rounding"), this.amount(sale, "total")];
    const onTop = total - rounding - (gross - discount);
    if (discount !== 0) yield row(t("slip_discounts"), showMoney(-discount));
    if (onTop !== 0) yield row(t("slip_vat_on_top"), showMoney(onTop));
    if (rounding !== 0) yield row(t("slip_rounding"), showMoney(rounding));
    const paidBack = this.sign < 0 || total < 0;
    yield row(t(paidBack ? "slip_paid_back" : "slip_total"), showMoney(Math.abs(total)), "total");
    if (!look.vat) return;
    const rates = new Map();
    for (const item of sale.items) {
      rates.set(item.vat_rate, (rates.get(item.vat_rate) ?? 0) + this.amount(item, "tax"));
    }
    for (const [rate, tax] of rates) {
      if (tax !== 0) yield row(t("slip_vat", { rate: number(rate) }), showMoney(tax, 2));
    }
  }

  *payments() {
    const { sale, t } = this;
    let change = this.amount(sale, "change");
    for (const one of sale.payments) {
      const [amount, given] = [minor(one.amount), minor(one.tendered)];
      if (one.currency) {
        const { currency } = one;
        const back = given > amount && amount > 0 ? inForeign(given - amount, one.exchange_rate) : 0;
        const shown = showMoney(Math.abs(minor(one.foreign_amount) + back));
        yield row(t("slip_foreign", { amount: shown, currency }), showMoney(Math.abs(given)));
        yield row(t("slip_rate", { currency, rate: number(one.exchange_rate) }), "", "less");
        if (back !== 0) {
          change -= given - amount;
          yield row(t("slip_change_foreign", { currency }), showMoney(back));
        }
      } else if (amount < 0 && sale.type !== "sale") {
        const key = { credit: "slip_debt_less", points: "slip_points_back" }[one.method];
        yield row(t(key ?? `slip_${one.method}`), showMoney(-amount));
      } else if (given > 0) {
        yield row(t(`slip_${one.method}`), showMoney(given));
        if (one.due_date) yield row(t("slip_due"), one.due_date.split("-").reverse().join("."), "strong");
      }
    }
    if (change > 0) yield row(t("slip_change"), showMoney(change), "strong");
  }

  *customer() {
    const { sale, t } = this;
    const rows = [];
    const balance = minor(sale.customer_balance || "0");
    if (balance !== 0) rows.push(row(t(balance < 0 ? "slip_debt" : "slip_prepaid"), showMoney(Math.abs(balance))));
    for (const key of ["points_earned", "points_used"]) {
      const points = minor(sale[key] || "0");
      if (points !== 0) rows.push(row(t(`slip_${key}`), showMoney(points)));
    }
    const hasPoints = ["earned", "used", "balance"].some((key) => minor(sale[`points_${key}`] || "0") !== 0);
    if (hasPoints && sale.points_balance != null) {
      rows.push(row(t("slip_points_left"), showMoney(minor(sale.points_balance))));
    }
    if (!sale.customer || rows.length === 0) return;
    yield RULE;
    yield* rows;
  }

  *foot() {
    const { look, sale, t } = this;
    yield RULE;
    const saved = minor(sale.discount || "0");
    if (look.savings && sale.type === "sale" && saved > 0) {
      yield words("saved", t("slip_saved", { amount: showMoney(saved) }));
    }
    yield words("note", look.footer || t("slip_thanks"));
    const text = qrWords(sale, look);
    if (text) yield words("qr", text);
    if (look.barcode) yield words("barcode", sale.number);
  }
}

/** What the QR code of a receipt says; nothing where there is none. */
export function qrWords(sale, look) {
  if (look.qr === "link" && look.qr_base) return `${look.qr_base}/receipts/${encodeURIComponent(sale.number)}`;
  if (look.qr === "text") return look.qr_text.replaceAll("{number}", sale.number).replaceAll("{total}", sale.total);
  return "";
}

/** The paper of a receipt; a copy says when it was printed again. */
export function receiptBlocks(sale, look, language, copyAt = null) {
  const paper = new Paper(sale, look, language);
  return [
    ...paper.head(copyAt), RULE,
    ...paper.facts(), RULE,
    ...paper.lines(), RULE,
    ...paper.sums(), RULE,
    ...paper.payments(),
    ...paper.customer(),
    ...paper.foot(),
  ];
}
