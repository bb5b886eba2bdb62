// The whole screen: header, the two panes, the row of keys, and the windows above them.

import { showCustomerWindow } from "../customer-window.js";
import { KEYS } from "../keys.js";
import { showMoney } from "../money.js";
import { useStore } from "../store.js";
import { clock, t, tn } from "../texts.js";
import { QuantityDialog } from "./amounts.js";
import { ApprovalDialog } from "./approval.js";
import { Basket } from "./basket.js";
import { CustomerDialog } from "./customers.js";
import { DiscountDialog } from "./discounts.js";
import { CameraDialog } from "./camera.js";
import { Finder } from "./finder.js";
import { HistoryDialog } from "./history.js";
import { html, Icon, Key, useEffect, useRef, useState, WayOut } from "./kit.js";
import { OutboxDialog, OutboxPill, UnsafeBanner } from "./outbox.js";
import { HoldDialog, ParkedDialog } from "./parked.js";
import { PaymentDialog } from "./payment.js";
import { RefundDialog } from "./refunds.js";
import { OpenShift, ShiftDialog } from "./shifts.js";
import { KeysDialog, Lock, RecordedDialog, SettingsDialog, Toasts } from "./windows.js";

const DIALOGS = {
  quantity: QuantityDialog,
  discount: DiscountDialog,
  payment: PaymentDialog,
  customer: CustomerDialog,
  hold: HoldDialog,
  parked: ParkedDialog,
  refund: RefundDialog,
  shift: ShiftDialog,
  history: HistoryDialog,
  recorded: RecordedDialog,
  outbox: OutboxDialog,
  keys: KeysDialog,
  settings: SettingsDialog,
  camera: CameraDialog,
};

export function Frame({ till }) {
  const names = ["locked", "shift", "dialog", "asking", "pane", "user"];
  const { locked, shift, dialog, asking, pane, user } = useStore(till.store, names);
  const Window = dialog ? DIALOGS[dialog.name] : null;
  const covered = Boolean(locked || Window || asking);
  return html`
    <div class=${`till pane-${pane}`} inert=${covered}>
      <${Header} till=${till} />
      ${shift
        ? html`<main class="panes"><${Finder} till=${till} /><${Basket} till=${till} /></main><${Tabs} till=${till} />
          <${Hints} till=${till} />`
        : html`<${OpenShift} key=${user.id} till=${till} />`}
    </div>
    ${Window && !locked && html`<div class="under" inert=${Boolean(asking)}>
      <${Window} key=${`${dialog.name} ${dialog.turn ?? ""}`} till=${till} ...${dialog} /></div>`}
    ${asking && !locked && html`<${ApprovalDialog} key=${asking.id} till=${till} asking=${asking} />`}
    ${locked && html`<${Lock} till=${till} />`}
    <${UnsafeBanner} till=${till} />
    <${Toasts} till=${till} />`;
}

function Header({ till }) {
  const names = ["organization", "branch", "shift", "reachable", "user", "tillId"];
  const { organization, branch, shift, reachable, user } = useStore(till.store, names);
  return html`
    <header class="bar">
      <b class="brand">${organization.display_name || organization.name}</b>
      <span class="muted place">${[branch.name, till.desk.tillName()].filter(Boolean).join(" · ")}</span>
      ${shift && html`<button type="button" class="pill good" onClick=${() => till.open({ name: "shift" })}>
        ${t("shift_since", { time: clock(shift.opened_at) })}</button>`}
      <span class="grow"></span>
      <${OutboxPill} till=${till} />
      <span class=${`pill ${reachable ? "good" : "bad"} link`} role="status"><i aria-hidden="true"></i>
        ${reachable ? t("connected") : t("no_connection")}</span>
      <${Now} />
      ${shift && html`<button type="button" class="btn ghost square" aria-label=${t("receipts")} title=${t("receipts")}
        onClick=${() => till.open({ name: "history" })}><${Icon} name="receipt" /></button>`}
      <${ThemeButton} />
      <${Menu} till=${till} user=${user} shift=${shift} />
    </header>`;
}

function Now() {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 5000);
    return () => clearInterval(timer);
  }, []);
  return html`<time class="muted now">${clock(now)}</time>`;
}

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

function isDark() {
  return (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
}

function ThemeButton() {
  const [dark, setDark] = useState(isDark());
  const toggle = () => {
    root.dataset.theme = dark ? "light" : "dark";
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; SameSite=Lax${secure}`;
    setDark(!dark);
  };
  return html`<button type="button" class="btn ghost square theme" aria-label=${t("light_or_dark")}
    title=${t("light_or_dark")} onClick=${toggle}><${Icon} name=${dark ? "sun" : "moon"} /></button>`;
}

function Menu({ till, user, shift }) {
  const box = useRef(null);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (!open) return undefined;
    const away = (event) => { if (!box.current?.contains(event.target)) setOpen(false); };
    document.addEventListener("pointerdown", away);
    document.addEventListener("focusin", away);
    return () => {
      document.removeEventListener("pointerdown", away);
      document.removeEventListener("focusin", away);
    };
  }, [open]);
  const act = (what) => () => { setOpen(false); what(); };
  const keydown = (event) => {
    if (event.key !== "Escape" || !open) return;
    event.preventDefault();
    setOpen(false);
    box.current.querySelector("button").focus();
  };
  const item = (icon, text, what, cap = null) => html`
    <button type="button" onClick=${act(what)}><${Icon} name=${icon} /><span class="grow">${text}</span>${cap && html`
      <${Key}>${cap}</${Key}>`}</button>`;
  return html`
    <div class="menu" ref=${box} onKeyDown=${keydown}>
      <button type="button" class="btn ghost who" aria-expanded=${String(open)}
        aria-label=${t("menu_of", { name: user.name })} onClick=${() => setOpen(!open)}>
        <${Icon} name="user" /><span>${user.name}</span><${Icon} name="chevron-down" size="small" /></button>
      ${open && html`
        <div class="list">
          ${shift && item("shift", t("shift"), () => till.open({ name: "shift" }), "F10")}
          ${shift && item("user", t("customer"), () => till.open({ name: "customer" }), "F3")}
          ${shift && item("clock", t("parked_sales"), () => till.open({ name: "parked" }), "F5")}
          ${shift && item("undo", t("refund"), () => till.open({ name: "refund" }), "F8")}
          ${shift && item("receipt", t("receipts"), () => till.open({ name: "history" }), "Ctrl H")}
          ${shift && till.counter.hasDrawer && item("cash", t("open_drawer"), () => till.counter.openDrawer())}
          ${item("settings", t("till_settings"), () => till.open({ name: "settings" }))}
          ${shift && item("key", t("keys"), () => till.open({ name: "keys" }), "F1")}
          ${item("external", t("customer_display"), () => showCustomerWindow(till))}
          ${item("lock", t("lock_till"), () => till.session.lock(), "Ctrl L")}
          <${WayOut} till=${till} />
        </div>`}
    </div>`;
}

/** On a phone the two panes take turns; this switches between them. */
function Tabs({ till }) {
  const { pane, cart } = useStore(till.store, ["pane", "cart", "organization"]);
  const tab = (name, content) => html`
    <button type="button" class=${pane === name ? "on" : ""} aria-pressed=${String(pane === name)}
      onClick=${() => till.show({ pane: name })}>${content}</button>`;
  return html`
    <nav class="tabs" aria-label=${t("panes")}>
      ${tab("products", html`<${Icon} name="product" />${t("products")}`)}
      ${tab("cart", html`<${Icon} name="cart" />${cart.lines.length ? html`<b>${showMoney(till.priced(true).total)}</b>
        <span class="pill accent">${tn("lines", cart.lines.length)}</span>` : t("cart")}`)}
    </nav>`;
}

const HINTS = ["F2", "F3", "F4", "F5", "F6", "F7", "F8", "F10", "Del"];

/** The row of keys; every one of them can be tapped as well. */
function Hints({ till }) {
  const { permissions } = useStore(till.store, ["permissions"]);
  const shown = KEYS.filter(({ caps, needs }) => HINTS.includes(caps[0]) && (!needs || permissions.has(needs)));
  return html`
    <footer class="hints" aria-label=${t("keys")}>
      ${shown.map(({ caps, text }) => html`<button type="button" tabindex="-1" key=${text}
        onClick=${() => press(caps[0])}><kbd>${caps[0]}</kbd>${t(text)}</button>`)}
      <span class="grow"></span>
      <button type="button" tabindex="-1" onClick=${() => press("F1")}><kbd>F1</kbd>${t("key_help")}</button>
    </footer>`;
}

function press(cap) {
  const key = cap === "Del" ? "Delete" : cap;
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}
