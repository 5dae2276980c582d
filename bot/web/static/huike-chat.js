/**
 * <huike-chat>: the shop's chat, on any page.
 *
 *   <script type="module" src="https://chat.example/static/huike-chat.js"></script>
 *   <huike-chat member-token="…"></huike-chat>
 *
 * Attributes: `server` (where this file comes from, by default), `member-token` (a JWT that the
 * shop's own site signs for a logged-in member), `lang` (`zh`, `zh-Hant`, `en`; the page's, by
 * default), `inline` (fill the element's own box instead of floating), `open`, `staff` (the id of the
 * staff account that is logged in at the desk of the same server; it speaks with the assistant).
 * Methods: `show(text?)`, `hide()`. Events: `huike-chat-open`, `huike-chat-close`,
 * `huike-chat-token-expired` (set a fresh `member-token`).
 */
import { make, symbol } from "./chat/elements.js";
import { Log } from "./chat/log.js";
import { Session } from "./chat/session.js";
import { load, save } from "./chat/storage.js";
import { LANGUAGES, nearest, words } from "./chat/words.js";

const HOME = new URL(import.meta.url);
const LANGUAGE_KEY = "huike:language";

export class HuikeChat extends HTMLElement {
  static observedAttributes = ["server", "member-token", "staff", "lang", "open"];

  connectedCallback() {
    if (!this.shadowRoot) this.build();
    this.connected = true;
    this.restart();
    if (this.inline || this.hasAttribute("open")) this.show();
    else if (this.session.begun) this.session.start();
    this.resized = () => this.fitToScreen();
    visualViewport?.addEventListener("resize", this.resized);
  }

  disconnectedCallback() {
    this.connected = false;
    this.session?.stop();
    this.lockPage(false);
    visualViewport?.removeEventListener("resize", this.resized);
  }

  attributeChangedCallback(name, before, after) {
    if (!this.connected || before === after) return;
    if (name === "open") {
      if (after === null) this.hide();
      else this.show();
    } else if (name === "lang") {
      this.relabel();
    } else {
      this.restart();
      if (this.isOpen || this.session.begun) this.session.start();
    }
  }

  get inline() {
    return this.hasAttribute("inline");
  }

  get staff() {
    return this.getAttribute("staff");
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  get server() {
    const given = this.getAttribute("server");
    return given ? new URL(given, document.baseURI).origin : HOME.origin;
  }

  get language() {
    return (
      load(LANGUAGE_KEY) ??
      nearest(this.getAttribute("lang")) ??
      nearest(document.documentElement.lang) ??
      nearest(navigator.language) ??
      "zh"
    );
  }

  /** Open the panel; a text is put into the input, ready to send. */
  show(text = "") {
    if (!this.isOpen) {
      this.panel.hidden = false;
      this.launcher.setAttribute("aria-expanded", "true");
      this.classList.add("is-open");
      this.lockPage(true);
      this.fitToScreen();
      this.setUnread(0);
      this.log.toEnd();
      this.dispatchEvent(new CustomEvent("huike-chat-open", { bubbles: true, composed: true }));
    }
    this.session.start();
    if (text) this.fill(text);
    // On a phone the keyboard would cover what is to be read first.
    if (text || (!this.inline && matchMedia("(hover: hover)").matches)) this.input.focus();
  }

  hide() {
    if (this.inline || !this.isOpen) return;
    this.panel.hidden = true;
    this.launcher.setAttribute("aria-expanded", "false");
    this.classList.remove("is-open");
    this.lockPage(false);
    this.launcher.focus({ preventScroll: true });
    this.dispatchEvent(new CustomEvent("huike-chat-close", { bubbles: true, composed: true }));
  }

  build() {
    const root = this.attachShadow({ mode: "open" });
    const style = make("link", { rel: "stylesheet", href: new URL("huike-chat.css", HOME).href });
    const frame = make("div", { class: "frame", hidden: true });
    // Unstyled, the chat would flash over the page; without its styles it is still usable.
    for (const end of ["load", "error"]) style.addEventListener(end, () => (frame.hidden = false));
    this.words = words(this.language, Boolean(this.staff));
    this.log = new Log({
      server: this.server,
      words: this.words,
      press: (button) => this.session.send(button.payload, button.title),
      retry: (clientId) => this.session.retry(clientId),
      discard: (clientId) => this.session.discard(clientId),
    });
    this.log.onscroll = (atEnd) => atEnd && (this.below.hidden = true);
    frame.append(this.buildLauncher(), this.buildPanel());
    root.append(style, frame);
    this.relabel();
  }

  buildLauncher() {
    this.badge = make("span", { class: "badge", hidden: true });
    this.launcher = make(
      "button",
      { type: "button", class: "launcher", "aria-expanded": "false", "aria-controls": "panel",
        onclick: () => (this.isOpen ? this.hide() : this.show()) },
      symbol("chat"), symbol("down"), this.badge,
    );
    return this.launcher;
  }

  buildPanel() {
    this.panel = make("section", { class: "panel", id: "panel", role: "dialog", "aria-labelledby": "title", hidden: true },
      this.buildHeader(), this.buildNotice(), this.buildBody(), this.buildComposer());
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing && !this.inline) {
        event.stopPropagation();
        this.hide();
      }
    });
    return this.panel;
  }

  buildHeader() {
    this.name = make("h2", { id: "title" });
    this.status = make("p", { class: "status", role: "status" });
    this.chooser = make("select", { class: "languages", onchange: () => {
      save(LANGUAGE_KEY, this.chooser.value);
      this.relabel();
    } }, ...LANGUAGES.map(([tag, name]) => make("option", { value: tag, lang: tag }, name)));
    this.closer = make("button", { type: "button", class: "closer", onclick: () => this.hide() }, symbol("close"));
    return make("header", {},
      make("span", { class: "avatar", "aria-hidden": "true" }, symbol("chat")),
      make("div", { class: "titles" }, this.name, this.status),
      this.chooser, this.closer);
  }

  buildNotice() {
    this.noticeText = make("span", { role: "status" });
    // The assistant's own button scrolls away with what the customer writes while they wait.
    this.leaver = make("button", { type: "button", class: "leaver",
      onclick: () => this.session.send("/stop", this.words.leave) });
    this.notice = make("div", { class: "notice", hidden: true }, this.noticeText, this.leaver);
    return this.notice;
  }

  buildBody() {
    this.helloTitle = make("h3", {});
    this.helloMore = make("p", {});
    this.starters = make("div", { class: "starters" });
    this.hello = make("div", { class: "hello" }, this.helloTitle, this.helloMore, this.starters);
    this.log.root.prepend(this.hello);
    this.below = make("button", { type: "button", class: "below", hidden: true, onclick: () => {
      this.log.toEnd();
      this.below.hidden = true;
    } });
    return make("div", { class: "middle" }, this.log.root, this.below);
  }

  buildComposer() {
    this.input = make("textarea", { rows: "1", enterkeyhint: "send", dir: "auto",
      oninput: () => this.typing(), onkeydown: (event) => this.pressed(event) });
    this.counter = make("span", { class: "counter", "aria-live": "polite" });
    this.sender = make("button", { type: "submit", class: "sender", disabled: true }, symbol("send"));
    return make("form", { class: "composer", onsubmit: (event) => {
      event.preventDefault();
      this.submit();
    } }, this.input, this.counter, this.sender);
  }

  /** Begin anew as whoever the attributes name now. */
  restart() {
    this.session?.stop();
    this.log.clear();
    this.hello.hidden = false;
    this.standing = { owner: "bot", agent: null };
    this.linkState = "idle";
    const session = (this.session = new Session(this.server, this.getAttribute("member-token"), this.staff));
    const hears = (kind, heard) => session.addEventListener(kind, ({ detail }) => heard(detail));
    hears("message", (message) => this.arrived(message));
    hears("outgoing", (item) => this.left(item));
    hears("gone", ({ clientId }) => this.discarded(clientId));
    hears("typing", ({ typing }) => this.log.setTyping(typing));
    hears("owner", (standing) => this.owned(standing));
    hears("ready", () => (this.caughtUp = true));
    hears("link", (state) => this.linked(state));
    this.caughtUp = false;
    this.setUnread(0);
    this.showStanding();
  }

  arrived(message) {
    this.hello.hidden = true;
    const wasAtEnd = this.log.atEnd;
    this.log.add(message);
    if (!this.caughtUp || message.author === "customer") return;
    if (!this.isOpen) this.setUnread(this.unread + 1);
    else if (!wasAtEnd) this.below.hidden = false;
  }

  left(item) {
    this.hello.hidden = true;
    this.log.outgoing(item);
  }

  discarded(clientId) {
    this.log.gone(clientId);
    this.hello.hidden = !this.log.empty;
  }

  owned(standing) {
    const before = this.standing;
    this.standing = standing;
    if (this.ownerKnown && before.owner !== standing.owner) {
      if (standing.owner === "human") this.log.note(this.words.joined(standing.agent ?? this.words.human));
      if (standing.owner === "bot" && before.owner === "human") this.log.note(this.words.returned);
    }
    this.ownerKnown = true;
    this.showStanding();
  }

  linked(state) {
    this.linkState = state;
    if (state !== "online") this.log.setTyping(false);
    if (state === "expired") {
      this.dispatchEvent(new CustomEvent("huike-chat-token-expired", { bubbles: true, composed: true }));
    }
    this.input.maxLength = this.session.limit;
    this.showStanding();
  }

  showStanding() {
    const { owner, agent } = this.standing;
    this.panel.dataset.owner = owner;
    this.panel.dataset.link = this.linkState;
    this.name.textContent = owner === "human" ? this.words.human : this.words.title;
    this.status.textContent = {
      connecting: this.words.connecting,
      reconnecting: this.words.reconnecting,
      offline: this.words.offline,
      expired: this.words.expired,
    }[this.linkState] ?? {
      bot: `${this.words.assistant} · ${this.words.ready}`,
      waiting: this.words.waiting,
      human: this.words.withHuman(agent ?? this.words.human),
    }[owner];
    this.notice.hidden = owner !== "waiting";
    this.noticeText.textContent = this.words.waitingLong;
    this.leaver.textContent = this.words.leave;
  }

  relabel() {
    const said = (this.words = words(this.language, Boolean(this.staff)));
    this.panel.lang = said.tag;
    this.chooser.value = this.language;
    this.chooser.setAttribute("aria-label", said.language);
    this.closer.setAttribute("aria-label", said.close);
    this.sender.setAttribute("aria-label", said.send);
    this.input.setAttribute("aria-label", said.input);
    this.input.placeholder = said.hint;
    this.below.textContent = said.newBelow;
    this.helloTitle.textContent = said.hello;
    this.helloMore.textContent = said.helloMore;
    this.starters.replaceChildren(...said.starters.map((text) =>
      make("button", { type: "button", onclick: () => this.session.send(text) }, text)));
    this.log.relabel(said);
    this.setUnread(this.unread ?? 0);
    if (this.standing) this.showStanding();
  }

  setUnread(count) {
    this.unread = count;
    this.badge.hidden = count === 0;
    this.badge.textContent = count > 9 ? "9+" : String(count);
    const more = count ? ` (${this.words.unread(count)})` : "";
    this.launcher.setAttribute("aria-label", this.words.open + more);
  }

  fill(text) {
    this.input.value = text;
    this.typed();
  }

  typing() {
    this.typed();
    if (this.standing.owner === "human" && this.input.value.trim()) this.session.type();
  }

  typed() {
    this.sender.disabled = this.input.value.trim() === "";
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 132)}px`;
    const left = this.session.limit - this.input.value.length;
    this.counter.textContent = left <= 100 ? this.words.left(left) : "";
  }

  /** Enter sends, except while an input method is composing: there it picks a word. */
  pressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.submit();
  }

  submit() {
    const text = this.input.value.trim();
    if (!text) return;
    this.fill("");
    this.session.send(text);
    this.input.focus();
  }

  get fillsScreen() {
    return !this.inline && matchMedia("(max-width: 480px)").matches;
  }

  lockPage(locked) {
    if (locked && !this.fillsScreen) return;
    document.documentElement.style.overflow = locked ? "hidden" : "";
  }

  /** Keep the input above a phone's keyboard. */
  fitToScreen() {
    if (!visualViewport) return;
    const height = this.fillsScreen && this.isOpen ? `${visualViewport.height}px` : "";
    this.panel.style.height = height;
    if (height) this.log.toEnd();
  }
}

if (!customElements.get("huike-chat")) customElements.define("huike-chat", HuikeChat);
