// Smaller windows: keys, settings, a sale recorded already; the lock; passing messages.

import { KEYS } from "../keys.js";
import { useStore } from "../store.js";
import { t } from "../texts.js";
import { Dialog, html, Icon, useAttempt, useEffect, useRef, useState } from "./kit.js";
import { PinPad, SHORTEST_PIN } from "./pin.js";

export function KeysDialog({ till }) {
  return html`
    <${Dialog} title=${t("keys")} onClose=${() => till.close()} wide>
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
    <label class="tick-field"><input type="checkbox" checked=${settings[name]}
      onChange=${(event) => till.setSettings({ [name]: event.target.checked })} />${label}</label>`;
  return html`
    <${Dialog} title=${t("till_settings")} onClose=${() => till.close()}>
      <div class="stack">
        <span id="paper-width">${t("paper_width")}</span>
        <fieldset class="choice" aria-labelledby="paper-width">
          ${[58, 80].map((width) => html`
            <label class=${settings.width === width ? "on" : ""}><input type="radio" name="width"
              checked=${settings.width === width} data-focus=${settings.width === width || null}
              onChange=${() => till.setSettings({ width })} />${width} mm</label>`)}
        </fieldset>
        ${tick("print", t("print_after_sale"))}
        ${till.desk.hasPrinter && html`<label class="tick-field"><input type="checkbox"
          checked=${settings.network !== false}
          onChange=${(event) => till.setSettings({ network: event.target.checked })} />${t("network_printer")}</label>`}
        ${tick("sound", t("sounds"))}
        <p class="note muted">${t("settings_hint")}</p>
        <button type="button" class="btn" disabled=${catalogue.state === "loading"}
          onClick=${() => till.renewCatalogue()}><${Icon} name="refresh" />${t("renew_catalogue")}</button>
      </div>
    </${Dialog}>`;
}

export function RecordedDialog({ till }) {
  return html`
    <${Dialog} title=${t("recorded_title")}>
      <div class="stack">
        <p>${t("recorded_text")}</p>
        <div class="row">
          <button type="button" class="btn big grow" onClick=${() => till.open({ name: "history" })}>${t("receipts")}
            </button>
          <button type="button" class="btn primary big grow" data-focus onClick=${() => till.discardCart()}>
            ${t("clear_cart")}</button>
        </div>
      </div>
    </${Dialog}>`;
}

/** The till is locked, or the session is over: a PIN or a password brings it back, the cart is still there. */
export function Lock({ till }) {
  const { locked } = useStore(till.store, ["locked"]);
  const [people, setPeople] = useState(null);
  const [byPassword, setByPassword] = useState(false);
  useEffect(() => {
    till.session.cashiers().then(setPeople, () => setPeople([]));
  }, []);
  const password = byPassword || people?.length === 0;
  return html`
    <${Dialog} label=${t("sign_in")} opaque>
      <div class="stack lock">
        <span class="tick"><${Icon} name="lock" size="large" /></span>
        <h2>${locked === "ended" ? t("session_ended") : t("till_locked")}</h2>
        <p class="muted">${t("cart_is_kept")}</p>
        ${people === null && html`<p class="note muted" role="status">${t("loading")}</p>`}
        ${people !== null && (password ? html`<${PasswordForm} till=${till} />` : html`<${PinForm} till=${till}
          people=${people} />`)}
        ${people?.length > 0 && html`
          <button type="button" class="btn ghost" onClick=${() => setByPassword(!byPassword)}>
            ${byPassword ? t("sign_in_by_pin") : t("sign_in_by_password")}</button>`}
      </div>
    </${Dialog}>`;
}

function PinForm({ till, people }) {
  const { user } = till.state;
  const [who, setWho] = useState(people.find(({ id }) => id === user.id)?.id ?? people[0].id);
  const [pin, setPin] = useState("");
  const [state, attempt] = useAttempt(till);
  const submit = (event) => {
    event.preventDefault();
    if (pin.length >= SHORTEST_PIN) attempt(() => till.session.signInByPin(who, pin), () => setPin(""));
  };
  return html`
    <form class="stack" onSubmit=${submit}>
      <div class="people" role="group" aria-label=${t("who_are_you")}>
        ${people.map(({ id, name }) => html`
          <button type="button" key=${id} class=${`chip ${id === who ? "on" : ""}`} aria-pressed=${String(id === who)}
            onClick=${() => { setWho(id); setPin(""); }}>${name}</button>`)}
      </div>
      <${PinPad} id="pin" pin=${pin} onPin=${setPin} again=${who} />
      ${state.error && html`<p class="note bad" role="alert">${state.error}</p>`}
      <button class="btn primary big" disabled=${state.busy || pin.length < SHORTEST_PIN}>${t("sign_in")}</button>
    </form>`;
}

function PasswordForm({ till }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [state, attempt, object] = useAttempt(till);
  const field = useRef(null);
  useEffect(() => field.current.focus(), []);
  const submit = async (event) => {
    event.preventDefault();
    const objection = await attempt(() => till.session.signInByPassword(name, password), () => setPassword(""));
    if (!objection) return;
    object(objection);
    setPassword("");
  };
  return html`
    <form class="stack" onSubmit=${submit}>
      <label class="field">${t("user_name")}
        <input ref=${field} type="text" autocomplete="username" autocapitalize="off"
          spellcheck="false" required value=${name} onInput=${(event) => setName(event.target.value)} /></label>
      <label class="field">${t("password")}
        <input type="password" autocomplete="current-password" required value=${password}
          onInput=${(event) => setPassword(event.target.value)} /></label>
      ${state.error && html`<p class="note bad" role="alert">${state.error}</p>`}
      <button class="btn primary big" disabled=${state.busy}>${t("sign_in")}</button>
    </form>`;
}

const SIGNS = { good: "check", info: "info", warn: "warning", bad: "warning" };

export function Toasts({ till }) {
  const { toasts, announced } = useStore(till.store, ["toasts", "announced"]);
  return html`
    <div class="toasts" role="status" aria-live="polite">
      ${toasts.map(({ id, text, tone, action }) => html`
        <div key=${id} class=${`toast ${tone}`}>
          <${Icon} name=${SIGNS[tone]} /><span>${text}</span>
          ${action && html`<button type="button" class="btn small" onClick=${() => { action.act(); till.dismiss(id); }}>
            ${action.label}</button>`}
          <button type="button" class="btn ghost small square" aria-label=${t("close")}
            onClick=${() => till.dismiss(id)}><${Icon} name="x" size="small" /></button>
        </div>`)}
    </div>
    <div class="sr-only" aria-live="polite">${announced}</div>`;
}
