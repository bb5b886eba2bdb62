// A manager's PIN on the spot, for one thing.

import { t } from "../texts.js";
import { Dialog, Fact, html, Icon, Note, useAttempt, useEffect, useState } from "./kit.js";
import { PinPad, SHORTEST_PIN } from "./pin.js";

export function ApprovalDialog({ till, asking }) {
  const { action, subject, rows, facts, reason, answer } = asking;
  const [people, setPeople] = useState(null);
  const [who, setWho] = useState(null);
  const [pin, setPin] = useState("");
  const [state, attempt, fail] = useAttempt(till);
  useEffect(() => {
    till.approvals.approvers(action).then(
      (found) => { setPeople(found); setWho(found[0]?.id ?? null); },
      (error) => { setPeople([]); fail(till.explain(error)); },
    );
  }, []);
  const submit = async (event) => {
    event.preventDefault();
    if (pin.length < SHORTEST_PIN || who === null) return;
    const token = await attempt(
      () => till.approvals.give({ action, subject, userId: who, pin, reason, facts }),
      () => setPin(""),
    );
    if (token) answer(token);
  };
  return html`
    <${Dialog} title=${t("approval_needed")} onClose=${() => answer(null)}>
      <form class="stack approval" onSubmit=${submit}>
        <div class="asked"><${Icon} name="shield" size="large" /><div><b>${till.approvals.words(action)}</b>
          <span class="muted">${till.state.user.name}</span></div></div>
        ${rows.length > 0 && html`<dl class="facts small">${rows.map(([label, value]) => html`
          <${Fact} key=${label} label=${label} value=${value} />`)}</dl>`}
        ${people === null && html`<p class="note muted" role="status">${t("loading")}</p>`}
        ${people?.length === 0 && !state.error && html`<${Note} bad=${t("nobody_may_approve")} />`}
        ${people?.length > 0 && html`
          <div class="people" role="group" aria-label=${t("who_allows")}>
            ${people.map(({ id, name }) => html`
              <button type="button" key=${id} class=${`chip ${id === who ? "on" : ""}`}
                aria-pressed=${String(id === who)} onClick=${() => { setWho(id); setPin(""); }}>${name}</button>`)}
          </div>
          <${PinPad} id="approval-pin" pin=${pin} onPin=${setPin} label=${t("pin_of_manager")} again=${who} />`}
        ${state.error && html`<${Note} bad=${state.error} />`}
        ${people?.length > 0 && html`<button class="btn primary big" disabled=${state.busy || pin.length < SHORTEST_PIN}>
          <${Icon} name="check" />${t("allow")}</button>`}
      </form>
    </${Dialog}>`;
}
