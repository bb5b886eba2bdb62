// What was sold in a shift and what the drawer should hold: the X report while it is open, the Z report afterwards.

import { minor, showMoney, showQuantity } from "../money.js";
import { printBlocks } from "../receipt.js";
import { dateAndTime, t } from "../texts.js";
import { Fact, html } from "./kit.js";

const CASH_KINDS = ["opening", "sale", "refund", "debt", "in", "out", "expense"];

/** The report as sections of [label, value] pairs; strong ones are marked by a third true. */
export function sectionsOf(report, till) {
  const money = (value) => showMoney(minor(value ?? "0"));
  const given = (value) => value !== null && value !== undefined;
  const { counts = {}, payments = {}, debts: paid = {}, cash: moved = {}, foreign } = report;
  const count = (number) => showQuantity((number ?? 0) * 1000);
  const sales = [
    [t("receipts"), count(counts.sale ?? report.sales_count)],
    ...(counts.refund ? [[t("refunds"), count(counts.refund)]] : []),
    ...(counts.exchange ? [[t("exchanges"), count(counts.exchange)]] : []),
    ...(minor(report.discount ?? "0") !== 0 ? [[t("discount_total"), `\u2212${money(report.discount)}`]] : []),
    ...(minor(report.refunded ?? "0") !== 0 ? [[t("given_back"), `\u2212${money(report.refunded)}`]] : []),
    ...(minor(report.rounding ?? "0") !== 0 ? [[t("rounding"), money(report.rounding)]] : []),
    [t("sold_total"), money(report.total ?? report.sales_total), true],
  ];
  const used = ([, amount]) => minor(amount) !== 0;
  const methods = Object.entries(payments).filter(used).map(([method, amount]) => [t(`method_${method}`), money(amount)]);
  const debts = Object.entries(paid).filter(used).map(([method, amount]) =>
    [`${t("debts_paid")}, ${t(`method_${method}`)}`, money(amount)]);
  const cash = CASH_KINDS.filter((kind) => given(moved[kind]) && (kind === "opening" || minor(moved[kind]) !== 0)).map((kind) => [t(`ledger_${kind}`), money(moved[kind])]);
  const abroad = foreign ? CASH_KINDS.filter((kind) => minor(foreign.cash?.[kind] ?? "0") !== 0).map((kind) =>
    [`${t(`ledger_${kind}`)}, ${foreign.currency}`, money(foreign.cash[kind])]) : [];
  const counted = [
    ...(given(report.expected_cash) ? [[t("expected_cash"), money(report.expected_cash)]] : []),
    ...(given(report.closing_cash) ? [[t("counted_cash"), money(report.closing_cash)],
      [t("difference"), money(report.difference), true]] : []),
    ...(given(foreign?.expected) ? [[`${t("expected_cash")} ${foreign.currency}`, money(foreign.expected)]] : []),
    ...(given(foreign?.counted) ? [[`${t("counted_cash")} ${foreign.currency}`, money(foreign.counted)],
      [`${t("difference")} ${foreign.currency}`, money(foreign.difference), true]] : []),
    ...(report.difference_reason ? [[t("reason"), report.difference_reason]] : []),
  ];
  const late = report.late_count ? [[t("late_sales"), `${count(report.late_count)} · ${money(report.late_total)}`]] : [];
  return [
    [
      [t("opened"), dateAndTime(report.opened_at)],
      ...(report.closed_at ? [[t("closed"), dateAndTime(report.closed_at)]] : []),
      [t("cashier"), report.cashier ?? till.state.user.name],
      [t("till"), report.till ?? till.desk.tillName()],
      ...(cash.length ? [] : [[t("opening_cash"), money(report.opening_cash)]]),
      ...(report.exchange_rate ? [[t("rate_of", { currency: report.foreign_currency }),
        showMoney(Math.round(Number(report.exchange_rate) * 100))]] : []),
    ],
    sales, [...methods, ...debts], [...cash, ...abroad], counted, late,
  ].filter((section) => section.length > 0);
}

export function ShiftReport({ till, report }) {
  return html`${sectionsOf(report, till).map((section, place) => html`
    <dl class="facts small" key=${place}>
      ${section.map(([label, value, strong]) => html`<${Fact} key=${label} label=${label} value=${value} strong=${strong} />`)}
    </dl>`)}`;
}

/** The report on the receipt paper, of the network printer where the till has one. */
export async function printReport(till, report) {
  if (await till.desk.reportPrinted(report.id)) return;
  const { organization, branch, settings } = till.state;
  const closed = report.status === "closed" || Boolean(report.closed_at);
  const title = t("shift_number", { number: report.number });
  const blocks = [
    { kind: "shop", text: organization.display_name || organization.name },
    { kind: "note", text: branch.name },
    { kind: "title", text: closed ? t("z_report") : t("x_report") },
    { kind: "note", text: title },
    ...sectionsOf(report, till).flatMap((section) => [
      { kind: "rule" },
      ...section.map(([label, value, strong]) => ({ kind: "row", label, value, style: strong ? "strong" : "" })),
    ]),
  ];
  await printBlocks(blocks, {}, settings.width, title);
}
