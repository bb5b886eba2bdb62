// The pad for a PIN: fingers, keys and a scanner's Enter alike. Without it the form works as it is.

const form = document.getElementById("pin-form");
const pad = document.getElementById("pin-pad");
const pin = document.getElementById("pin");
const LONGEST = 8;

function type(digit) {
  if (pin.value.length < LONGEST) pin.value += digit;
}

if (form && pad && pin) {
  pad.hidden = false;
  document.getElementById("pin-submit").hidden = true;
  // A keyboard on the screen would cover the pad, so a finger meets the pad alone.
  if (window.matchMedia("(pointer: coarse)").matches) pin.inputMode = "none";

  pad.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || button.type === "submit") return;
    if (button.dataset.digit) type(button.dataset.digit);
    else pin.value = pin.value.slice(0, -1);
  });

  form.addEventListener("change", (event) => {
    if (event.target.name === "user_id") {
      pin.value = "";
      pin.focus();
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.target === pin || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^[0-9]$/.test(event.key)) {
      event.preventDefault();
      type(event.key);
      pin.focus();
    }
  });
}
