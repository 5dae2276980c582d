/**
 * The desk in the browser: keys, focus and scrolling. What is shown comes from the server.
 *
 * j and k, or the arrows, move in the queue; Enter opens; Escape leaves the answer box; other keys
 * press the button that does what they stand for. `?` shows them all.
 */
const NEAR_END = 80;

const entries = () => [...document.querySelectorAll(".entry")];
const transcript = () => document.querySelector(".transcript");
const writing = (element) => element.closest?.("input, textarea, select") !== null;

let held = null; // the entry that had the focus, by its handoff: redrawing must not lose it
let shown = null; // the transcript element that was there when last looked at
let atEnd = true;
let left = taken("huike-desk"); // what was open when the page was left, with the words in its box

function move(step) {
  const all = entries();
  const here = all.findIndex((entry) => entry === document.activeElement);
  const chosen = all.findIndex((entry) => entry.classList.contains("chosen"));
  const from = here >= 0 ? here : chosen;
  const next = from < 0 ? (step > 0 ? 0 : all.length - 1) : from + step;
  all[Math.min(Math.max(next, 0), all.length - 1)]?.focus();
}

const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

const TAPS = {
  t: ".take",
  n: ".take-next",
  w: ".wake",
  e: ".resolve",
  z: ".snooze",
  r: ".mode.answer_mode",
  m: ".mode.note_mode",
  s: ".tool.search",
  d: ".tool.dark",
  "?": ".tool.help",
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector(".q-dialog")) return;
  if (writing(event.target)) {
    if (event.key === "Escape") (document.querySelector(".entry.chosen") ?? document.body).focus();
    return;
  }
  const reading = event.key.startsWith("Arrow") && event.target.closest?.(".transcript, .packet");
  if (event.key in STEPS && !reading) {
    event.preventDefault();
    move(STEPS[event.key]);
  } else if (event.key in TAPS) {
    event.preventDefault(); // or the letter would land in the box that opens
    document.querySelector(TAPS[event.key])?.click();
  }
});

document.addEventListener("focusin", ({ target }) => {
  held = target.closest?.(".entry")?.dataset.handoff ?? null;
});

document.addEventListener("focusout", ({ target }) => {
  // Somebody who clicks beside the entry has left it; one that is being redrawn has lost it.
  setTimeout(() => {
    if (target.isConnected && document.activeElement === document.body) held = null;
  });
});

function toEnd() {
  const area = transcript();
  if (area) area.scrollTop = area.scrollHeight;
  atEnd = true;
  delete document.body.dataset.newBelow;
}

document.addEventListener(
  "scroll",
  ({ target }) => {
    if (target !== transcript()) return;
    atEnd = target.scrollHeight - target.scrollTop - target.clientHeight < NEAR_END;
    if (atEnd) delete document.body.dataset.newBelow;
  },
  { capture: true, passive: true },
);

/** Read what this tab kept, once. */
function taken(key) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key));
    sessionStorage.removeItem(key);
    return kept;
  } catch {
    return null;
  }
}

const box = () => document.querySelector(".composer textarea");
const who = () => document.querySelector(".desk-agent")?.textContent;

addEventListener("pagehide", () => {
  const area = transcript();
  if (!area) return;
  const noting = document.querySelector(".composer.noting") !== null;
  const text = box()?.value ?? "";
  const kept = { handoff: area.dataset.handoff, noting, text, who: who() };
  sessionStorage.setItem("huike-desk", JSON.stringify(kept));
});

/** Go on where this tab was left: a server that starts anew must cost nobody half an answer. */
function goOn() {
  if (!left || !who()) return;
  if (left.who !== who()) left = null;
  else if (transcript()?.dataset.handoff !== left.handoff) {
    const entry = document.querySelector(`.entry[data-handoff="${left.handoff}"]`);
    if (!entry || left.opening) return;
    left.opening = true;
    entry.click();
  } else if (box()?.offsetParent) {
    const { noting, text } = left;
    left = null;
    if (!text || noting !== (document.querySelector(".composer.noting") !== null)) return;
    box().value = text;
    box().dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function redrawn(changes) {
  goOn();
  const area = transcript();
  if (area !== shown) {
    shown = area;
    toEnd();
  } else if (area && changes.some(({ target, addedNodes }) => target === area && addedNodes.length)) {
    if (atEnd) toEnd();
    else document.body.dataset.newBelow = "";
  }
  if (held && document.activeElement === document.body) {
    document.querySelector(`.entry[data-handoff="${held}"]`)?.focus({ preventScroll: true });
  }
}

new MutationObserver(redrawn).observe(document.body, { childList: true, subtree: true });
addEventListener("resize", () => atEnd && toEnd());
document.addEventListener("click", (event) => event.target.closest?.(".to-end") && toEnd());
