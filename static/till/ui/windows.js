// Smaller windows: keys, settings, a sale recorded already; the lock; passing messages.

import { KEYS } from "../keys.js";
import { useStore } from "../store.js";
import { t } from "../texts.js";
import { Dialog, html, Icon, Keypad, useEffect, useRef, useState } from "./kit.js";

export function KeysDialog({ till }) {
  return html`
    <${Dialog} title=${t("keys")} close=${t("close")} onClose=${() => till.close()}>
      <dl class="keys">
        ${KEYS.filter(({ needs }) => !needs || till.state.permissions.has(needs)).map(({ caps, text }) => html`
          <div key=${text}><dt>${caps.map((cap) => html`<kbd>${cap}</kbd> `)}</dt><dd>${t(text)}</dd></div>`)}
      </dl>
      <p class="note muted">${t("keys_hint")}</p>
    </${Dialog}>`;
}

export function SettingsDialog({ till }) {
  const { settings, catalogue } = useStore(till.store, ["settings", "catalogue"]);
  const tick = (name, label) => html`
    <label class="tick-field"><input type="checkbox" checked=${settings[name]} onChange=${(event) => till.setSettings({ [name]: event.target.checked })} />${label}</label>`;
  return html`
    <${Dialog} title=${t("till_settings")} close=${t("close")} onClose=${() => till.close()}>
      <div class="stack">
        <fieldset class="choice"><legend>${t("paper_width")}</legend>
          ${[58, 80].map((width) => html`
            <label class=${settings.width === width ? "on" : ""}><input type="radio" name="width" checked=${settings.width === width} onChange=${() => till.setSettings({ width })} />${width} mm</label>`)}
        </fieldset>
        ${tick("print", t("print_after_sale"))}
        ${tick("sound", t("sounds"))}
        <p class="note muted">${t("settings_hint")}</p>
        <button type="button" class="btn" disabled=${catalogue.state === "loading"} onClick=${() => till.renewCatalogue()}><${Icon} name="refresh" />${t("renew_catalogue")}</button>
      </div>
    </${Dialog}>`;
}

export function RecordedDialog({ till }) {
  return html`
    <${Dialog} title=${t("recorded_title")}>
      <div class="stack">
        <p>${t("recorded_text")}</p>
        <div class="row">
          <button type="button" class="btn big grow" onClick=${() => till.open({ name: "receipts" })}>${t("receipts")}</button>
          <button type="button" class="btn primary big grow" data-focus onClick=${() => till.discardCart()}>${t("clear_cart")}</button>
        </div>
      </div>
    </${Dialog}>`;
}

/** The till is locked, or the session is over: a PIN brings it back, the cart is still there. */
export function Lock({ till }) {
  const { locked, user } = useStore(till.store, ["locked", "user", "tillId"]);
  const [people, setPeople] = useState(null);
  const [who, setWho] = useState(null);
  const [pin, setPin] = useState("");
  const [state, setState] = useState({ busy: false, error: "" });
  const field = useRef(null);
  const load = () => till.session.cashiers().then(
    (found) => { setPeople(found); setWho(found.find(({ id }) => id === user.id)?.id ?? found[0]?.id ?? null); },
    () => setPeople([]),
  );
  useEffect(() => { load(); }, []);
  useEffect(() => { if (who !== null) field.current?.focus(); }, [who]);
  const submit = async (event) => {
    event.preventDefault();
    if (state.busy || pin.length < 4) return;
    setState({ busy: true, error: "" });
    try {
      await till.session.signInByPin(who, pin);
    } catch (error) {
      setPin("");
      setState({ busy: false, error: till.explain(error) });
      till.sound("wrong");
      field.current?.focus();
    }
  };
  const press = (sign) => setPin((now) => (sign === "back" ? now.slice(0, -1) : (now + sign).slice(0, 12)));
  return html`
    <${Dialog} label=${t("sign_in")} opaque>
      <form class="stack lock" onSubmit=${submit}>
        <span class="tick"><${Icon} name="lock" size="large" /></span>
        <h2>${locked === "ended" ? t("session_ended") : t("till_locked")}</h2>
        <p class="muted">${t("cart_is_kept")}</p>
        ${people === null && html`<p class="note muted" role="status">${t("loading")}</p>`}
        ${people?.length > 0 && html`
          <div class="people" role="group" aria-label=${t("who_are_you")}>
            ${people.map(({ id, name }) => html`<button type="button" key=${id} class=${`chip ${id === who ? "on" : ""}`} aria-pressed=${String(id === who)} onClick=${() => { setWho(id); setPin(""); }}>${name}</button>`)}
          </div>
          <label class="sr-only" for="pin">${t("pin")}</label>
          <input id="pin" ref=${field} class="pin" type="password" inputmode=${matchMedia("(pointer: coarse)").matches ? "none" : "numeric"} autocomplete="off" maxlength="12"
            placeholder=${t("pin")} value=${pin} onInput=${(event) => setPin(event.target.value.replace(/\D/g, ""))} />
          <${Keypad} press=${press} comma=${false} backLabel=${t("erase")} />
          <button class="btn primary big" disabled=${state.busy || pin.length < 4}>${t("sign_in")}</button>`}
        ${people?.length === 0 && html`<p class="note muted">${t("no_pins")}</p>`}
        ${state.error && html`<p class="note bad" role="alert">${state.error}</p>`}
        <a class="btn ghost" href=${till.loginAddress()}>${t("sign_in_by_password")}</a>
      </form>
    </${Dialog}>`;
}

const SIGNS = { good: "check", info: "info", warn: "warning", bad: "warning" };

export function Toasts({ till }) {
  const { toasts, announced } = useStore(till.store, ["toasts", "announced"]);
  return html`
    <div class="toasts" role="status" aria-live="polite">
      ${toasts.map(({ id, text, tone, action }) => html`
        <div key=${id} class=${`toast ${tone}`}>
          <${Icon} name=${SIGNS[tone]} /><span>${text}</span>
          ${action && html`<button type="button" class="btn small" onClick=${() => { action.act(); till.dismiss(id); }}>${action.label}</button>`}
          <button type="button" class="btn ghost small square" aria-label=${t("close")} onClick=${() => till.dismiss(id)}><${Icon} name="x" size="small" /></button>
        </div>`)}
    </div>
    <div class="sr-only" aria-live="polite">${announced}</div>`;
}
