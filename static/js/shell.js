// The shell of every page: theme, drawer, menus, messages, confirmations, careful forms.
// Other scripts use window.SmartPOS: toast(text, tone), confirm({text, label, tone}), texts, icon(name).

const textsElement = document.getElementById("shell-texts");
const texts = textsElement ? JSON.parse(textsElement.textContent) : {};
const sprite = document.querySelector("svg.icon use")?.getAttribute("href")?.split("#")[0] ?? "/static/icons.svg";

/** An icon of the sprite as an element. */
function icon(name, classes = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `icon ${classes}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

/** An element with attributes and children; texts are never read as HTML. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// Whoever signs out here must not find the till open when it starts without the network (till/session.js).
document.addEventListener("submit", ({ target }) => {
  if (!new URL(target.action, location).pathname.endsWith("/logout")) return;
  try {
    localStorage.setItem("smartpos-till-locked", "server");
  } catch {
    return; // a forbidden storage keeps no till that could start
  }
});

// --- Theme ---------------------------------------------------------------------------------------------------
const root = document.documentElement;
const systemDark = window.matchMedia("(prefers-color-scheme: dark)");

function themeInForce() {
  return root.dataset.theme || (systemDark.matches ? "dark" : "light");
}

function showTheme() {
  for (const part of document.querySelectorAll("[data-theme-shows]")) {
    part.hidden = part.dataset.themeShows !== themeInForce();
  }
}

function toggleTheme() {
  const next = themeInForce() === "dark" ? "light" : "dark";
  root.dataset.theme = next;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${next}; path=/; max-age=31536000; SameSite=Lax${secure}`;
  showTheme();
  document.dispatchEvent(new CustomEvent("smartpos:theme", { detail: next }));
}

// --- Drawer and menus ----------------------------------------------------------------------------------------
function setDrawer(open) {
  document.body.classList.toggle("drawer-open", open);
  const button = document.querySelector('[data-drawer="open"]');
  button?.setAttribute("aria-expanded", String(open));
  if (open) document.querySelector("#sidebar a[aria-current], #sidebar a")?.focus();
  else if (document.getElementById("sidebar")?.contains(document.activeElement)) button?.focus();
}

function closeMenus(except = null) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

// --- Messages ------------------------------------------------------------------------------------------------
const LASTS = 6000;

function passBy(toast) {
  let timer = window.setTimeout(() => toast.remove(), LASTS);
  toast.addEventListener("mouseenter", () => window.clearTimeout(timer));
  toast.addEventListener("mouseleave", () => { timer = window.setTimeout(() => toast.remove(), LASTS / 2); });
}

/** Show a short message. tone: good, info, warn or bad; the last two stay until they are closed. */
function toast(text, tone = "good") {
  let shelf = document.getElementById("toasts");
  if (!shelf) {
    shelf = element("div", { class: "toasts", id: "toasts", role: "status", "aria-live": "polite" });
    document.body.append(shelf);
  }
  const close = element("button", { type: "button", class: "close", "data-dismiss": true, "aria-label": texts.close }, icon("x", "small"));
  const sign = { good: "check", info: "info" }[tone] ?? "warning";
  const made = element("div", { class: `toast ${tone}`, "data-dismissable": true }, icon(sign), element("div", {}, text), close);
  shelf.append(made);
  if (tone === "good" || tone === "info") passBy(made);
  return made;
}

// --- Confirmation --------------------------------------------------------------------------------------------
/** Ask before something that matters; resolves to true or false. */
function confirm({ text, label, tone = "", title }) {
  return new Promise((resolve) => {
    const cancel = element("button", { type: "button", class: "btn" }, texts.cancel ?? "");
    const go = element("button", { type: "button", class: `btn primary ${tone}` }, label || texts.confirm || "");
    const heading = element("h2", { id: "confirm-title" }, title || texts.sure || "");
    const dialog = element(
      "dialog", { class: "dialog", "aria-labelledby": "confirm-title" },
      element("div", { class: "dialog-body" }, heading, element("p", {}, text)),
      element("div", { class: "dialog-actions" }, cancel, go),
    );
    let answer = false;
    cancel.addEventListener("click", () => dialog.close());
    go.addEventListener("click", () => { answer = true; dialog.close(); });
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener("close", () => { dialog.remove(); resolve(answer); });
    document.body.append(dialog);
    dialog.showModal();
    (tone === "danger" ? cancel : go).focus();
  });
}

// --- Forms ---------------------------------------------------------------------------------------------------
const agreed = new WeakSet();
const busy = new WeakSet();
const touched = new Set();

async function beforeSubmit(event) {
  const form = event.target;
  const asking = event.submitter?.dataset.confirm ? event.submitter : form;
  if (asking.dataset.confirm && !agreed.has(form)) {
    event.preventDefault();
    const { confirm: text, confirmLabel: label, confirmTone: tone, confirmTitle: title } = asking.dataset;
    if (await confirm({ text, label, tone, title })) {
      agreed.add(form);
      form.requestSubmit(event.submitter ?? undefined);
      agreed.delete(form);
    }
    return;
  }
  if (form.method === "post") {
    if (busy.has(form)) { event.preventDefault(); return; }
    // A second click must not do it twice; a download leaves the page in place, so the lock is short.
    busy.add(form);
    window.setTimeout(() => busy.delete(form), 4000);
  }
  touched.delete(form);
}

function markTouched(event) {
  const form = event.target.closest?.("form[data-guard]");
  if (form) touched.add(form);
}

// --- Wiring --------------------------------------------------------------------------------------------------
document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-drawer], [data-dismiss], [data-theme-toggle], [data-go-back], [data-reload], [data-copy], [data-print]");
  closeMenus(event.target.closest("details.menu"));
  if (!target) return;
  if (target.dataset.drawer) setDrawer(target.dataset.drawer === "open");
  else if ("dismiss" in target.dataset) target.closest("[data-dismissable]")?.remove();
  else if ("themeToggle" in target.dataset) toggleTheme();
  else if ("goBack" in target.dataset) window.history.back();
  else if ("reload" in target.dataset) window.location.reload();
  else if ("print" in target.dataset) window.print();
  else if ("copy" in target.dataset) {
    navigator.clipboard?.writeText(target.dataset.copy).then(() => toast(texts.copied ?? "", "good"), () => {});
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary")?.focus();
  } else if (document.body.classList.contains("drawer-open")) setDrawer(false);
});

document.addEventListener("focusin", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("submit", beforeSubmit);
document.addEventListener("input", markTouched);
document.addEventListener("change", markTouched);
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]")) event.target.form?.requestSubmit();
});
window.addEventListener("beforeunload", (event) => { if (touched.size) event.preventDefault(); });
window.addEventListener("pageshow", (event) => {
  // A page out of the browser's memory may be of somebody who has left; a half-filled form is worth more.
  if (event.persisted && !document.querySelector("form[data-guard]")) window.location.reload();
});
systemDark.addEventListener("change", showTheme);

showTheme();
for (const button of document.querySelectorAll("[data-theme-toggle], [data-reload], [data-print]")) button.hidden = false;
for (const button of document.querySelectorAll("[data-go-back]")) button.hidden = window.history.length < 2;
for (const shown of document.querySelectorAll("[data-passing]")) passBy(shown);
// Not scrollIntoView: it would also move the point from which the first press of Tab goes on.
const current = document.querySelector("#sidebar a[aria-current]");
const menu = current?.closest(".nav");
if (menu && current.offsetTop + current.offsetHeight > menu.clientHeight) menu.scrollTop = current.offsetTop - menu.clientHeight / 2;

window.SmartPOS = { ...window.SmartPOS, toast, confirm, texts, icon, element };
document.dispatchEvent(new CustomEvent("smartpos:ready"));
