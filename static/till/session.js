// Who works at the till: signing in again, changing over by PIN, locking; the cart is never lost on the way.

import { NoAnswer, Problem } from "./api.js";
import { t } from "./texts.js";
import { TooManyTries } from "./vault.js";

const MARK = "smartpos-till-locked";
const LOCK_WAITS = 4000; // milliseconds in which a lock on its way to the server may still arrive
const AWAY = [502, 503, 504]; // what stands before a server says so when it is gone

/**
 * Whether this device was locked or left: "server" when the session there is over as well, "here" when the server has
 * not heard of it, "" when it is in use. It outlives the page, which must not be a way around the lock.
 */
export function lockMark() {
  try {
    return localStorage.getItem(MARK) ?? "";
  } catch {
    return "";
  }
}

function setLockMark(mark) {
  try {
    if (mark) localStorage.setItem(MARK, mark);
    else localStorage.removeItem(MARK);
  } catch {
    // A forbidden storage; then there is no vault that could start the till either.
  }
}

function isAway(error) {
  return error instanceof NoAnswer || (error instanceof Problem && AWAY.includes(error.status));
}

export class Session {
  constructor(till, boot) {
    this.till = till;
    this.urls = boot.urls;
    this.unlocked = null; // {userId, pin} while somebody works whom the server has not seen
    this.renewing = null;
    this.locking = Promise.resolve();
    this.vault = null;
    this.shift = boot.shift;
    this.wasReachable = true;
  }

  /** The page has started, with facts of the server (`online`) or with those that the vault has kept. */
  begin(vault, online) {
    this.vault = vault;
    this.till.store.subscribe((state) => this.#stateChanged(state));
    const mark = lockMark();
    if (online && mark !== "here") return setLockMark("");
    if (!mark) return undefined;
    this.till.show({ locked: "locked", dialog: null });
    if (online) this.#lockServer();
    return undefined;
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
      priceTypes: boot.price_types ?? [],
      tillId,
      shift: boot.shift,
    };
  }

  #stateChanged({ shift, reachable, user, organization }) {
    if (shift !== this.shift && this.shift !== undefined) this.vault.note(organization.id, user.id, { shift });
    this.shift = shift;
    if (reachable && !this.wasReachable) this.renewQuietly();
    this.wasReachable = reachable;
  }

  /** The session is over, on the server's word. */
  ended() {
    if (this.unlocked) this.renewQuietly();
    else if (!this.till.state.locked) this.till.show({ locked: "ended", dialog: null });
  }

  /** Lock the till: the session ends on the server, the screen asks who comes next. */
  async lock() {
    if (this.till.busy) return;
    this.unlocked = null;
    setLockMark("here");
    this.till.show({ locked: "locked", dialog: null });
    this.till.own.flush();
    await this.#lockServer();
  }

  /** End the session at the server. Its answer must not come after that to the next person's sign-in. */
  #lockServer() {
    this.locking = this.#endSession();
    return this.locking;
  }

  #lockSent() {
    return Promise.race([this.locking, new Promise((resolve) => setTimeout(resolve, LOCK_WAITS))]);
  }

  async #endSession() {
    try {
      const answer = await this.till.api.post(this.urls.lock);
      this.#takeToken(answer.csrf_token);
      if (this.till.state.locked) setLockMark("server");
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof NoAnswer)) throw error;
    }
  }

  /** Who may sign in here by PIN: [{id, name}]; nobody, when this device is not known as a till. */
  async cashiers() {
    try {
      const answer = await this.till.api.get(this.urls.cashiers);
      return answer.till === null ? [] : answer.items;
    } catch (error) {
      if (!isAway(error)) throw error;
      return this.vault.people(this.till.state.organization.id);
    }
  }

  /** Sign in; without the network against the proof on this device. Throws the Problem that there is. */
  async signInByPin(userId, pin) {
    const organization = this.till.state.organization.id;
    await this.#lockSent();
    let answer;
    try {
      answer = await this.#pinAtServer(userId, pin);
    } catch (error) {
      if (isAway(error)) return this.#unlock(organization, userId, pin);
      if (error instanceof Problem && [401, 403, 422].includes(error.status)) {
        await this.vault.disprove(organization, userId, pin);
      }
      throw error;
    }
    this.#signedIn(organization, answer, pin);
    if (!(await this.renew())) location.assign(this.till.loginAddress());
    return undefined;
  }

  async #pinAtServer(userId, pin) {
    const attempt = () => this.till.api.post(this.urls.pin, { user_id: userId, pin });
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "csrf") throw error;
      await this.#page(this.urls.login);
      return attempt();
    }
  }

  #signedIn(organization, { user, csrf_token: token }, pin) {
    this.unlocked = null;
    this.#takeToken(token);
    setLockMark("");
    this.vault.prove(organization, { id: user.id, name: user.full_name || user.username }, pin);
  }

  async #unlock(organization, userId, pin) {
    let boot;
    try {
      boot = await this.vault.unlock(organization, userId, pin);
    } catch (error) {
      if (!(error instanceof TooManyTries)) throw error;
      throw new Problem(429, { code: "too_many_tries", detail: t("wait_after_wrong_pins", { seconds: error.seconds }) });
    }
    if (!boot) throw new Problem(403, { code: "wrong_pin", detail: t("wrong_pin_offline") });
    this.unlocked = { userId, pin };
    // Whoever signed in at the server last is somebody else, perhaps: a fresh page must ask again.
    setLockMark("here");
    this.till.sessionChanged(Session.facts(boot));
  }

  /** There is a connection again: tell the server who works here, without disturbing them if possible. */
  renewQuietly() {
    if (!this.unlocked) return;
    this.renewing ??= this.#renewQuietly().finally(() => {
      this.renewing = null;
    });
  }

  async #renewQuietly() {
    const { userId, pin } = this.unlocked;
    const organization = this.till.state.organization.id;
    try {
      this.#signedIn(organization, await this.#pinAtServer(userId, pin), pin);
      const boot = await this.till.api.get(this.urls.facts);
      this.#takeToken(boot.csrf);
      this.vault.save(boot);
      const { shift, permissions, organization: rules } = Session.facts(boot);
      this.till.show({ shift, permissions, organization: rules });
      this.till.outbox.wake();
    } catch (error) {
      if (isAway(error)) return;
      if (!(error instanceof Problem)) throw error;
      this.unlocked = null;
      if ([401, 403].includes(error.status)) await this.vault.forget(organization, userId);
      this.ended();
    }
  }

  /**
   * Sign in through the ordinary log-in page without leaving the till. Returns what that page objects to, or "". What
   * needs more than name and password goes on in the page itself.
   */
  async signInByPassword(name, password) {
    await this.#lockSent();
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
    this.unlocked = null;
    setLockMark("");
    this.vault.save(boot);
    this.till.sessionChanged(Session.facts(boot));
    return true;
  }
}
