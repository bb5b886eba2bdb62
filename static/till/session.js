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

  /** Lock the till: the session ends on the server, the screen asks who comes next. */
  async lock() {
    if (this.till.busy) return;
    this.till.show({ locked: "locked", dialog: null });
    this.till.own.flush();
    try {
      const answer = await this.till.api.post(this.urls.lock);
      this.#takeToken(answer.csrf_token);
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof NoAnswer)) throw error;
    }
  }

  /** Who may sign in here by PIN: [{id, name}]; nobody, when this device is not known as a till. */
  async cashiers() {
    const answer = await this.till.api.get(this.urls.cashiers);
    return answer.till === null ? [] : answer.items;
  }

  async signInByPin(userId, pin) {
    const attempt = () => this.till.api.post(this.urls.pin, { user_id: userId, pin });
    let answer;
    try {
      answer = await attempt();
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "csrf") throw error;
      await this.#page(this.urls.login);
      answer = await attempt();
    }
    this.#takeToken(answer.csrf_token);
    if (!(await this.renew())) location.assign(this.till.loginAddress());
  }

  /**
   * Sign in through the ordinary log-in page without leaving the till. Returns what that page objects to, or "". What
   * needs more than name and password goes on in the page itself.
   */
  async signInByPassword(name, password) {
    await this.#page(this.urls.login);
    const form = new URLSearchParams({ name, password, next: this.urls.till, csrf_token: this.till.api.session.csrf });
    const { page, address } = await this.#page(this.urls.login, { method: "POST", body: form });
    if (this.#takeUp(page)) return "";
    const said = page.querySelector("[role=alert], .alert.bad, .field-error")?.textContent.trim();
    const stayed = new URL(address).pathname === new URL(this.urls.login, location).pathname;
    if (said && stayed && !page.querySelector("[name=organization]")) return said;
    location.assign(address);
    return "";
  }

  /** Fetch the till's page anew for its facts: token, person, rights and shift. false: nobody is signed in. */
  async renew() {
    const { page } = await this.#page(this.urls.till);
    return this.#takeUp(page);
  }

  /** Take a fresh token for the session there is. false: nobody is signed in any more. */
  async freshToken() {
    const { page } = await this.#page(this.urls.till);
    const boot = JSON.parse(page.getElementById("boot")?.textContent ?? "null");
    if (!boot) this.ended();
    this.#takeToken(boot?.csrf);
    return boot !== null;
  }

  /** A page of the server, read by the till instead of shown; its token is the one to use from here on. */
  async #page(url, options = {}) {
    try {
      const answer = await fetch(url, { credentials: "same-origin", cache: "no-store", ...options });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      this.#takeToken(page.querySelector("meta[name=csrf-token]")?.content);
      return { page, address: answer.url };
    } catch {
      throw new NoAnswer(url);
    }
  }

  #takeToken(token) {
    if (token) this.till.api.session.csrf = token;
  }

  #takeUp(page) {
    const boot = JSON.parse(page.getElementById("boot")?.textContent ?? "null");
    if (!boot) return false;
    this.#takeToken(boot.csrf);
    this.till.sessionChanged(Session.facts(boot));
    return true;
  }
}
