// The keyboard: which key does what, in one table that the screen and the help window read too.

import { selectedLine, selectNear } from "./cart.js";
import { isText } from "./scanner.js";
import { t } from "./texts.js";

/** caps: as written on the keyboard; text: what it does (a key of the texts); needs: a permission. */
export const KEYS = [
  { caps: ["Enter"], text: "key_cash" },
  { caps: ["Ctrl", "Enter"], text: "key_card" },
  { caps: ["F9"], text: "key_payment" },
  { caps: ["F2"], text: "key_search" },
  { caps: ["F3"], text: "key_customer", needs: "crm:customer:read" },
  { caps: ["F4"], text: "key_hold", needs: "sales:held_sale:use" },
  { caps: ["F5"], text: "key_parked", needs: "sales:held_sale:use" },
  { caps: ["↑", "↓"], text: "key_select" },
  { caps: ["+", "−"], text: "key_step" },
  { caps: ["F6"], text: "key_quantity" },
  { caps: ["F7"], text: "key_discount" },
  { caps: ["Del"], text: "key_remove" },
  { caps: ["F8"], text: "key_refund" },
  { caps: ["Ctrl", "H"], text: "key_history" },
  { caps: ["Ctrl", "P"], text: "key_print" },
  { caps: ["F10"], text: "key_shift" },
  { caps: ["Ctrl", "L"], text: "key_lock" },
  { caps: ["Esc"], text: "key_back" },
  { caps: ["F1"], text: "key_help" },
];

const STEP_WAITS = 60; // milliseconds: a code may begin with + or −

export function listenToKeys(till, scanner) {
  const withLine = (act) => () => {
    const line = selectedLine(till.state.cart);
    if (line) act(line);
  };
  const allowed = (permission, act) => () => { if (till.approvals.may(permission)) act(); };
  const actions = {
    F1: () => till.open({ name: "keys" }),
    F2: () => { till.show({ pane: "products" }); till.entry.search?.focus(); till.entry.search?.select(); },
    F3: allowed("crm:customer:read", () => till.open({ name: "customer" })),
    F4: allowed("sales:held_sale:use", () => {
      const { cart } = till.state;
      if (cart.lines.length || cart.back) till.open({ name: "hold" });
      else till.toast(t("cart_is_empty"), "info");
    }),
    F5: allowed("sales:held_sale:use", () => till.open({ name: "parked" })),
    F6: withLine(() => till.open({ name: "quantity" })),
    F7: withLine(() => till.open({ name: "discount" })),
    F8: () => till.open({ name: "refund" }),
    F9: () => { if (till.state.cart.lines.length || till.state.cart.back) till.open({ name: "payment" }); },
    F10: () => till.open({ name: "shift" }),
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const { locked, dialog, asking, shift, sending } = till.state;
    if (locked || asking || shift === null) {
      // The browser's own meaning of these keys would lead away from the till.
      if (["F1", "F3", "F5", "F10"].includes(event.key)) event.preventDefault();
      return;
    }
    const command = event.ctrlKey || event.metaKey ? `Ctrl+${event.key.toLowerCase()}` : event.key;
    if (command === "Ctrl+p") return handled(event, () => till.desk.printLast());
    if (command === "Ctrl+h") return handled(event, () => { if (!sending) till.open({ name: "history" }); });
    if (command === "Ctrl+l") return handled(event, () => till.session.lock());
    if (command in actions && !event.altKey && !event.shiftKey) {
      return handled(event, () => { if (!dialog?.answer && !sending) actions[command](); });
    }
    if (dialog) return undefined;
    if (command === "Ctrl+enter") return handled(event, () => { if (!event.repeat) till.payAll("card"); });
    if (event.ctrlKey || event.altKey || event.metaKey) return undefined;
    return atTheTill(event, till, scanner);
  });

  // The page's own find and help belong to the till; so does leaving by a slip of the hand while a sale is sent.
  addEventListener("beforeunload", (event) => { if (till.busy) event.preventDefault(); });
}

function handled(event, act) {
  event.preventDefault();
  act();
}

function atTheTill(event, till, scanner) {
  const { target } = event;
  const inSearch = target === till.entry.search;
  const nowhere = target === document.body || target === document.documentElement;
  const pressed = event.key === "Enter" && target.matches("button, a, select");
  if (!inSearch && !nowhere && (isText(target) || pressed)) return undefined;
  const query = till.entry.search?.value ?? "";
  switch (event.key) {
    case "Enter":
      return handled(event, () => {
        if (event.repeat || scanner.justScanned(event.timeStamp)) return;
        if (query.trim()) till.entry.enterSearch(query, scanner.justTyped(event.timeStamp));
        else till.payAll("cash");
      });
    case "Escape":
      return handled(event, () => {
        if (query) till.entry.setQuery("");
        else if (till.state.done) till.show({ done: null });
        else if (till.state.category !== null) till.show({ category: null });
        till.focusSearch();
      });
    case "ArrowDown":
    case "ArrowUp": {
      const step = event.key === "ArrowDown" ? 1 : -1;
      return handled(event, () => {
        if (!query.trim()) till.change((cart) => selectNear(cart, step));
        else till.entry.highlight(step);
      });
    }
    case "Delete": {
      if (query) return undefined;
      const line = selectedLine(till.state.cart);
      return line ? handled(event, () => till.remove(line.key)) : undefined;
    }
    case "+":
    case "-": {
      const line = selectedLine(till.state.cart);
      if (query || !line) return undefined;
      return handled(event, () => setTimeout(() => {
        if (!scanner.busy && !scanner.justScanned(performance.now())) till.step(line.key, event.key === "+" ? 1 : -1);
      }, STEP_WAITS));
    }
    default:
      return undefined;
  }
}
