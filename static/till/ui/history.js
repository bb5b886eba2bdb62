// Ctrl+H: the receipts of this shift, and one of them in detail.

import { minor, showMoney, showQuantity, thousandths } from "../money.js";
import { clock, dateAndTime, day, t, tn } from "../texts.js";
import { Dialog, Fact, html, Icon, Quiet, useEffect, useState } from "./kit.js";

/** What a receipt is, when it is no ordinary sale; and what has become of it. */
export function TypePill({ sale }) {
  if (sale.type === "refund") return html`<span class="pill warn">${t("refund")}</span>`;
  if (sale.type === "exchange") return html`<span class="pill info">${t("exchange")}</span>`;
  if (sale.status === "returned") return html`<span class="pill">${t("came_back_all")}</span>`;
  if (sale.status === "partly_returned") return html`<span class="pill">${t("came_back_part")}</span>`;
  return null;
}

export function HistoryDialog({ till, id = null }) {
  const [list, setList] = useState({ items: [], cursor: null, busy: true, error: "" });
  const [open, setOpen] = useState(null);
  const load = async (cursor = null) => {
    setList((now) => ({ ...now, busy: true, error: "" }));
    try {
      const page = await till.desk.shiftSales(cursor);
      setList((now) => {
        const items = cursor ? [...now.items, ...page.items] : page.items;
        return { items, cursor: page.next_cursor, busy: false, error: "" };
      });
    } catch (error) {
      setList((now) => ({ ...now, busy: false, error: till.explain(error) }));
    }
  };
  const show = async (saleId) => {
    try {
      setOpen(await till.desk.sale(saleId));
    } catch (error) {
      setList((now) => ({ ...now, error: till.explain(error) }));
    }
  };
  useEffect(() => {
    load();
    if (id) show(id);
  }, []);
  const onKey = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || list.items.length === 0) return false;
    const rows = [...document.querySelectorAll(".receipt-row")];
    const at = rows.indexOf(document.activeElement);
    rows[Math.max(0, Math.min(rows.length - 1, at + step))].focus();
    return true;
  };
  return html`
    <${Dialog} title=${t("receipts_of_shift")} onClose=${() => till.close()} wide onKey=${onKey}>
      <div class="receipts">
        <div class="list">
          ${list.items.map((sale, place) => html`
            <button type="button" key=${sale.id} class=${`receipt-row ${open?.id === sale.id ? "on" : ""}`}
              aria-pressed=${String(open?.id === sale.id)}
              data-focus=${place === 0 || null} onClick=${() => show(sale.id)}>
              <b>${sale.number} <${TypePill} sale=${sale} /></b><span class="muted">${clock(sale.created_at)}</span><b class="num">
                ${showMoney(minor(sale.total))}</b>
            </button>`)}
          ${!list.busy && !list.error && list.items.length === 0 && html`<${Quiet} icon="receipt">${t("no_receipts")}</${Quiet}>`}
          ${list.busy && html`<p class="note muted" role="status">${t("loading")}</p>`}
          ${list.error && html`<p class="note bad" role="alert">${list.error}</p>`}
          ${list.cursor && !list.busy && html`<button type="button" class="btn block"
            onClick=${() => load(list.cursor)}>${t("show_more")}</button>`}
        </div>
        <div class="detail">${open ? html`<${SaleDetail} till=${till} sale=${open} />`
          : html`<${Quiet}>${t("choose_receipt")}</${Quiet}>`}</div>
      </div>
    </${Dialog}>`;
}

function SaleDetail({ till, sale }) {
  const money = (value) => showMoney(minor(value));
  return html`
    <div class="stack">
      <div class="row wrap"><h3>${t("receipt")} ${sale.number}</h3><span class="grow"></span>
        ${sale.type !== "refund" && sale.status !== "returned" && html`
          <button type="button" class="btn" onClick=${() => till.open({ name: "refund", id: sale.id })}>
            <${Icon} name="undo" />${t("refund")}</button>`}
        <button type="button" class="btn" onClick=${() => till.desk.reprint(sale)}><${Icon} name="print" />
          ${t("print_copy")}</button></div>
      <p class="muted">${dateAndTime(sale.created_at)} · ${sale.cashier ?? ""} · ${tn("lines", sale.items.length)}
        ${sale.customer ? ` · ${sale.customer.name}` : ""}</p>
      <ul class="sold">
        ${sale.items.map((item) => html`
          <li key=${item.id}><span>${item.name}<span class="muted">
            ${showQuantity(thousandths(item.quantity))} ${item.unit} × ${money(item.price)}
            ${minor(item.promotion ?? "0") > 0 ? ` · ${item.promotion_name ?? ""} \u2212${money(item.promotion)}` : ""}
            </span></span><b>${money(item.total)}</b></li>`)}
      </ul>
      <dl class="facts">
        ${minor(sale.discount) > 0 && html`<${Fact} label=${t("discount_total")}
          value=${`\u2212${money(sale.discount)}`} />`}
        ${minor(sale.rounding) !== 0 && html`<${Fact} label=${t("rounding")} value=${money(sale.rounding)} />`}
        <${Fact} label=${t("total")} value=${money(sale.total)} strong />
        <${Fact} label=${t("of_it_vat_all")} value=${showMoney(minor(sale.tax), 2)} />
        ${sale.payments.map((payment, place) => html`<${Fact} key=${place} label=${methodOf(payment)}
          value=${money(payment.tendered ?? payment.amount)} />`)}
        ${minor(sale.change) > 0 && html`<${Fact} label=${t("change")} value=${money(sale.change)} />`}
      </dl>
      ${sale.reason && html`<p class="muted">${sale.reason}</p>`}
    </div>`;
}

/** Cash, Cash (20 USD), Credit until 14.05.2026. */
export function methodOf(payment) {
  const name = t(`method_${payment.method}`);
  if (payment.currency) return `${name} (${showMoney(minor(payment.foreign_amount))} ${payment.currency})`;
  return payment.due_date ? `${name}, ${t("due_on", { date: day(payment.due_date) })}` : name;
}
