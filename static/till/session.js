// Who works at the till: signing in again, changing over by PIN, locking; the cart is never lost on the way.

import { NoAnswer, Problem } from "./api.js";

export class Session {
  constructor(till, boot) {
    this.till = till;
    this.urls = boot.urls;
  }

  /** The part of the page's opening facts that changes with the person. */
  static facts(boot) {
    const tillId = boot.till_id ?? (boot.tills.length === 1 ? boot.tills[0].id : null);
    return {
      user: boot.user,
      permissions: new Set(boot.user.permissions ?? []),
      organization: boot.organization,
      branch: boot.branch,
      tills: boot.tills,
      tillId,
      shift: boot.shift,
    };
  }

  /** The session is over, on the server's word. */
  ended() {
    if (!this.till.state.locked) this.till.show({ locked: "ended", dialog: null });
  }

  /** Lock the till: the session ends on the server, the screen asks for a PIN. */
  async lock() {
    const { checkout, state } = this.till;
    if (checkout.busy) return;
    this.till.show({ locked: "locked", dialog: null, lockedUser: state.user.id });
    this.till.own.flush();
    try {
      await this.till.api.post(this.urls.lock);
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof NoAnswer)) throw error;
    }
  }

  /** Who may sign in here by PIN: [{id, name}]. */
  async cashiers() {
    const answer = await this.till.api.get(this.urls.cashiers, { till_id: this.till.state.tillId });
    return answer.items;
  }

  async signInByPin(userId, pin) {
    await this.till.api.post(this.urls.pin, { till_id: this.till.state.tillId, user_id: userId, pin });
    await this.renew();
  }

  /** Fetch the page anew for its opening facts: token, person, rights and shift. Throws NoAnswer or goes to log in. */
  async renew() {
    let page;
    try {
      const answer = await fetch(this.urls.till, { credentials: "same-origin", cache: "no-store" });
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      throw new NoAnswer(this.urls.till);
    }
    const boot = JSON.parse(page.getElementById("boot")?.textContent ?? "null");
    if (!boot) {
      location.assign(this.urls.login);
      return;
    }
    this.till.api.session.csrf = boot.csrf;
    this.till.sessionChanged(Session.facts(boot));
  }
}
