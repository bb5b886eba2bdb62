// The production plan: which branches are supplied is sent only when somebody has chosen; a row that is not ticked is pale.

const form = document.querySelector("form[role=search]");
const chosen = form?.querySelector("[data-chosen]");
chosen?.closest("details").addEventListener("change", () => { chosen.disabled = false; });
// Untouched boxes say nothing new: all branches are the usual ones, today's and tomorrow's.
form?.addEventListener("submit", () => {
  if (chosen?.disabled) for (const box of form.querySelectorAll("[data-untouched]")) box.disabled = true;
});
addEventListener("pageshow", () => {
  for (const box of form?.querySelectorAll("[data-untouched]") ?? []) box.disabled = false;
});

for (const box of document.querySelectorAll("[data-plan] td input[type=checkbox]")) {
  const show = () => box.closest("label").toggleAttribute("data-off", !box.checked);
  box.addEventListener("change", show);
  show();
}
