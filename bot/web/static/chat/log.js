/**
 * The conversation as it is read: messages in the order of their ids, then those on their way.
 *
 * Everything a message holds is shown as text. Each piece of text is isolated in its direction, so
 * that marks inside it cannot turn what stands around it.
 */
import { make, picture } from "./elements.js";

export class Log {
  constructor({ server, words, press, retry, discard }) {
    this.server = server;
    this.words = words;
    this.press = press;
    this.retry = retry;
    this.discard = discard;
    this.history = [];
    this.items = new Map();
    this.pending = new Map();
    this.list = make("div", { class: "list" });
    this.typing = make("div", { class: "row theirs typing", hidden: true },
      make("span", { class: "bubble" },
        make("span", { class: "sr" }), make("i"), make("i"), make("i")));
    this.root = make("div", { class: "log", role: "log", "aria-live": "polite", tabindex: "0" },
      this.list, this.typing);
    this.label();
    this.root.addEventListener("scroll", () => this.onscroll?.(this.atEnd));
  }

  label() {
    this.root.setAttribute("aria-label", this.words.log);
    this.typing.querySelector(".sr").textContent = `${this.words.shop} ${this.words.typing}`;
  }

  get empty() {
    return !this.list.querySelector(".row");
  }

  get atEnd() {
    return this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < 60;
  }

  toEnd() {
    this.root.scrollTop = this.root.scrollHeight;
  }

  clear() {
    this.list.replaceChildren();
    this.history = [];
    this.items.clear();
    this.pending.clear();
    this.setTyping(false);
  }

  /** Show everything again with other labels. */
  relabel(words) {
    const [history, items] = [this.history, [...this.items.values()]];
    this.words = words;
    this.clear();
    this.label();
    for (const message of history) this.add(message);
    for (const item of items) this.outgoing(item);
    this.toEnd();
  }

  setTyping(on) {
    const follow = this.atEnd;
    this.typing.hidden = !on;
    if (follow) this.toEnd();
  }

  /** Show a message that the server confirmed. */
  add(message) {
    this.history.push(message);
    this.items.delete(message.client_id);
    const follow = this.atEnd || message.author === "customer";
    const known = message.client_id && this.pending.get(message.client_id);
    if (known) this.pending.delete(message.client_id);
    const row = known ?? this.row(message);
    this.settle(row, message);
    if (message.author === "customer") this.retireChoices(row);
    if (follow) this.toEnd();
    return row;
  }

  /** Show a message on its way, or its new state. */
  outgoing(item) {
    let row = this.pending.get(item.clientId);
    if (!row && item.state === "sent") return;
    this.items.set(item.clientId, item);
    if (!row) {
      const at = new Date(item.at).toISOString();
      row = this.row({ author: "customer", text: item.title ?? item.text, at, cards: [], buttons: [] });
      row.dataset.clientId = item.clientId;
      this.pending.set(item.clientId, row);
      this.list.append(row);
      this.divide(row);
      this.retireChoices(row);
      this.toEnd();
    }
    this.state(row, item);
  }

  gone(clientId) {
    this.pending.get(clientId)?.remove();
    this.items.delete(clientId);
    this.pending.delete(clientId);
  }

  /** A line about the conversation itself. */
  note(text) {
    const follow = this.atEnd;
    this.place(make("div", { class: "note" }, make("span", {}, text)));
    if (follow) this.toEnd();
  }

  place(element) {
    const firstPending = [...this.pending.values()].find((row) => row !== element);
    this.list.insertBefore(element, firstPending ?? null);
  }

  settle(row, message) {
    row.dataset.id = message.id;
    row.dataset.at = message.at;
    this.place(row);
    this.divide(row);
    if (message.author === "customer") this.state(row, { state: "sent" });
  }

  row(message) {
    const mine = message.author === "customer";
    const who = mine ? this.words.you : message.agent ?? this.words.shop;
    const body = make("div", { class: "body" });
    if (message.agent) body.append(make("span", { class: "name", "aria-hidden": "true" }, message.agent));
    if (message.text) {
      body.append(make("div", { class: "bubble", dir: "auto" },
        make("span", { class: "sr" }, `${who}: `), make("span", { class: "text" }, message.text)));
    }
    if (message.cards.length) body.append(this.cards(message.cards));
    if (message.buttons.length) body.append(this.choices(message.buttons, "choices"));
    body.append(this.meta(message));
    const row = make("div", { class: `row ${mine ? "mine" : "theirs"} ${message.author}` }, body);
    row.dataset.at = message.at;
    return row;
  }

  meta(message) {
    const at = new Date(message.at);
    const time = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
    return make("div", { class: "meta" },
      make("time", { datetime: message.at }, time), make("span", { class: "state" }));
  }

  cards(cards) {
    return make("div", { class: `cards ${cards.length > 1 ? "several" : ""}` },
      ...cards.map((card) => make("article", { class: "card" },
        picture(card, this.server),
        make("div", { class: "card-words" },
          make("h3", { dir: "auto" }, card.title),
          card.subtitle ? make("p", { class: "subtitle", dir: "auto" }, card.subtitle) : null,
          card.facts.length
            ? make("ul", {}, ...card.facts.map((fact) => make("li", { dir: "auto" }, fact)))
            : null),
        card.buttons.length ? this.choices(card.buttons, "card-choices") : null)));
  }

  choices(buttons, kind) {
    return make("div", { class: kind },
      ...buttons.map((button) => make("button", {
        type: "button",
        dir: "auto",
        onclick: () => this.press(button),
      }, button.title)));
  }

  /** Answers offered before the customer went on are not offered any more. */
  retireChoices(row) {
    for (const choices of this.list.querySelectorAll(".choices")) {
      const before = row.compareDocumentPosition(choices) & Node.DOCUMENT_POSITION_PRECEDING;
      if (before) choices.remove();
    }
  }

  state(row, { clientId, state, reason }) {
    row.dataset.state = state;
    const shown = row.querySelector(".state");
    shown.replaceChildren();
    if (state !== "failed") {
      shown.textContent = this.words[state] ?? "";
      return;
    }
    const why = this.words.reasons[reason];
    shown.append(
      make("b", {}, why ? `${this.words.failed}: ${why}` : this.words.failed),
      make("button", { type: "button", onclick: () => this.retry(clientId) }, this.words.retry),
      make("button", { type: "button", onclick: () => this.discard(clientId) }, this.words.discard),
    );
  }

  /** Put the day above the first message of each day. */
  divide(row) {
    const before = previousRow(row);
    const day = new Date(row.dataset.at);
    if (before && new Date(before.dataset.at).toDateString() === day.toDateString()) return;
    const above = row.previousElementSibling;
    if (above?.classList.contains("day")) return;
    row.before(make("div", { class: "day" }, make("span", {}, this.dayName(day))));
  }

  dayName(day) {
    const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(day).setHours(0, 0, 0, 0)) / 864e5);
    if (days === 0) return this.words.today;
    if (days === 1) return this.words.yesterday;
    const year = day.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" };
    return day.toLocaleDateString(this.words.tag, { month: "long", day: "numeric", ...year });
  }
}

function previousRow(row) {
  let before = row.previousElementSibling;
  while (before && !before.classList.contains("row")) before = before.previousElementSibling;
  return before;
}
