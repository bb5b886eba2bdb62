// The bar of a message on its way to customers: asks how far it is, and shows the page anew at its end.

const box = document.getElementById("broadcast");
const bar = document.getElementById("broadcast-bar");
const PAUSE = 1500;
const LONG_PAUSE = 5000;

async function look() {
  let pause = PAUSE;
  try {
    const answer = await fetch(box.dataset.stateUrl, { headers: { Accept: "application/json" } });
    if (answer.redirected) {
      location.reload(); // signed out meanwhile
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const state = await answer.json();
    if (state.status !== box.dataset.status) {
      location.reload();
      return;
    }
    bar.value = state.done;
    for (const part of box.querySelectorAll("[data-part]")) part.textContent = state[part.dataset.part];
  } catch {
    pause = LONG_PAUSE; // the network is away; the work goes on without it
  }
  setTimeout(look, pause);
}

if (box) setTimeout(look, PAUSE);
