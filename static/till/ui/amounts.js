// Windows in which a number is entered: quantity, discount, payment.

import { withCartDiscount, withLineDiscount, withQuantity } from "../cart.js";
import { plainQuantity, readMoney, readPercent, readQuantity, scaled, showMoney } from "../money.js";
import { lineGross, percentOf, quickCash } from "../pricing.js";
import { useStore } from "../store.js";
import { t } from "../texts.js";
import { Dialog, html, Key, Keypad, NumberField, useEntry, useState } from "./kit.js";

/** How a number stands in a field before somebody changes it: as typed here, without grouping. */
function editable(value, digits) {
  const plain = plainQuantity(digits === 2 ? value * 10 : value);
  return plain.replace(/\.?0+$/, "").replace(".", ",");
}

export function QuantityDialog({ till }) {
  const { cart } = useStore(till.store, ["cart"]);
  // A scan may select another line meanwhile; this window stays with the line it was opened for.
  const [key] = useState(cart.selected);
  const line = cart.lines.find((one) => one.key === key);
  const entry = useEntry(line ? editable(line.quantity, 3) : "");
  if (!line) return null;
  const quantity = readQuantity(entry.text);
  const step = 10 ** (3 - line.digits);
  let wrong = "";
  if (quantity === null && entry.text.trim()) wrong = t("not_a_number");
  else if (quantity % step) wrong = t("only_whole", { unit: line.unit });
  const submit = (event) => {
    event.preventDefault();
    if (quantity === null || wrong) return till.sound("wrong");
    if (quantity === 0) till.remove(line.key);
    else till.change((now) => withQuantity(now, line.key, quantity));
    return till.close();
  };
  return html`
    <${Dialog} title=${t("quantity")} onClose=${() => till.close()}>
      <form onSubmit=${submit} class="stack">
        <p class="subject"><b>${line.name}</b><span class="muted">${showMoney(line.price)} / ${line.unit}</span></p>
        <${NumberField} id="quantity" label=${t("quantity")} hideLabel entry=${entry}
          suffix=${line.unit} focus invalid=${Boolean(wrong)} describedBy="quantity-note" />
        <p id="quantity-note" class=${`note ${wrong ? "bad" : "muted"}`} aria-live="polite">
          ${wrong || `= ${showMoney(lineGross(line.price, quantity ?? 0))}`}</p>
        <${Keypad} press=${entry.press} comma=${line.digits > 0} backLabel=${t("erase")} />
        <button class="btn primary big">${quantity === 0 ? t("remove") : t("ok")}<${Key}>Enter</${Key}></button>
      </form>
    </${Dialog}>`;
}

function Choice({ name, label, options, value, onChange }) {
  return html`
    <fieldset class="choice"><legend class="sr-only">${label}</legend>
      ${options.map(([option, text]) => html`
        <label class=${value === option ? "on" : ""}><input type="radio" name=${name} checked=${value === option}
          onChange=${() => onChange(option)} />${text}</label>`)}
    </fieldset>`;
}

export function DiscountDialog({ till }) {
  const { cart, organization } = useStore(till.store, ["cart", "organization"]);
  const [key] = useState(cart.selected);
  const line = cart.lines.find((one) => one.key === key);
  const [scope, setScope] = useState(line && cart.lines.length > 1 && !cart.discount ? "line" : "cart");
  const forLine = scope === "line" && line !== undefined;
  const before = forLine ? line?.discount : cart.discount;
  const [kind, setKind] = useState(before?.kind ?? "percent");
  const entry = useEntry(before ? editable(before.value, 2) : "");
  const value = entry.text.trim() === "" ? 0 : kind === "percent" ? readPercent(entry.text) : readMoney(entry.text);
  const priced = till.priced(false);
  const place = cart.lines.indexOf(line);
  const base = forLine ? priced.lines[place].gross : priced.payable;
  const amount = value === null ? 0 : kind === "percent" ? percentOf(base, value) : value;
  const most = organization.max_discount_percent ?? 100;
  let wrong = "";
  if (value === null) wrong = t("not_a_number");
  else if (amount > base) wrong = t("discount_too_large");
  else if (amount * 100 > base * most) wrong = t("discount_above_limit", { percent: most });
  const apply = (discount) => {
    till.change((now) => (forLine ? withLineDiscount(now, line.key, discount) : withCartDiscount(now, discount)));
    till.close();
  };
  const submit = (event) => {
    event.preventDefault();
    if (wrong) till.sound("wrong");
    else apply({ kind, value });
  };
  return html`
    <${Dialog} title=${t("discount")} onClose=${() => till.close()}>
      <form onSubmit=${submit} class="stack">
        <${Choice} name="scope" label=${t("discount_for")} value=${scope} onChange=${setScope}
          options=${[...(line ? [["line", t("on_line")]] : []), ["cart", t("on_cart")]]} />
        <p class="subject"><b>${forLine ? line.name : t("on_cart")}</b><span class="muted">${showMoney(base)}</span></p>
        <${Choice} name="kind" label=${t("discount_kind")} value=${kind} onChange=${setKind}
          options=${[["percent", t("percent")], ["amount", t("amount")]]} />
        <div class="quick" role="group" aria-label=${t("discount")}>
          ${(kind === "percent" ? ["5", "10", "15", "20"] : ["1000", "5000", "10000", "50000"]).map((text) => html`
            <button type="button" class="btn" onClick=${() => entry.set(text, { fresh: true })}>
              ${kind === "percent" ? `${text} %` : showMoney(scaled(text, 2))}</button>`)}
        </div>
        <${NumberField} id="discount" label=${t("discount")} hideLabel entry=${entry}
          suffix=${kind === "percent" ? "%" : ""} focus invalid=${Boolean(wrong)} describedBy="discount-note" />
        <p id="discount-note" class=${`note ${wrong ? "bad" : "muted"}`} aria-live="polite">
          ${wrong || `${showMoney(base)} \u2212 ${showMoney(amount)} = ${showMoney(base - amount)}`}</p>
        <${Keypad} press=${entry.press} backLabel=${t("erase")} />
        <div class="row">
          ${before && html`<button type="button" class="btn big danger" onClick=${() => apply(null)}>${t("no_discount")}
            </button>`}
          <button class="btn primary big grow">${t("ok")}<${Key}>Enter</${Key}></button>
        </div>
      </form>
    </${Dialog}>`;
}

const METHODS = ["cash", "card", "transfer"];

export function PaymentDialog({ till }) {
  useStore(till.store, ["cart"]);
  const entries = { cash: useEntry(""), card: useEntry(""), transfer: useEntry("") };
  const [active, setActive] = useState(till.state.cart.lines.some((line) => !line.cashAllowed) ? "card" : "cash");
  const amounts = {};
  let wrong = "";
  for (const method of METHODS) {
    const { text } = entries[method];
    amounts[method] = text.trim() === "" ? 0 : readMoney(text);
    if (amounts[method] === null) wrong = t("not_a_number");
  }
  const cashless = (amounts.card ?? 0) + (amounts.transfer ?? 0);
  const { total } = till.priced(cashless === 0);
  const rest = Math.max(0, total - cashless);
  const paid = (amounts.cash ?? 0) + cashless;
  const change = Math.max(0, (amounts.cash ?? 0) - rest);
  if (!wrong && cashless > total) wrong = t("cashless_too_much", { amount: showMoney(cashless - total) });
  else if (!wrong && cashless === total && amounts.cash > 0) wrong = t("cash_not_needed");
  const enough = !wrong && paid >= total;
  const fill = (method, amount) => {
    entries[method].set(editable(amount, 2), { fresh: true });
    document.getElementById(`pay-${method}`)?.focus();
  };
  const submit = (event) => {
    event.preventDefault();
    if (!enough) return till.sound("wrong");
    const used = METHODS.filter((method) => amounts[method] > 0);
    return till.pay((used.length ? used : [active]).map((method) => ({ method, amount: amounts[method] })));
  };
  return html`
    <${Dialog} title=${t("payment")} onClose=${() => till.close()} wide>
      <form onSubmit=${submit} class="payment">
        <div class="stack">
          ${METHODS.map((method) => html`
            <div class="method" key=${method}>
              <${NumberField} id=${`pay-${method}`} label=${t(`method_${method}`)} entry=${entries[method]}
                focus=${method === active}
                onFocus=${() => setActive(method)} invalid=${amounts[method] === null} />
              <button type="button" class="btn" onClick=${() => fill(method, remaining(total, amounts, method))}>
                ${t("the_rest")}</button>
            </div>`)}
          <div class="quick" role="group" aria-label=${t("cash_given")}>
            ${(rest > 0 ? quickCash(rest, till.state.organization.currency) : []).slice(0, 4).map((amount) => html`
              <button type="button" class="btn" key=${amount} onClick=${() => fill("cash", amount)}>${showMoney(amount)}
                </button>`)}
          </div>
          <dl class="balance" aria-live="polite">
            <div><dt>${t("to_pay")}</dt><dd>${showMoney(total)}</dd></div>
            <div><dt>${t("paid")}</dt><dd>${showMoney(paid)}</dd></div>
            <div class=${enough ? "good" : "due"}><dt>${enough ? t("change") : t("still_due")}</dt><dd>
              ${showMoney(enough ? change : Math.max(0, total - paid))}</dd></div>
          </dl>
          ${wrong && html`<p class="note bad" role="alert">${wrong}</p>`}
        </div>
        <div class="stack">
          <${Keypad} press=${(sign) => entries[active].press(sign)} extra="000" backLabel=${t("erase")} />
          <button class="btn primary big" aria-disabled=${String(!enough)}>${t("pay")}<${Key}>Enter</${Key}></button>
        </div>
      </form>
    </${Dialog}>`;
}

/** What is left for one method when the others pay what is entered for them. */
function remaining(total, amounts, method) {
  const others = METHODS.filter((one) => one !== method).reduce((sum, one) => sum + (amounts[one] ?? 0), 0);
  return Math.max(0, total - others);
}
