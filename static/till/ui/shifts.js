// The shift: opening it, looking at it, closing it with counted cash; and the receipts it has written.

import { minor, plainMoney, readMoney, showMoney, showQuantity, thousandths } from "../money.js";
import { useStore } from "../store.js";
import { clock, dateAndTime, t, tn } from "../texts.js";
import { Dialog, html, Icon, Key, Keypad, NumberField, useEffect, useEntry, useState, WayOut } from "./kit.js";

/** Without an open shift there is nothing to sell: this stands in place of the till. */
export function OpenShift({ till }) {
  const { tills, tillId, user, permissions } = useStore(till.store, ["tills", "tillId", "user", "shift"]);
  const [chosen, choose] = useState(tillId ?? till.desk.usualTill());
  const [state, setState] = useState({ busy: false, error: "" });
  const entry = useEntry("");
  const cash = entry.text.trim() === "" ? 0 : readMoney(entry.text);
  const submit = async (event) => {
    event.preventDefault();
    if (cash === null || chosen === null || state.busy) return;
    setState({ busy: true, error: "" });
    try {
      await till.desk.openShift(chosen, plainMoney(cash));
    } catch (error) {
      setState({ busy: false, error: till.explain(error) });
    }
  };
  const allowed = permissions.has("sales:shift:open");
  return html`
    <main class="opening">
      <form class="window wide" onSubmit=${submit} aria-labelledby="opening-title">
        <div class="body">
          <div class="stack">
            <span class="tick"><${Icon} name="shift" size="large" /></span>
            <h1 id="opening-title">${t("open_shift")}</h1>
            <p class="muted">${allowed ? t("open_shift_hint", { name: user.name }) : t("no_shift_permission")}</p>
            ${tills.length === 0 && html`<p class="note bad" role="alert">${t("no_tills")}</p>`}
            ${allowed && tills.length > 1 && html`
              <label class="field">${t("till")}
                <select value=${chosen} onChange=${(event) => choose(Number(event.target.value))}>
                  ${tills.map((one) => html`<option key=${one.id} value=${one.id} selected=${one.id === chosen}>
                    ${one.branch} · ${one.name}</option>`)}
                </select>
              </label>`}
            ${allowed && tills.length === 1 && html`<p class="subject"><b>${tills[0].name}</b><span class="muted">
              ${tills[0].branch}</span></p>`}
            <div class="row away">
              <button type="button" class="btn" onClick=${() => till.session.lock()}><${Icon} name="lock" />
                ${t("change_cashier")}</button>
              <${WayOut} till=${till} look="btn ghost" />
            </div>
          </div>
          ${allowed && tills.length > 0 && html`
            <div class="stack">
              <${NumberField} id="opening-cash" label=${t("opening_cash")} entry=${entry} focus invalid=${cash === null}
                describedBy="opening-note" />
              <p id="opening-note" class=${`note ${cash === null || state.error ? "bad" : "muted"}`} aria-live="polite">
                ${cash === null ? t("not_a_number") : state.error || showMoney(cash)}</p>
              <${Keypad} press=${entry.press} extra="000" backLabel=${t("erase")} />
              <button class="btn primary big" disabled=${state.busy}>${t("open_shift")}<${Key}>Enter</${Key}></button>
            </div>`}
        </div>
      </form>
    </main>`;
}

export function ShiftDialog({ till }) {
  const { shift, permissions } = useStore(till.store, ["shift"]);
  const [state, setState] = useState({ busy: true, error: "", closing: false, closed: null });
  const entry = useEntry("");
  const load = async () => {
    setState((now) => ({ ...now, busy: true, error: "" }));
    const error = await till.desk.refreshShift().then(() => "", (problem) => till.explain(problem));
    setState((now) => ({ ...now, busy: false, error }));
  };
  useEffect(() => { load(); }, []);
  const cash = entry.text.trim() === "" ? null : readMoney(entry.text);
  const submit = async (event) => {
    event.preventDefault();
    if (cash === null || state.busy) return till.sound("wrong");
    setState({ ...state, busy: true, error: "" });
    try {
      const closed = await till.desk.closeShift(plainMoney(cash));
      return setState({ ...state, busy: false, error: "", closed });
    } catch (error) {
      return setState({ ...state, busy: false, error: till.explain(error) });
    }
  };
  if (state.closed) return html`<${ShiftClosed} till=${till} closed=${state.closed} />`;
  if (!shift) return null;
  return html`
    <${Dialog} title=${t("shift_number", { number: shift.number })} onClose=${() => till.close()}>
      <div class="stack">
        ${!state.closing && html`<${ShiftFacts} shift=${shift} till=${till} />`}
        ${state.error && html`<p class="note bad" role="alert">${state.error}</p>`}
        ${!state.closing && html`
          <div class="row">
            <button type="button" class="btn big grow" data-focus onClick=${() => till.open({ name: "receipts" })}>
              <${Icon} name="receipt" />${t("receipts")}</button>
            ${permissions.has("sales:shift:close") && html`
              <button type="button" class="btn big grow" onClick=${() => setState({ ...state, closing: true })}>
                <${Icon} name="lock" />${t("close_shift")}</button>`}
          </div>`}
        ${state.closing && html`
          <form onSubmit=${submit} class="stack">
            <${NumberField} focus id="closing-cash" label=${t("counted_cash")} entry=${entry}
              invalid=${entry.text.trim() !== "" && cash === null} describedBy="closing-note" />
            <p id="closing-note" class="note muted" aria-live="polite">
              ${cash === null ? t("counted_cash_hint") : showMoney(cash)}</p>
            <${Keypad} press=${entry.press} extra="000" backLabel=${t("erase")} />
            ${till.state.cart.lines.length > 0 && html`<p class="note warn">${t("cart_not_empty")}</p>`}
            <button class="btn primary big" disabled=${state.busy || cash === null}>
              ${t("close_shift")}<${Key}>Enter</${Key}></button>
          </form>`}
      </div>
    </${Dialog}>`;
}

function Fact({ label, value, strong = false }) {
  return html`<div class=${strong ? "strong" : ""}><dt>${label}</dt><dd>${value}</dd></div>`;
}

function ShiftFacts({ shift, till }) {
  const money = (value) => (value === null || value === undefined ? null : showMoney(minor(value)));
  const methods = Object.entries(shift.payments ?? {});
  return html`
    <dl class="facts">
      <${Fact} label=${t("opened")} value=${dateAndTime(shift.opened_at)} />
      <${Fact} label=${t("cashier")} value=${shift.cashier ?? till.state.user.name} />
      <${Fact} label=${t("till")} value=${shift.till ?? till.desk.tillName()} />
      <${Fact} label=${t("opening_cash")} value=${money(shift.opening_cash)} />
      ${shift.sales_count !== undefined && html`<${Fact} label=${t("receipts")}
        value=${showQuantity(shift.sales_count * 1000)} />`}
      ${shift.sales_total !== undefined && html`<${Fact} label=${t("sold_total")} value=${money(shift.sales_total)} />`}
      ${methods.map(([method, amount]) => html`<${Fact} key=${method} label=${t(`method_${method}`)}
        value=${money(amount)} />`)}
      ${money(shift.expected_cash) !== null && html`<${Fact} label=${t("expected_cash")}
        value=${money(shift.expected_cash)} strong />`}
    </dl>`;
}

function ShiftClosed({ till, closed }) {
  const difference = minor(closed.difference);
  const tone = difference === 0 ? "good" : difference > 0 ? "warn" : "bad";
  const word = difference === 0 ? t("cash_matches") : difference > 0 ? t("cash_over") : t("cash_short");
  return html`
    <${Dialog} title=${t("shift_closed")}>
      <div class="stack">
        <dl class="facts">
          <${Fact} label=${t("expected_cash")} value=${showMoney(minor(closed.expected_cash))} />
          <${Fact} label=${t("counted_cash")} value=${showMoney(minor(closed.closing_cash))} />
        </dl>
        <div class=${`verdict ${tone}`}><span>${word}</span><strong>${showMoney(difference)}</strong></div>
        <div class="row">
          <button type="button" class="btn primary big grow" data-focus onClick=${() => till.desk.shiftLeft()}>
            ${t("done")}</button>
        </div>
      </div>
    </${Dialog}>`;
}

/** The receipts of this shift, newest first, and one of them in detail. */
export function ReceiptsDialog({ till, id = null }) {
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
    if (id !== null) show(id);
  }, []);
  return html`
    <${Dialog} title=${t("receipts_of_shift")} onClose=${() => till.close()} wide>
      <div class="receipts">
        <div class="list">
          ${list.items.map((sale, place) => html`
            <button type="button" key=${sale.id} class=${`receipt-row ${open?.id === sale.id ? "on" : ""}`}
              aria-pressed=${String(open?.id === sale.id)}
              data-focus=${place === 0 || null} onClick=${() => show(sale.id)}>
              <b>${sale.number}</b><span class="muted">${clock(sale.created_at)}</span><b class="num">
                ${showMoney(minor(sale.total))}</b>
            </button>`)}
          ${!list.busy && !list.error && list.items.length === 0 && html`<div class="quiet"><${Icon} name="receipt"
            size="large" /><p>${t("no_receipts")}</p></div>`}
          ${list.busy && html`<p class="note muted" role="status">${t("loading")}</p>`}
          ${list.error && html`<p class="note bad" role="alert">${list.error}</p>`}
          ${list.cursor && !list.busy && html`<button type="button" class="btn block"
            onClick=${() => load(list.cursor)}>${t("show_more")}</button>`}
        </div>
        <div class="detail">${open ? html`<${SaleDetail} till=${till} sale=${open} />` : html`<div class="quiet"><p>
          ${t("choose_receipt")}</p></div>`}</div>
      </div>
    </${Dialog}>`;
}

function SaleDetail({ till, sale }) {
  const money = (value) => showMoney(minor(value));
  return html`
    <div class="stack">
      <div class="row"><h3>${t("receipt")} ${sale.number}</h3><span class="grow"></span>
        <button type="button" class="btn" onClick=${() => till.desk.print(sale)}><${Icon} name="print" />${t("print")}
          </button></div>
      <p class="muted">${dateAndTime(sale.created_at)} · ${sale.cashier ?? ""} · ${tn("lines", sale.items.length)}</p>
      <ul class="sold">
        ${sale.items.map((item) => html`
          <li><span>${item.name}<span class="muted">
            ${showQuantity(thousandths(item.quantity))} ${item.unit} × ${money(item.price)}</span></span><b>
              ${money(item.total)}</b></li>`)}
      </ul>
      <dl class="facts">
        ${minor(sale.discount) > 0 && html`<${Fact} label=${t("discount_total")}
          value=${`\u2212${money(sale.discount)}`} />`}
        ${minor(sale.rounding) !== 0 && html`<${Fact} label=${t("rounding")} value=${money(sale.rounding)} />`}
        <${Fact} label=${t("total")} value=${money(sale.total)} strong />
        <${Fact} label=${t("of_it_vat_all")} value=${showMoney(minor(sale.tax), 2)} />
        ${sale.payments.map((payment) => html`<${Fact} key=${payment.method} label=${t(`method_${payment.method}`)}
          value=${money(payment.tendered ?? payment.amount)} />`)}
        ${minor(sale.change) > 0 && html`<${Fact} label=${t("change")} value=${money(sale.change)} />`}
      </dl>
    </div>`;
}
