/**
 * Server-sent events over fetch, because EventSource cannot carry an Authorization header.
 * Parses as the HTML standard says (section "Server-sent events"), comments included.
 */
export class Unanswered extends Error {
  constructor(response) {
    super(`HTTP ${response.status}`);
    this.status = response.status;
    this.retryAfter = Number(response.headers.get("Retry-After")) || 0;
  }
}

/** Silence longer than two heartbeats means that the line is dead. */
const SILENCE_MS = 40_000;

/**
 * Follow a stream until it ends. Calls `opened()` once it is answered and `told({event, data, id})`
 * for each event. Throws `Unanswered` for an HTTP error, otherwise whatever fetch throws.
 */
export async function follow(address, headers, { signal, opened, told }) {
  const silence = new AbortController();
  const both = joined(signal, silence);
  const response = await fetch(address, { headers, signal: both, cache: "no-store" });
  if (!response.ok) throw new Unanswered(response);
  opened();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const lines = new Lines(told);
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      lines.add(value);
    }
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

function joined(signal, other) {
  signal.addEventListener("abort", () => other.abort(), { once: true });
  if (signal.aborted) other.abort();
  return other.signal;
}

class Lines {
  constructor(told) {
    this.told = told;
    this.rest = "";
    this.clear();
  }

  clear() {
    this.event = "message";
    this.data = [];
    this.id = null;
  }

  add(chunk) {
    const lines = (this.rest + chunk).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop();
    for (const line of lines) this.line(line);
  }

  line(line) {
    if (line === "") {
      if (this.data.length) this.told({ event: this.event, data: this.data.join("\n"), id: this.id });
      this.clear();
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.event = value;
    else if (field === "data") this.data.push(value);
    else if (field === "id") this.id = value;
  }
}
