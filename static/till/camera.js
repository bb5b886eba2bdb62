// Codes by the camera of a phone: the browser's own detector where there is one, else a library that is fetched then.

const FORMATS = ["ean_13", "ean_8", "upc_a", "upc_e", "code_128", "code_39", "itf", "data_matrix", "qr_code"];
const LIBRARY = new URL("../vendor/barcode-detector/ponyfill.js", import.meta.url).href;
const WASM = new URL("../vendor/barcode-detector/zxing_reader.wasm", import.meta.url).href;
const EVERY = 120; // milliseconds between two looks: fast enough for a hand, easy on the battery
const AGAIN = 1500; // the same code in sight is scanned once; taken away and shown again, once more

let detecting = null;

/** Whether this device can look for codes at all: a camera is given to pages on a secure address alone. */
export function hasCamera() {
  return Boolean(globalThis.navigator?.mediaDevices?.getUserMedia);
}

async function detector() {
  const Native = globalThis.BarcodeDetector;
  const known = Native ? await Native.getSupportedFormats().catch(() => []) : [];
  if (known.includes("ean_13")) return new Native({ formats: FORMATS.filter((format) => known.includes(format)) });
  await script(LIBRARY);
  const { BarcodeDetector, prepareZXingModule } = globalThis.BarcodeDetectionAPI;
  prepareZXingModule({ overrides: { locateFile: (path, prefix) => (path.endsWith(".wasm") ? WASM : prefix + path) } });
  return new BarcodeDetector({ formats: FORMATS });
}

function script(address) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = address;
    element.addEventListener("load", resolve);
    element.addEventListener("error", () => reject(new Error(address)));
    document.head.append(element);
  });
}

/** Whether a code is still the one that was scanned a moment ago. */
export class Sight {
  constructor() {
    this.code = null;
    this.seenAt = -Infinity;
  }

  /** A code is in sight at this moment: true when it is to be scanned. */
  takes(code, moment) {
    const fresh = code !== this.code || moment - this.seenAt > AGAIN;
    this.code = code;
    this.seenAt = moment;
    return fresh;
  }
}

/** The camera on the back of the device, shown in a video element, and the codes it sees. */
export class Camera {
  /** `onCode(code)` hears each code once while it stays in sight. */
  constructor(video, onCode) {
    this.video = video;
    this.onCode = onCode;
    this.sight = new Sight();
    this.stream = null;
    this.stopped = false;
  }

  /** Begin to look. Throws what getUserMedia throws: NotAllowedError, NotFoundError and the like. */
  async start() {
    this.stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    if (this.stopped) return this.stop();
    this.video.srcObject = this.stream;
    await this.video.play();
    detecting ??= detector();
    detecting.catch(() => { detecting = null; });
    const eye = await detecting;
    return this.#look(eye);
  }

  async #look(eye) {
    if (this.stopped) return;
    if (this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
      const found = await eye.detect(this.video).catch(() => []);
      const code = found[0]?.rawValue;
      if (code && !this.stopped && this.sight.takes(code, performance.now())) this.onCode(code);
    }
    setTimeout(() => this.#look(eye), EVERY);
  }

  /** The light beside the camera; false where there is none. */
  async light(on) {
    const [track] = this.stream?.getVideoTracks() ?? [];
    if (!track?.getCapabilities?.().torch) return false;
    await track.applyConstraints({ advanced: [{ torch: on }] });
    return true;
  }

  stop() {
    this.stopped = true;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
  }
}
