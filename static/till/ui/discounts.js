// F7: taking something off a line or the whole receipt, a price by hand, another price type.

import { withCartDiscount, withLineDiscount, withPrice, withPriceType } from "../cart.js";
import { readMoney, readPercent, scaled, showMoney } from "../money.js";
import { lineGross, percentOf } from "../pricing.js";
import { discountByHand, discountLimit, isAboveLimit, missingRights, neededRights } from "../rights.js";
import { useStore } from "../store.js";
import { t } from "../texts.js";
import { Choice, Dialog, editable, html, Icon, Key, Keypad, Note, NumberField, useEntry, useState } from "./kit.js";

export function DiscountDialog({ till, scope: first = null }) {
  const { cart, priceTypes } = useStore(till.store, ["cart", "priceTypes"]);
  // A scan may select another line meanwhile; this window stays with the line it was opened for.
  const [key] = useState(cart.selected);
  const line = cart.lines.find((one) => one.key === key);
  const [scope, setScope] = useState(first ?? (line && cart.lines.length > 1 && !cart.discount ? "line" : "cart"));
  const at = scope !== "cart" && scope !== "type" && !line ? "cart" : scope;
  const scopes = [
    ...(line ? [["line", t("on_line")]] : []), ["cart", t("on_cart")], ...(line ? [["price", t("price")]] : []),
    ...(priceTypes?.length > 1 ? [["type", t("price_type")]] : []),
  ];
  /** Change the cart, once everything that it then needs is allowed. */
  const apply = async (change) => {
    const after = change(till.state.cart);
    const needed = neededRights(till, after, till.pricedOf(after, false));
    const before = neededRights(till, till.state.cart, till.priced(false)).map(({ action, covers }) => `${action}${covers}`);
    const fresh = needed.filter(({ action, covers }) => !before.includes(`${action}${covers}`));
    if (!(await till.approvals.allForCart(missingRights(till, till.state.cart, fresh)))) return;
    till.change(change);
    till.close();
  };
  const facts = { till, cart, line, apply };
  return html`
    <${Dialog} title=${t("discount_and_price")} onClose=${() => till.close()} size="mid">
      <div class="stack">
        <${Choice} name="scope" label=${t("discount_for")} value=${at} onChange=${setScope} options=${scopes} />
        ${(at === "line" || at === "cart") && html`<${Discount} key=${at} ...${facts} forLine=${at === "line"} />`}
        ${at === "price" && html`<${Price} ...${facts} />`}
        ${at === "type" && html`<${PriceType} ...${facts} types=${priceTypes} />`}
      </div>
    </${Dialog}>`;
}

function Discount({ till, cart, line, apply, forLine }) {
  const before = forLine ? line.discount : cart.discount;
  const [kind, setKind] = useState(before?.kind ?? "percent");
  const entry = useEntry(before ? editable(before.value) : "");
  const value = entry.text.trim() === "" ? 0 : kind === "percent" ? readPercent(entry.text) : readMoney(entry.text);
  const priced = till.priced(false);
  const place = cart.lines.indexOf(line);
  const base = forLine ? priced.lines[place].gross - (priced.lines[place].promotion?.amount ?? 0) : priced.payable;
  const amount = value === null ? 0 : kind === "percent" ? percentOf(base, value) : value;
  const change = (discount) => (now) =>
    (forLine ? withLineDiscount(now, line.key, discount) : withCartDiscount(now, discount));
  let wrong = "";
  if (value === null) wrong = t("not_a_number");
  else if (amount > base) wrong = t("discount_too_large");
  const after = wrong ? null : discountByHand(till.pricedOf(change({ kind, value })(cart), false));
  const above = after !== null && amount > 0 && isAboveLimit(till, after);
  const alone = till.approvals.may("sales:sale:discount_above_limit");
  const submit = (event) => {
    event.preventDefault();
    if (wrong) till.sound("wrong");
    else apply(change({ kind, value }));
  };
  return html`
    <form onSubmit=${submit} class="stack">
      <p class="subject"><b>${forLine ? line.name : t("on_cart")}</b><span class="muted">${showMoney(base)}</span></p>
      <${Choice} name="kind" label=${t("discount_kind")} value=${kind} onChange=${setKind}
        options=${[["percent", t("percent")], ["amount", t("amount")]]} />
      <div class="quick" role="group" aria-label=${t("discount")}>
        ${(kind === "percent" ? ["5", "10", "15", "20"] : ["1000", "5000", "10000", "50000"]).map((text) => html`
          <button type="button" class="btn" key=${text} onClick=${() => entry.set(text, { fresh: true })}>
            ${kind === "percent" ? `${text} %` : showMoney(scaled(text, 2))}</button>`)}
      </div>
      <${NumberField} id="discount" label=${t("discount")} hideLabel entry=${entry}
        suffix=${kind === "percent" ? "%" : ""} focus invalid=${Boolean(wrong)} describedBy="discount-note" />
      <p id="discount-note" class=${`note ${wrong ? "bad" : above && !alone ? "warn" : "muted"}`} aria-live="polite">
        ${wrong || (above && !alone ? t("discount_above_limit", { percent: discountLimit(till) })
          : `${showMoney(base)} \u2212 ${showMoney(amount)} = ${showMoney(base - amount)}`)}</p>
      <${Keypad} press=${entry.press} backLabel=${t("erase")} />
      <div class="row">
        ${before && html`<button type="button" class="btn big danger" onClick=${() => apply(change(null))}>
          ${t("no_discount")}</button>`}
        <button class="btn primary big grow">
          ${above && !alone ? html`<${Icon} name="shield" />${t("ask_manager")}` : t("ok")}<${Key}>Enter</${Key}></button>
      </div>
    </form>`;
}

function Price({ till, line, apply }) {
  const own = line.listPrice ?? line.price;
  const entry = useEntry(editable(line.price));
  const price = readMoney(entry.text);
  const byHand = Number.isInteger(line.manualPrice);
  const submit = (event) => {
    event.preventDefault();
    if (price === null) till.sound("wrong");
    else apply((cart) => withPrice(cart, line.key, price === own ? null : price));
  };
  return html`
    <form onSubmit=${submit} class="stack">
      <p class="subject"><b>${line.name}</b><span class="muted">${t("own_price", { price: showMoney(own) })}</span></p>
      <${NumberField} id="price" label=${t("price")} hideLabel entry=${entry} suffix=${`/ ${line.unit}`} focus
        invalid=${price === null} describedBy="price-note" />
      <${Note} id="price-note" bad=${price === null ? t("not_a_number") : ""}>
        = ${showMoney(lineGross(price ?? 0, line.quantity))}</${Note}>
      <${Keypad} press=${entry.press} extra="000" backLabel=${t("erase")} />
      <div class="row">
        ${byHand && html`<button type="button" class="btn big" onClick=${() =>
          apply((cart) => withPrice(cart, line.key, null))}>${t("own_price_again")}</button>`}
        <button class="btn primary big grow">${till.approvals.may("sales:sale:change_price") ? t("ok")
          : html`<${Icon} name="shield" />${t("ask_manager")}`}<${Key}>Enter</${Key}></button>
      </div>
    </form>`;
}

function PriceType({ till, cart, apply, types }) {
  const usual = cart.customer?.priceTypeId ?? types.find((one) => one.is_default)?.id ?? null;
  const now = cart.priceTypeId ?? usual;
  const choose = (id) => apply((before) => withPriceType(before, id === usual ? null : id));
  return html`
    <div class="stack">
      <${Note}>${t("price_type_hint")}</${Note}>
      <div class="choices column">
        ${types.map(({ id, name }, place) => html`
          <button type="button" key=${id} class=${`btn big ${id === now ? "chosen" : ""}`} aria-pressed=${String(id === now)}
            data-focus=${id === now || (now === null && place === 0) || null} onClick=${() => choose(id)}>${name}
            ${id === usual && html`<span class="muted">${t("usual")}</span>`}</button>`)}
      </div>
      ${!till.approvals.may("sales:sale:choose_price_type") && html`<${Note}>${t("manager_allows")}</${Note}>`}
    </div>`;
}
