/**
 * One customer's conversation with the server: opening it, history, live events, and sending.
 *
 * Nothing that was typed is lost and nothing is sent twice: a message is kept with an id of its own
 * until the server has confirmed it, and the server takes each id once. After a broken connection
 * the stream goes on after the last message that was seen.
 *
 * Events: `message` (as the API shows it), `outgoing` (a message on its way and its state), `gone`
 * (an outgoing one was discarded), `owner`, `typing`, `link` (state of the connection), `ready`
 * (history is there).
 */
import { Outgoing, load, randomId, remove, save } from "./storage.js";
import { Unanswered, follow } from "./stream.js";

const HISTORY = 200;
const POST_TIMEOUT_MS = 20_000;
const TRIES_BEFORE_FAILED = 4;
const TYPING_EVERY_MS = 3_000;
const LONGEST_PAUSE_MS = 15_000;

export class Session extends EventTarget {
  /** Speaks as the member whom `memberToken` vouches for, as the desk's `staff`, or as a guest. */
  constructor(server, memberToken, staff = null) {
    super();
    this.server = server;
    this.memberToken = memberToken;
    this.staff = staff;
    const who = staff ? `s${staff}` : memberToken ? `m${subject(memberToken)}` : "guest";
    this.key = `huike:${server}:${who}`;
    this.outgoing = new Outgoing(this.key);
    this.limit = 2000;
    this.cursor = 0;
    this.known = new Set();
    this.conversation = this.vouched ? null : load(this.key);
    this.shown = this.conversation?.id;
    this.ended = new AbortController();
    this.running = false;
    this.order = 0;
  }

  /** Whether somebody vouches for the speaker; then nothing that opens the conversation is kept. */
  get vouched() {
    return Boolean(this.memberToken || this.staff);
  }

  /** Whether this browser has talked as this customer before, or has something to send. */
  get begun() {
    return this.conversation !== null || this.outgoing.all().length > 0;
  }

  start() {
    if (this.running) return;
    this.running = true;
    this.wake = () => this.resume?.();
    addEventListener("online", this.wake);
    addEventListener("offline", this.wake);
    this.run();
  }

  stop() {
    this.ended.abort();
    this.resume?.();
    removeEventListener("online", this.wake);
    removeEventListener("offline", this.wake);
  }

  /** Keep a message and send it as soon as possible; `title` is what a pressed button showed. */
  send(text, title = null) {
    this.order += 1;
    const item = { clientId: randomId(), text, title, at: Date.now(), order: this.order, tries: 0 };
    this.outgoing.put(item);
    this.show(item, "sending");
    this.start();
    this.flush();
  }

  /** Tell that the customer is writing: a hint, so whatever becomes of it is no trouble. */
  type() {
    if (!this.conversation || !this.online || Date.now() - (this.typedAt ?? 0) < TYPING_EVERY_MS) return;
    this.typedAt = Date.now();
    const address = this.address(`/${this.conversation.id}/typing`);
    fetch(address, { method: "POST", headers: this.headers }).catch(() => {});
  }

  retry(clientId) {
    const item = this.outgoing.all().find((one) => one.clientId === clientId);
    if (!item) return;
    const again = { ...item, failed: undefined, tries: 0 };
    this.outgoing.put(again);
    this.show(again, "sending");
    this.flush();
  }

  discard(clientId) {
    this.outgoing.drop(clientId);
    this.emit("gone", { clientId });
  }

  emit(kind, detail) {
    if (!this.ended.signal.aborted) this.dispatchEvent(new CustomEvent(kind, { detail }));
  }

  show(item, state, reason = null) {
    this.emit("outgoing", { ...item, state, reason });
  }

  link(state) {
    this.online = state === "online";
    this.emit("link", navigator.onLine === false && state !== "online" ? "offline" : state);
  }

  async run() {
    let tries = 0;
    while (!this.ended.signal.aborted) {
      this.link(tries ? "reconnecting" : "connecting");
      try {
        await this.open();
        if (!this.caughtUp) await this.catchUp();
        await this.follow(() => {
          tries = 0;
        });
        tries = Math.max(1, tries);
      } catch (error) {
        if (this.ended.signal.aborted) return;
        if (!(await this.recover(error))) return;
        tries += 1;
      }
      this.link("reconnecting");
      await this.pause(Math.min(LONGEST_PAUSE_MS, 400 * 2 ** Math.min(tries, 6)));
    }
  }

  /** Decide whether to go on after an error; a refused sign-in is the end. */
  async recover(error) {
    if (!(error instanceof Unanswered)) return true;
    if (error.status === 401 || error.status === 404) {
      if (error.opening) {
        this.link("expired");
        return false;
      }
      this.forget();
    }
    if (error.retryAfter) await this.pause(error.retryAfter * 1000);
    return true;
  }

  forget() {
    this.conversation = null;
    remove(this.key);
  }

  async open() {
    const soon = Date.now() + 60_000;
    if (this.conversation && Date.parse(this.conversation.expires_at) > soon) {
      this.limit = this.conversation.max_characters;
      return;
    }
    this.forget();
    const opener = this.staff ? `${this.server}/desk/conversation?staff=${this.staff}` : this.address("");
    const response = await fetch(opener, { method: "POST", ...this.introduction });
    if (!response.ok) throw Object.assign(new Unanswered(response), { opening: true });
    this.conversation = await response.json();
    // A renewed token of the same conversation goes on where the old one ended.
    if (this.conversation.id !== this.shown) {
      this.caughtUp = false;
      this.cursor = 0;
    }
    this.shown = this.conversation.id;
    this.limit = this.conversation.max_characters;
    // A member's token stays out of the browser's storage: signing out on the shop's site is enough.
    if (!this.vouched) save(this.key, this.conversation);
  }

  /** Who opens: a member also shows what they did here as a guest, so that it goes on. */
  get introduction() {
    if (!this.memberToken) return {};
    const headers = { Authorization: `Bearer ${this.memberToken}` };
    const guest = load(`huike:${this.server}:guest`)?.token;
    if (!guest) return { headers };
    return { headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify({ guest }) };
  }

  address(path) {
    return `${this.server}/api/v1/conversations${path}`;
  }

  get headers() {
    return { Authorization: `Bearer ${this.conversation.token}` };
  }

  async catchUp() {
    const path = `/${this.conversation.id}/messages?limit=${HISTORY}`;
    const response = await fetch(this.address(path), { headers: this.headers, cache: "no-store" });
    if (!response.ok) throw new Unanswered(response);
    for (const message of (await response.json()).messages) this.take(message);
    for (const item of this.outgoing.all()) {
      if (this.known.has(item.clientId)) this.outgoing.drop(item.clientId);
      else this.show(item, item.failed ? "failed" : "sending", item.failed);
    }
    this.caughtUp = true;
    this.emit("ready");
  }

  take(message) {
    if (message.id <= this.cursor) return;
    this.cursor = message.id;
    if (message.client_id) {
      this.known.add(message.client_id);
      this.outgoing.drop(message.client_id);
    }
    this.emit("message", message);
  }

  async follow(opened) {
    this.cut = new AbortController();
    this.ended.signal.addEventListener("abort", () => this.cut.abort(), { once: true });
    await follow(
      this.address(`/${this.conversation.id}/events`),
      { ...this.headers, "Last-Event-ID": String(this.cursor) },
      {
        signal: this.cut.signal,
        opened: () => {
          opened();
          this.link("online");
          this.flush();
        },
        told: ({ event, data }) => {
          const detail = JSON.parse(data);
          if (event === "message") this.take(detail);
          else if (event === "owner" || event === "typing") this.emit(event, detail);
        },
      },
    );
  }

  pause(milliseconds) {
    return new Promise((done) => {
      const timer = setTimeout(done, milliseconds * (0.75 + Math.random() / 2));
      this.resume = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  /** Send what waits, in order; one at a time, so that the order stays. */
  async flush() {
    if (this.flushing || !this.conversation) return;
    this.flushing = true;
    try {
      let item;
      while ((item = this.outgoing.all().find((one) => !one.failed))) {
        if (!(await this.post(item))) return;
      }
    } finally {
      this.flushing = false;
    }
  }

  /** Send one message; returns whether the next one may go. */
  async post(item) {
    let response;
    try {
      response = await fetch(this.address(`/${this.conversation.id}/messages`), {
        method: "POST",
        headers: { ...this.headers, "Content-Type": "application/json" },
        body: JSON.stringify({ client_id: item.clientId, text: item.text, title: item.title }),
        signal: AbortSignal.timeout(POST_TIMEOUT_MS),
      });
    } catch {
      this.show(item, "queued");
      return this.later(2000);
    }
    if (response.ok) {
      this.outgoing.drop(item.clientId);
      this.show(item, "sent");
      return true;
    }
    return this.refused(item, response);
  }

  async refused(item, response) {
    if (response.status === 401 || response.status === 404) {
      // The conversation is no longer ours: the run loop opens another one and sends there.
      this.cut?.abort();
      this.forget();
      return false;
    }
    if (response.status === 429) return this.later(1000 * (Number(response.headers.get("Retry-After")) || 2));
    const tried = { ...item, tries: item.tries + 1 };
    if (response.status >= 500 && tried.tries < TRIES_BEFORE_FAILED) {
      this.outgoing.put(tried);
      return this.later(500 * 2 ** tried.tries);
    }
    const reason = (await response.json().catch(() => ({}))).code ?? "error";
    this.outgoing.put({ ...tried, failed: reason });
    this.show(tried, "failed", reason);
    return true;
  }

  later(milliseconds) {
    setTimeout(() => {
      if (this.online && !this.ended.signal.aborted) this.flush();
    }, milliseconds);
    return false;
  }
}

/** Whom a token speaks of; read only to keep customers of one browser apart. */
function subject(token) {
  try {
    const body = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    return String(JSON.parse(atob(body)).sub);
  } catch {
    return "unknown";
  }
}
