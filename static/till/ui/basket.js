// The cart: lines, figures and the buttons that turn them into money.

import { minor, showMoney, showQuantity } from "../money.js";
import { quickCash } from "../pricing.js";
import { useStore } from "../store.js";
import { clock, t, tn } from "../texts.js";
import { CustomerPills } from "./customers.js";
import { Component, html, Icon, Key, useLayoutEffect, useRef } from "./kit.js";

export function Basket({ till }) {
  const names = ["cart", "sending", "done", "flash", "queued", "pane", "organization", "permissions", "promotions"];
  const { cart, sending, done, flash, queued, pane } = useStore(till.store, names);
  const priced = till.priced(true);
  const empty = cart.lines.length === 0;
  return html`
    <section class="basket" aria-label=${t("cart")}>
      <${Top} till=${till} cart=${cart} />
      <${Buyer} till=${till} cart=${cart} />
      ${cart.back && html`<${ComingBack} till=${till} back=${cart.back} />`}
      ${empty && !cart.back
        ? done ? html`<${Done} till=${till} sale=${done} />` : html`<${Empty} />`
        : html`<${Lines} till=${till} cart=${cart} priced=${priced} flash=${flash} pane=${pane} />`}
      ${(!empty || cart.back) && html`<${Figures} till=${till} cart=${cart} priced=${priced} />`}
      ${sending
        ? html`<${Sending} till=${till} sending=${sending} queued=${queued} />`
        : html`<${Pay} till=${till} cart=${cart} priced=${priced} />`}
    </section>`;
}

function Top({ till, cart }) {
  const { parked } = useStore(till.store, ["parked"]);
  const some = cart.lines.length > 0 || cart.back;
  const holds = till.approvals.may("sales:held_sale:use");
  return html`
    <div class="top">
      <b>${cart.lines.length ? tn("lines", cart.lines.length) : t("new_receipt")}</b>
      <span class="grow"></span>
      ${cart.lines.length > 0 && html`
        <button type="button" class="btn ghost small" onClick=${() => till.open({ name: "discount" })}>
          <${Icon} name="percent" size="small" />${t("discount")}<${Key}>F7</${Key}></button>`}
      ${some && holds && html`<button type="button" class="btn ghost small touch" aria-label=${t("park_sale")}
        onClick=${() => till.open({ name: "hold" })}><${Icon} name="clock" size="small" />${t("park")}</button>`}
      ${!some && holds && html`<button type="button" class="btn ghost small" onClick=${() => till.open({ name: "parked" })}>
        <${Icon} name="clock" size="small" />${t("parked_sales")}${parked > 0 && html`<span class="pill accent">${parked}</span>`}
        <${Key}>F5</${Key}></button>`}
      ${some && html`
        <button type="button" class="btn ghost small" aria-label=${t("clear_cart")} onClick=${() => till.clearCart()}><${Icon} name="trash"
          size="small" /><span class="word">${t("clear_cart")}</span></button>`}
    </div>`;
}

/** Who buys, with what they owe; a tap chooses. */
function Buyer({ till, cart }) {
  if (!till.approvals.may("crm:customer:read")) return null;
  const { customer } = cart;
  return html`
    <button type="button" class=${`buyer ${customer ? "known" : ""}`} onClick=${() => till.open({ name: "customer" })}>
      <${Icon} name="user" size="small" />
      ${customer ? html`<b>${customer.name}</b><${CustomerPills} customer=${customer} />`
        : html`<span>${t("customer")}</span>`}
      <span class="grow"></span><${Key}>F3</${Key}></button>`;
}

/** What comes back in exchange for the goods in the cart. */
function ComingBack({ till, back }) {
  return html`
    <div class="exchange">
      <div class="row"><span class="pill info">${t("exchange")}</span><b class="grow">${t("receipt")} ${back.number}</b>
        <b>\u2212${showMoney(back.total)}</b>
        <button type="button" class="btn ghost small square" aria-label=${t("no_exchange")}
          onClick=${() => till.change((cart) => ({ ...cart, back: null }))}><${Icon} name="x" size="small" /></button></div>
      <p class="muted">${back.shown.map(({ name, quantity, unit }) => `${name} · ${showQuantity(quantity)} ${unit}`).join(", ")}</p>
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
          discount=${priced.lines[place].discount} promotion=${priced.lines[place].promotion?.amount ?? 0}
          offer=${priced.lines[place].promotion?.name ?? ""}
          selected=${line.key === cart.selected} turn=${line.key === flash.key ? flash.turn : 0} />`)}
    </ol>`;
}

class Line extends Component {
  shouldComponentUpdate(next) {
    return ["line", "amount", "discount", "promotion", "offer", "selected", "turn"].some((name) => next[name] !== this.props[name]);
  }

  render({ till, line, amount, discount, promotion, offer, selected, turn }) {
    const pick = () => till.change((cart) => ({ ...cart, selected: line.key }));
    const quantity = () => { pick(); till.open({ name: "quantity" }); };
    const pack = line.perPack === 1000 ? "" : ` (×${showQuantity(line.perPack)})`;
    const byHand = Number.isInteger(line.manualPrice) && line.manualPrice !== line.listPrice;
    const flash = turn === 0 ? "" : turn % 2 ? "flash-odd" : "flash-even";
    return html`
      <li class=${`line ${selected ? "on" : ""} ${flash}`} aria-current=${selected ? "true" : null} onClick=${pick}>
        <div class="n">${line.name}</div>
        <div class="s">
          <span>${byHand && html`<s>${showMoney(line.listPrice)}</s> `}${showMoney(line.price)} / ${line.unit}${pack}</span>
          ${promotion > 0 && html`<span class="off offer">${offer} \u2212${showMoney(promotion)}</span>`}
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
        <div class="t">${showMoney(amount - discount - promotion)}</div>
        <button type="button" class="btn ghost square small out" aria-label=${t("remove_line", { name: line.name })}
          onClick=${() => till.remove(line.key)}><${Icon} name="trash" size="small" /></button>
      </li>`;
  }
}

function Figures({ till, cart, priced }) {
  const pieces = cart.lines.reduce((sum, line) => sum + (line.digits === 0 ? line.quantity : 1000), 0);
  const byHand = priced.discount - (priced.promotion ?? 0);
  const taxLabel = priced.tax > 0 ? ` · ${t("vat_amount", { amount: showMoney(priced.tax) })}` : "";
  return html`
    <div class="figures">
      <div><span>${tn("pieces", pieces / 1000)}${taxLabel}</span><span>${showMoney(priced.gross)}</span></div>
      ${(priced.promotion ?? 0) > 0 && html`<div><span>${t("promotions_save")}</span>
        <span class="off">\u2212${showMoney(priced.promotion)}</span></div>`}
      ${byHand > 0 && html`
        <button type="button" class="figure" onClick=${() => till.open({ name: "discount" })}>
          <span>${t("discount_total")}</span><span class="off">\u2212${showMoney(byHand)}</span></button>`}
      ${cart.back && html`<div><span>${t("comes_back")}</span><span class="off">\u2212${showMoney(cart.back.total)}</span></div>`}
      ${priced.rounding !== 0 && html`<div><span>${t("cash_rounding")}</span><span>${showMoney(priced.rounding)}
        </span></div>`}
      <div class="tot"><span>${priced.total < 0 ? t("to_give_back") : t("to_pay")}</span>
        <b id="total">${showMoney(Math.abs(priced.total))}</b></div>
    </div>`;
}

function Pay({ till, cart, priced }) {
  const empty = cart.lines.length === 0 && !cart.back;
  const noCash = cart.lines.some((line) => !line.cashAllowed);
  const offered = empty || noCash || priced.total <= 0 ? [] : quickCash(priced.total, till.state.organization.currency);
  const amounts = offered.slice(1, 5); // the exact amount is the big button
  if (cart.back && priced.total <= 0) return html`<${GiveBack} till=${till} priced=${priced} />`;
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

/** The goods that came back are worth more than those that go out. */
function GiveBack({ till, priced }) {
  const nothing = priced.total === 0;
  return html`
    <div class="pay">
      <button type="button" class="btn primary" onClick=${() => till.payAll("cash")}>
        ${nothing ? t("exchange_now") : t("give_back_cash")}<${Key}>Enter</${Key}></button>
      ${!nothing && html`<button type="button" class="btn" onClick=${() => till.payAll("card")}>${t("method_card")}
        <${Key}>Ctrl Enter</${Key}></button>
      <button type="button" class="btn" onClick=${() => till.payAll("transfer")}>${t("method_transfer")}</button>`}
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
  const total = minor(sale.total);
  return html`
    <div class="done" role="status">
      <span class="tick"><${Icon} name="check" size="large" /></span>
      <p>${change > 0 ? t("change") : total < 0 ? t("given_back") : t("paid_in_full")}</p>
      <strong id="change">${showMoney(change > 0 ? change : Math.abs(total))}</strong>
      <dl>
        <div><dt>${t("receipt")}</dt><dd>${sale.number}</dd></div>
        <div><dt>${t("total")}</dt><dd>${showMoney(total)}</dd></div>
        <div><dt>${method}</dt><dd>${clock(sale.created_at)}</dd></div>
      </dl>
      <div class="row">
        <button type="button" class="btn" onClick=${() => till.desk.print(sale)}><${Icon} name="print" />
          ${t("print")}<${Key}>Ctrl P</${Key}></button>
        ${sale.id && html`<button type="button" class="btn ghost" onClick=${() => till.open({ name: "history", id: sale.id })}>
          ${t("details")}</button>`}
      </div>
      <p class="faint">${t("next_sale_hint")}</p>
    </div>`;
}

function Empty() {
  return html`<div class="quiet"><${Icon} name="barcode" size="huge" /><h2>${t("scan_first")}</h2><p>
    ${t("scan_first_hint")}</p></div>`;
}
