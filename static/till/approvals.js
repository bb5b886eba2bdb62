// What the person at the till may do, and a manager's PIN for what they may not: one approval, one thing.

import { newUuid } from "./cart.js";
import { t } from "./texts.js";

/** What is to be allowed, in words, by the permission that is missing. */
const WORDS = {
  "sales:sale:discount": "approve_discount",
  "sales:sale:discount_above_limit": "approve_discount",
  "sales:sale:change_price": "approve_price",
  "sales:sale:choose_price_type": "approve_price_type",
  "sales:sale:credit": "approve_credit",
  "sales:sale:credit_above_limit": "approve_credit_limit",
  "sales:sale:refund": "approve_refund",
  "sales:sale:refund_without_receipt": "approve_refund_without_receipt",
  "sales:sale:refund_other_tender": "approve_other_tender",
  "sales:line:remove": "approve_line",
  "sales:cart:void": "approve_cart",
  "sales:receipt:reprint": "approve_reprint",
  "sales:drawer:open": "approve_drawer",
  "sales:held_sale:use": "approve_held",
  "sales:cash:move": "approve_cash",
  "sales:cash:expense": "approve_expense",
};

export class Approvals {
  constructor(till) {
    this.till = till;
    this.asked = 0;
  }

  /** Whether the person may do it on their own. */
  may(permission) {
    return this.till.state.permissions.has(permission);
  }

  words(permission) {
    return t(WORDS[permission] ?? "approve_other");
  }

  /**
   * Ask a manager to allow `action` for the document or event called `subject` (its client_uuid). `rows` are what the
   * manager is shown, [[label, text]]; `facts` what is written down of it. Resolves to the token that goes along with
   * the request, or to null when nobody allowed it.
   */
  ask({ action, subject, rows = [], facts = {}, reason = "" }) {
    this.till.state.asking?.answer(null);
    this.asked += 1;
    return new Promise((resolve) => {
      const answer = (token) => {
        if (this.till.state.asking?.answer === answer) this.till.show({ asking: null });
        resolve(token);
      };
      this.till.show({ asking: { id: this.asked, action, subject, rows, facts, reason, answer } });
    });
  }

  /**
   * The right to do something: {token: null} for people who have it, {token} when a manager allows it now, null when
   * not. Without `subject` the thing gets a name of its own, given back as `subject`.
   */
  async right(action, { subject = newUuid(), ...more } = {}) {
    if (this.may(action)) return { token: null, subject };
    const token = await this.ask({ action, subject, ...more });
    return token ? { token, subject } : null;
  }

  /**
   * Let a manager allow something in the cart of the moment; the cart keeps the token. `covers` is how far it reaches
   * (see rights.js). false: not allowed.
   */
  async forCart({ action, covers = null, ...more }) {
    const { uuid } = this.till.state.cart;
    const token = await this.ask({ action, subject: uuid, ...more });
    if (!token) return false;
    this.till.change((cart) => {
      if (cart.uuid !== uuid) return cart;
      const others = (cart.approvals ?? []).filter((one) => one.action !== action);
      return { ...cart, approvals: [...others, { action, token, covers }] };
    });
    return true;
  }

  /** One after the other; false as soon as one is not allowed. */
  async allForCart(wanted) {
    for (const one of wanted) if (!(await this.forCart(one))) return false;
    return true;
  }

  /** People who could allow it: [{id, name}]. */
  async approvers(action) {
    const { items } = await this.till.api.get("/api/approvers", { action });
    return items;
  }

  /** Check a manager's PIN; gives the token. Throws the server's Problem. */
  async give({ action, subject, userId, pin, reason, facts }) {
    const { token } = await this.till.api.post("/api/approvals", {
      action, user_id: userId, pin, subject_uuid: subject, facts, ...(reason ? { reason } : {}),
    });
    return token;
  }
}
