// The customer's window: what is in the cart, what is to be paid, what comes back. It only shows what the till says
// (display-link.js) and asks nothing of the server, so it works without the network, too.

import { html, render } from "../vendor/htm-preact.js";
import { watchTill } from "./display-link.js";
import { showMoney, showQuantity } from "./money.js";
import { t, useTexts } from "./texts.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
useTexts(boot);

const place = document.getElementById("display");
const system = matchMedia("(prefers-color-scheme: dark)");
const root = document.documentElement;
let shop = boot.shop;

// Drawn here, because few devices have letters for them.
const FULL = "M3 8V3h5M12 3h5v5M17 12v5h-5M8 17H3v-5";
const HALF = "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 1 0 0-15zM10 2.5v15a7.5 7.5 0 0 0 0-15z";

function Tool({ text, path, filled, onClick }) {
  return html`<button type="button" class="tool" aria-label=${text} title=${text} onClick=${onClick}>
    <svg viewBox="0 0 20 20" aria-hidden="true" class=${filled ? "filled" : ""}><path d=${path} /></svg>
  </button>`;
}

function Head() {
  return html`<header class="head">
    ${shop.logo && html`<img class="logo" src=${shop.logo} alt="" />`}
    <h1>${shop.name}</h1>
    <span class="grow"></span>
    <${Tool} text=${t("full_screen")} path=${FULL} onClick=${fullScreen} />
    <${Tool} text=${t("light_or_dark")} path=${HALF} filled onClick=${otherTheme} />
  </header>`;
}

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else root.requestFullscreen?.().catch(() => {});
}

function otherTheme() {
  const dark = (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
  root.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem("smartpos-display-theme", root.dataset.theme);
  } catch {
    // A window that may keep nothing is as it was the next time.
  }
}

function Line({ line, isLast }) {
  const amount = `${showQuantity(line.quantity)} ${line.unit ?? ""} × ${showMoney(line.price)}`;
  return html`<li class=${isLast ? "line last" : "line"}>
    <span class="name">${line.name}</span>
    <span class="much">${amount}${line.discount > 0 && html` <em>−${showMoney(line.discount)}</em>`}</span>
    <b class="sum">${showMoney(line.total)}</b>
  </li>`;
}

function Selling({ lines, totals, last, customer, phase }) {
  return html`<div class="selling">
    <ol class="lines" aria-label=${t("lines")}>
      ${lines.map((line) => html`<${Line} key=${line.key} line=${line} isLast=${line.key === last} />`)}
    </ol>
    <footer class="sums">
      ${customer && html`<div class="customer"><span>${customer.name}</span>
        ${customer.points > 0 && html`<span>${t("points", { points: showMoney(customer.points) })}</span>`}</div>`}
      ${totals.discount > 0 && html`<div class="discount"><span>${t("discount")}</span><span>−${showMoney(totals.discount)}</span></div>`}
      <div class="total"><span>${t("to_pay")}</span><b>${showMoney(totals.total ?? 0)}${shop.currency && html` <small>${shop.currency}</small>`}</b></div>
      ${phase === "paying" && totals.paid > 0 && html`<div class="given"><span>${t("paid")}</span><span>${showMoney(totals.paid)}</span></div>`}
    </footer>
  </div>`;
}

function Paid({ totals }) {
  return html`<div class="paid">
    <p class="tick" aria-hidden="true">✓</p>
    ${totals.change > 0 && html`<p class="change"><span>${t("change")}</span><b>${showMoney(totals.change)}</b></p>`}
    <p class="of">${t("to_pay")} ${showMoney(totals.total ?? 0)} · ${t("paid")} ${showMoney(totals.paid ?? totals.total ?? 0)}</p>
    ${totals.discount > 0 && html`<p class="saved">${t("saved", { amount: showMoney(totals.discount) })}</p>`}
    <p class="thanks">${t("thanks")}</p>
  </div>`;
}

function Quiet({ text }) {
  return html`<div class="quiet">
    ${shop.logo ? html`<img class="logo" src=${shop.logo} alt=${shop.name} />` : html`<p class="shop">${shop.name}</p>`}
    <p>${text}</p>
  </div>`;
}

function bodyOf(state) {
  if (state === null) return html`<${Quiet} text=${t("waiting")} />`;
  if (state.phase === "closed") return html`<${Quiet} text=${t("closed")} />`;
  if (state.phase === "paid") return html`<${Paid} ...${state} />`;
  if (state.lines.length === 0) return html`<${Quiet} text=${t("welcome")} />`;
  return html`<${Selling} ...${state} />`;
}

function show(state) {
  if (state?.shop) shop = { ...shop, ...state.shop };
  place.dataset.phase = state?.phase ?? "waiting";
  render(html`<${Head} />${bodyOf(state)}`, place);
  // The line that was added last is always seen.
  const last = place.querySelector(".line.last") ?? place.querySelector(".line:last-child");
  last?.scrollIntoView({ block: "nearest" });
}

try {
  const chosen = localStorage.getItem("smartpos-display-theme");
  if (chosen) root.dataset.theme = chosen;
} catch {
  // Nothing is kept here.
}
show(null);
watchTill(show);
