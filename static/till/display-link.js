// What the till tells the customer's window (display.js). The window is another page of the same browser, so a
// BroadcastChannel reaches it without the server and without the network.
//
// The till calls
//   openDisplay("/till/display")   from its button "customer display"; gives false when the browser refused the window;
//   showToCustomer({ phase, lines, totals, customer, shop })   whenever something of it changes, as often as it likes.
//
// phase     "closed" (no shift, or the till is locked), "idle" (nothing in the cart), "selling", "paying", "paid"
// lines     [{ key, name, quantity (thousandths), unit, price, discount, total }] in the cart's order; discount is all
//           that goes off the line, promotions too; amounts are integers of minor units
// totals    { gross, discount, rounding, total, paid, change, count }; paid and change only count in "paying" and "paid"
// customer  { name, points } or null
// shop      { name, logo (an address or a data URL, or null), currency }; may be left out after the first time
// last      key of the line that was added last, to be shown large; may be left out
//
// Nothing else of the till's state may be sent: whoever stands at the counter reads it.

const CHANNEL = "smartpos-customer-display";
const FEATURES = "popup,width=1024,height=700";

let channel = null;
let known = { phase: "idle", lines: [], totals: {}, customer: null, shop: null, last: null };

function connected() {
  if (channel === null && "BroadcastChannel" in globalThis) {
    channel = new BroadcastChannel(CHANNEL);
    // A window that opens later asks for what it has missed.
    channel.addEventListener("message", ({ data }) => {
      if (data?.ask) channel.postMessage({ shown: known });
    });
  }
  return channel;
}

/** Show this to the customer; nothing happens where there is no such window. */
export function showToCustomer(state) {
  const { phase = "idle", lines = [], totals = {}, customer = null, shop = known.shop, last = null } = state;
  known = { phase, lines, totals, customer, shop, last };
  connected()?.postMessage({ shown: known });
}

/** Open the customer's window, or bring it to the front. Gives false when the browser does not allow it. */
export function openDisplay(address = "/till/display") {
  connected();
  const opened = window.open(address, "smartpos-customer-display", FEATURES);
  opened?.focus();
  return opened !== null;
}

/** For the customer's window: call `show` with every state, the present one first. Gives a function that ends it. */
export function watchTill(show) {
  const own = new BroadcastChannel(CHANNEL);
  own.addEventListener("message", ({ data }) => {
    if (data?.shown) show(data.shown);
  });
  own.postMessage({ ask: true });
  return () => own.close();
}
