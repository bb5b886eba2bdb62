// F6: how many of a line.

import { readQuantity, showMoney } from "../money.js";
import { lineGross } from "../pricing.js";
import { useStore } from "../store.js";
import { t } from "../texts.js";
import { Dialog, editable, html, Key, Keypad, NumberField, useEntry, useState } from "./kit.js";

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
    else till.setQuantity(line.key, quantity);
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
