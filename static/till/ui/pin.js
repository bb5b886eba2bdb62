// Where a PIN is entered, by keys or by finger.

import { t } from "../texts.js";
import { html, Keypad, useEffect, useRef } from "./kit.js";

export const SHORTEST_PIN = 4;
const LONGEST_PIN = 12;

/** `again`: whenever this changes the field takes the focus. */
export function PinPad({ id, pin, onPin, label = t("pin"), again = null }) {
  const field = useRef(null);
  useEffect(() => field.current.focus(), [again]);
  const press = (sign) => onPin(sign === "back" ? pin.slice(0, -1) : (pin + sign).slice(0, LONGEST_PIN));
  return html`
    <label class="sr-only" for=${id}>${label}</label>
    <input id=${id} ref=${field} class="pin" type="password" data-focus
      inputmode=${matchMedia("(pointer: coarse)").matches ? "none" : "numeric"} autocomplete="off"
      maxlength=${LONGEST_PIN} placeholder=${label} value=${pin}
      onInput=${(event) => onPin(event.target.value.replace(/\D/g, ""))} />
    <${Keypad} press=${press} comma=${false} backLabel=${t("erase")} />`;
}
