// Talking to the server: JSON in, JSON out, problems as errors that carry what the server said.

const CLOCKS_AGREE = 30000; // milliseconds by which two clocks may differ without being wrong
const PATIENCE = 15000; // milliseconds until an unanswered request counts as lost

/** The server understood and refused; `code`, `detail` and further facts are those of its problem document. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || `HTTP ${status}`);
    this.status = status;
    this.code = body.code ?? "";
    this.body = body;
  }

  /** Whether trying the same again later may work, because nothing was wrong with the request itself. */
  get passing() {
    return [408, 429, 502, 503, 504].includes(this.status);
  }
}

/** No answer came: whether the server has acted on the request is unknown. */
export class NoAnswer extends Error {}

export class Api {
  constructor(session) {
    this.session = session; // {csrf}, renewed after every sign-in
    this.onSignedOut = () => {};
    this.onReachable = () => {};
    this.offset = 0; // milliseconds by which the server's clock is ahead of a wrong clock of this device
  }

  /** The moment by the server's clock, as far as it is known; a cheap device may live in another year. */
  now() {
    return new Date(Date.now() + this.offset);
  }

  get(path, parameters = {}) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== null && value !== undefined && value !== "") query.set(name, value);
    }
    const tail = query.toString();
    return this.#send("GET", tail ? `${path}?${tail}` : path);
  }

  post(path, body = {}) {
    return this.#send("POST", path, body);
  }

  put(path, body = {}) {
    return this.#send("PUT", path, body);
  }

  delete(path, body = undefined) {
    return this.#send("DELETE", path, body);
  }

  async #send(method, path, body) {
    const sentWith = this.session.csrf;
    const answer = await this.#fetch(method, path, body);
    let content = {};
    try {
      content = answer.status === 204 ? {} : await answer.json();
    } catch {
      // A proxy's error page, or an answer cut off in the middle: a good status says that the server has acted.
      if (answer.ok) throw new NoAnswer(path);
    }
    if (answer.ok) return content;
    const problem = new Problem(answer.status, content);
    // A request of the session before is no word about the one that has begun meanwhile.
    if (problem.status === 401 && sentWith === this.session.csrf) this.onSignedOut(path);
    throw problem;
  }

  #compareClocks(said) {
    const offset = said ? Date.parse(said) - Date.now() : NaN;
    if (!Number.isNaN(offset)) this.offset = Math.abs(offset) > CLOCKS_AGREE ? offset : 0;
  }

  async #fetch(method, path, body) {
    const headers = { Accept: "application/json", "X-CSRFToken": this.session.csrf };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE);
    try {
      const answer = await fetch(path, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        credentials: "same-origin",
        cache: "no-store",
        redirect: "error", // the API never redirects; whoever does is a captive portal
        signal: patience.signal,
      });
      this.#compareClocks(answer.headers.get("Date"));
      this.onReachable(true);
      return answer;
    } catch {
      this.onReachable(false);
      throw new NoAnswer(path);
    } finally {
      clearTimeout(timer);
    }
  }
}
