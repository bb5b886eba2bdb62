// The window in which the camera looks for codes. It stays open, so that one thing after another can be scanned.

import { Camera } from "../camera.js";
import { selectedLine } from "../cart.js";
import { showMoney, showQuantity } from "../money.js";
import { useStore } from "../store.js";
import { t } from "../texts.js";
import { Dialog, html, Icon, useEffect, useRef, useState } from "./kit.js";

const TROUBLES = { NotAllowedError: "camera_not_allowed", NotFoundError: "camera_none" };

export function CameraDialog({ till }) {
  const { cart, flash } = useStore(till.store, ["cart", "flash"]);
  const video = useRef(null);
  const camera = useRef(null);
  const [state, setState] = useState({ phase: "starting", lit: null });
  const [opened] = useState(flash.turn);
  useEffect(() => {
    const eye = new Camera(video.current, (code) => {
      navigator.vibrate?.(40);
      till.entry.read(code);
    });
    camera.current = eye;
    eye.start().then(
      async () => setState({ phase: "looking", lit: (await eye.light(false).catch(() => false)) ? false : null }),
      (error) => setState({ phase: TROUBLES[error?.name] ?? "camera_failed", lit: null }),
    );
    return () => eye.stop();
  }, []);
  const light = () => {
    const lit = !state.lit;
    camera.current.light(lit).then(() => setState({ ...state, lit }), () => {});
  };
  const line = flash.turn > opened ? selectedLine(cart) : null;
  const failed = !["starting", "looking"].includes(state.phase);
  return html`
    <${Dialog} title=${t("scan_with_camera")} onClose=${() => till.close()}>
      <div class="stack">
        <div class=${`camera ${state.phase}`}>
          <video ref=${video} muted playsinline aria-label=${t("camera_picture")} hidden=${failed}></video>
          ${!failed && html`<i aria-hidden="true"></i>`}
          ${failed && html`<div class="quiet" role="alert"><${Icon} name="warning" size="large" /><p>${t(state.phase)}
            </p></div>`}
        </div>
        <p class="subject" aria-live="polite">${line
          ? html`<b>${line.name}</b><span class="muted">${showQuantity(line.quantity)} ${line.unit} ·
            ${showMoney(line.price)}</span>`
          : html`<span class="muted">${t(state.phase === "starting" ? "camera_starting" : "camera_hint")}</span>`}</p>
        <div class="row">
          ${state.lit !== null && html`<button type="button" class="btn big" aria-pressed=${String(state.lit)}
            onClick=${light}><${Icon} name="sun" />${t("camera_light")}</button>`}
          <button type="button" class="btn primary big grow" data-focus onClick=${() => till.close()}>${t("done")}</button>
        </div>
      </div>
    </${Dialog}>`;
}
