// Waits until the person has pressed "Start" in Telegram, and then shows the page anew.

const box = document.getElementById("telegram-link");
const PAUSE = 2500;
const UNTIL = Date.now() + 15 * 60 * 1000;

async function look() {
  if (document.visibilityState === "visible") {
    try {
      const answer = await fetch(box.dataset.stateUrl, { headers: { Accept: "application/json" } });
      if (answer.redirected || (answer.ok && (await answer.json()).connected)) {
        location.reload();
        return;
      }
    } catch {
      // the network is away; the link stays good
    }
  }
  if (Date.now() < UNTIL) setTimeout(look, PAUSE);
}

if (box) setTimeout(look, PAUSE);
