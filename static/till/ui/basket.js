// The cart: lines, figures and the buttons that turn them into money.

import { minor, showMoney, showQuantity } from "../money.js";
import { quickCash } from "../pricing.js";
import { useStore } from "../store.js";
import { clock, t, tn } from "../texts.js";
import { Component, html, Icon, Key, useLayoutEffect, useRef } from "./kit.js";

export function Basket({ till }) {
  const names = ["cart", "sending", "done", "flash", "queued", "pane", "organization", "permissions"];
  const { cart, sending, done, flash, queued, pane } = useStore(till.store, names);
  const priced = till.priced(true);
  const empty = cart.lines.length === 0;
  return html`
    <section class="basket" aria-label=${t("cart")}>
      <${Top} till=${till} cart=${cart} />
      ${empty
        ? done ? html`<${Done} till=${till} sale=${done} />` : html`<${Empty} />`
        : html`<${Lines} till=${till} cart=${cart} priced=${priced} flash=${flash} pane=${pane} />`}
      ${!empty && html`<${Figures} till=${till} cart=${cart} priced=${priced} />`}
      ${sending
        ? html`<${Sending} till=${till} sending=${sending} queued=${queued} />`
        : html`<${Pay} till=${till} cart=${cart} priced=${priced} />`}
    </section>`;
}

function Top({ till, cart }) {
  return html`
    <div class="top">
      <b>${cart.lines.length ? tn("lines", cart.lines.length) : t("new_receipt")}</b>
      <span class="grow"></span>
      ${cart.lines.length > 0 && till.state.permissions.has("sales:sale:discount") && html`
        <button type="button" class="btn ghost small" onClick=${() => till.open({ name: "discount" })}>
          <${Icon} name="percent" size="small" />${t("discount")}<${Key}>F7</${Key}></button>`}
      ${cart.lines.length > 0 && html`
        <button type="button" class="btn ghost small" onClick=${() => till.clearCart()}><${Icon} name="trash"
          size="small" />${t("clear_cart")}</button>`}
    </div>`;
}

function Lines({ till, cart, priced, flash, pane }) {
  const list = useRef(null);
  useLayoutEffect(() => {
    const at = list.current.querySelector('[aria-current="true"]');
    if (!at) return;
    const low = at.offsetTop + at.offsetHeight - list.current.clientHeight;
    if (list.current.scrollTop < low) list.current.scrollTop = low;
    else if (list.current.scrollTop > at.offsetTop) list.current.scrollTop = at.offsetTop;
  }, [cart.selected, flash.turn, pane]);
  return html`
    <ol class="lines" ref=${list}>
      ${cart.lines.map((line, place) => html`
        <${Line} key=${line.key} till=${till} line=${line} amount=${priced.lines[place].gross}
          discount=${priced.lines[place].discount}
          selected=${line.key === cart.selected} turn=${line.key === flash.key ? flash.turn : 0} />`)}
    </ol>`;
}

class Line extends Component {
  shouldComponentUpdate(next) {
    return ["line", "amount", "discount", "selected", "turn"].some((name) => next[name] !== this.props[name]);
  }

  render({ till, line, amount, discount, selected, turn }) {
    const pick = () => till.change((cart) => ({ ...cart, selected: line.key }));
    const quantity = () => { pick(); till.open({ name: "quantity" }); };
    const pack = line.perPack === 1000 ? "" : ` (×${showQuantity(line.perPack)})`;
    const flash = turn === 0 ? "" : turn % 2 ? "flash-odd" : "flash-even";
    return html`
      <li class=${`line ${selected ? "on" : ""} ${flash}`} aria-current=${selected ? "true" : null} onClick=${pick}>
        <div class="n">${line.name}</div>
        <div class="s">
          <span>${showMoney(line.price)} / ${line.unit}${pack}</span>
          ${discount > 0 && html`<span class="off">\u2212${showMoney(discount)}</span>`}
          ${!line.cashAllowed && html`<span class="pill warn">${t("card_only")}</span>`}
          ${line.available !== null && html`<span class="pill bad">
            ${t("in_stock_only", { quantity: showQuantity(line.available) })}</span>`}
        </div>
        <div class="q">
          <button type="button" class="step" aria-label=${t("less_of", { name: line.name })}
            onClick=${() => till.step(line.key, -1)}><${Icon} name="minus" size="small" /></button>
          <button type="button" class="count"
            aria-label=${t("quantity_of", { name: line.name, quantity: showQuantity(line.quantity) })}
              onClick=${quantity}>${showQuantity(line.quantity)}</button>
          <button type="button" class="step" aria-label=${t("more_of", { name: line.name })}
            onClick=${() => till.step(line.key, 1)}><${Icon} name="plus" size="small" /></button>
        </div>
        <div class="t">${showMoney(amount - discount)}</div>
        <button type="button" class="btn ghost square small out" aria-label=${t("remove_line", { name: line.name })}
          onClick=${() => till.remove(line.key)}><${Icon} name="trash" size="small" /></button>
      </li>`;
  }
}

function Figures({ till, cart, priced }) {
  const pieces = cart.lines.reduce((sum, line) => sum + (line.digits === 0 ? line.quantity : 1000), 0);
  const taxLabel = priced.tax > 0 ? ` · ${t("vat_amount", { amount: showMoney(priced.tax) })}` : "";
  return html`
    <div class="figures">
      <div><span>${tn("pieces", pieces / 1000)}${taxLabel}</span><span>${showMoney(priced.gross)}</span></div>
      ${priced.discount > 0 && html`
        <button type="button" class="figure" disabled=${!till.state.permissions.has("sales:sale:discount")}
          onClick=${() => till.open({ name: "discount" })}>
          <span>${t("discount_total")}</span><span class="off">\u2212${showMoney(priced.discount)}</span></button>`}
      ${priced.rounding !== 0 && html`<div><span>${t("cash_rounding")}</span><span>${showMoney(priced.rounding)}
        </span></div>`}
      <div class="tot"><span>${t("to_pay")}</span><b id="total">${showMoney(priced.total)}</b></div>
    </div>`;
}

function Pay({ till, cart, priced }) {
  const empty = cart.lines.length === 0;
  const noCash = cart.lines.some((line) => !line.cashAllowed);
  const offered = empty || noCash || priced.total === 0 ? [] : quickCash(priced.total, till.state.organization.currency);
  const amounts = offered.slice(1, 5); // the exact amount is the big button
  return html`
    ${amounts.length > 0 && html`
      <div class="quick" role="group" aria-label=${t("cash_given")}>
        ${amounts.map((amount) => html`<button type="button" class="btn" key=${amount}
          onClick=${() => till.payAll("cash", amount)}>${showMoney(amount)}</button>`)}
      </div>`}
    <div class="pay">
      <button type="button" class="btn primary" disabled=${empty || noCash} onClick=${() => till.payAll("cash")}>
        ${t("method_cash")}<${Key}>Enter</${Key}></button>
      <button type="button" class="btn" disabled=${empty} onClick=${() => till.payAll("card")}>
        ${t("method_card")}<${Key}>Ctrl Enter</${Key}></button>
      <button type="button" class="btn" disabled=${empty} onClick=${() => till.open({ name: "payment" })}>
        ${t("other_payment")}<${Key}>F9</${Key}></button>
    </div>`;
}

function Sending({ till, sending, queued }) {
  const lost = sending.waiting || sending.attempt > 1;
  return html`
    <div class=${`sending ${lost ? "lost" : ""}`} role="status">
      <span class="spin" aria-hidden="true"></span>
      <div>
        <b>${lost ? t("no_answer") : t("sending_sale")}</b>
        ${lost && html`<p>${t("no_answer_hint")}</p>`}
        ${queued > 0 && html`<p>${tn("scans_waiting", queued)}</p>`}
      </div>
      ${sending.waiting && html`
        <div class="row">
          <button type="button" class="btn primary" onClick=${() => till.checkout.hurry()}>
            ${t("try_again_button")}</button>
          <button type="button" class="btn" onClick=${() => till.checkout.stop()}>${t("back_to_cart")}</button>
        </div>`}
    </div>`;
}

function Done({ till, sale }) {
  const change = minor(sale.change);
  const method = sale.payments.length === 1 ? t(`method_${sale.payments[0].method}`) : t("mixed_payment");
  return html`
    <div class="done" role="status">
      <span class="tick"><${Icon} name="check" size="large" /></span>
      <p>${change > 0 ? t("change") : t("paid_in_full")}</p>
      <strong id="change">${showMoney(change > 0 ? change : minor(sale.total))}</strong>
      <dl>
        <div><dt>${t("receipt")}</dt><dd>${sale.number}</dd></div>
        <div><dt>${t("total")}</dt><dd>${showMoney(minor(sale.total))}</dd></div>
        <div><dt>${method}</dt><dd>${clock(sale.created_at)}</dd></div>
      </dl>
      <div class="row">
        <button type="button" class="btn" onClick=${() => till.desk.print(sale)}><${Icon} name="print" />
          ${t("print")}<${Key}>Ctrl P</${Key}></button>
        <button type="button" class="btn ghost" onClick=${() => till.open({ name: "receipts", id: sale.id })}>
          ${t("details")}</button>
      </div>
      <p class="faint">${t("next_sale_hint")}</p>
    </div>`;
}

function Empty() {
  return html`<div class="quiet"><${Icon} name="barcode" size="huge" /><h2>${t("scan_first")}</h2><p>
    ${t("scan_first_hint")}</p></div>`;
}
