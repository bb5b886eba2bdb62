// The bar of an import at work: asks how far it has come, and shows the next page once it has ended.

const box = document.getElementById("import-work");
const bar = document.getElementById("import-bar");
const note = document.getElementById("import-note");
const PAUSE = 700;
const LONG_PAUSE = 5000;

async function look() {
  let pause = PAUSE;
  try {
    const answer = await fetch(box.dataset.progressUrl, { headers: { Accept: "application/json" } });
    if (answer.redirected) {
      location.reload(); // signed out meanwhile
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const state = await answer.json();
    if (!state.at_work || state.status !== box.dataset.status) {
      location.reload();
      return;
    }
    if (state.total) {
      bar.max = state.total;
      bar.value = state.done;
    }
    const said = state.begun ? note.dataset.working : note.dataset.waiting;
    const percent = state.total ? ` ${Math.floor((100 * state.done) / state.total)} %` : "";
    if (note.textContent !== said + percent) note.textContent = said + percent;
  } catch {
    pause = LONG_PAUSE; // the network is away; the work goes on without it
  }
  setTimeout(look, pause);
}

if (box) setTimeout(look, PAUSE / 2);
