// What the pages of stock share: a scanner on the whole page, the camera, and how quantities are read.

import { Camera, hasCamera } from "../till/camera.js";
import { readQuantity } from "../till/money.js";
import { isTypedAmount, restore, Scanner } from "../till/scanner.js";
import { t } from "../till/texts.js";
import { html, Icon, keepIcons, useEffect, useRef, useState } from "../till/ui/kit.js";

export { hasCamera, html, Icon, keepIcons, useEffect, useRef, useState };

/** Whether fingers are at work: no field may call the keyboard of the screen unasked. */
export const byTouch = matchMedia("(pointer: coarse)").matches;

/** After something was entered: to the search by keyboard; by touch a scanner is heard wherever the focus is. */
export function goOn(field) {
  if (byTouch) document.activeElement?.blur?.();
  else field?.focus();
}

/**
 * A scanner on the whole page. `take(code, undo, reading)` says whether the code means something; `unknown(code, field)`
 * hears the others. Where `take` cannot tell by itself whether goods have the code, it leaves a typed amount alone.
 */
export function useScanner({ take, unknown, isListening, home }) {
  const now = useRef({});
  now.current = { take, unknown, isListening, home };
  useEffect(() => {
    const scanner = new Scanner({
      onScan: (readings) => {
        for (const reading of readings) {
          if (!now.current.take(reading.code, () => restore(reading.field), reading)) continue;
          return true;
        }
        const sure = readings.find((reading) => reading.sure && !isTypedAmount(reading));
        if (!sure) return false;
        restore(sure.field);
        now.current.unknown(sure.code, sure.field);
        return true;
      },
      isListening: () => now.current.isListening(),
      home: () => now.current.home(),
    });
    scanner.listen(document);
  }, []);
}

const TROUBLES = { NotAllowedError: "camera_not_allowed", NotFoundError: "camera_none" };

/** The window in which the camera looks for codes; it stays open for one thing after another. `said` is shown under it. */
export function CameraWindow({ onCode, onClose, said }) {
  const video = useRef(null);
  const box = useRef(null);
  const [phase, setPhase] = useState("camera_starting");
  useEffect(() => {
    const dialog = box.current;
    dialog.showModal();
    const eye = new Camera(video.current, (code) => {
      navigator.vibrate?.(40);
      onCode(code);
    });
    eye.start().then(() => setPhase("camera_hint"), (error) => setPhase(TROUBLES[error?.name] ?? "camera_failed"));
    return () => {
      eye.stop();
      if (dialog.open) dialog.close();
    };
  }, []);
  const failed = !["camera_starting", "camera_hint"].includes(phase);
  return html`
    <dialog class="dialog camera-window" ref=${box} aria-label=${t("scan_with_camera")} onClose=${onClose}>
      <div class="dialog-body">
        <div class=${`camera ${phase === "camera_hint" ? "looking" : ""}`}>
          <video ref=${video} muted playsinline aria-label=${t("camera_picture")} hidden=${failed}></video>
          ${!failed && html`<i aria-hidden="true"></i>`}
        </div>
        <p aria-live="polite">${said || t(phase)}</p>
      </div>
      <div class="dialog-actions"><button type="button" class="btn primary" onClick=${() => box.current.close()}>${t("done")}</button></div>
    </dialog>`;
}

/** What was typed for a quantity in thousandths, or null: whole where the unit is not divided. */
export function readAmount(text, digits) {
  const value = readQuantity(text);
  if (value === null) return null;
  return value % 10 ** (3 - digits) === 0 ? value : null;
}

/** A random name for what is sent, so that it may be sent twice. */
export function newUuid() {
  if (globalThis.crypto?.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
