// The outbox on the screen: the pill in the header.

import { useStore } from "../store.js";
import { t } from "../texts.js";
import { html, Icon } from "./kit.js";

/** What waits for the server, in a word; silent while everything has arrived. */
export function OutboxPill({ till }) {
  const { outbox } = useStore(till.store, ["outbox"]);
  const { waiting, attention, safe } = outbox;
  const [tone, icon, text] = !safe ? ["bad", "warning", t("outbox_unsafe")]
    : attention ? ["bad", "warning", t("outbox_attention", { count: attention })]
      : waiting ? ["warn", "refresh", t("outbox_waiting", { count: waiting })]
        : ["good", "check", t("outbox_all_sent")];
  return html`
    <span class=${`pill ${tone} outbox`} role="status" data-waiting=${waiting} data-attention=${attention}>
      <${Icon} name=${icon} size="small" />${text}</span>`;
}
