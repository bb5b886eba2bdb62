// When a report is sent: only what the chosen rhythm asks for is shown.

const form = document.querySelector("[data-saved-form]");
const rhythm = form?.querySelector("[name=rhythm]");

function show() {
  for (const part of form.querySelectorAll(".saved-sent")) part.hidden = !rhythm.value;
  for (const part of form.querySelectorAll(".saved-weekly")) part.hidden = rhythm.value !== "weekly";
  for (const part of form.querySelectorAll(".saved-monthly")) part.hidden = rhythm.value !== "monthly";
}

if (rhythm) {
  rhythm.addEventListener("change", show);
  show();
}
