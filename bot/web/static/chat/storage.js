/** What the browser keeps. Without localStorage (private mode, blocked) it lasts as long as the page. */
const inMemory = new Map();

function area() {
  try {
    const probe = "huike:probe";
    localStorage.setItem(probe, "1");
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    return {
      getItem: (key) => inMemory.get(key) ?? null,
      setItem: (key, value) => inMemory.set(key, value),
      removeItem: (key) => inMemory.delete(key),
      key: (index) => [...inMemory.keys()][index] ?? null,
      get length() {
        return inMemory.size;
      },
    };
  }
}

const kept = area();

export function load(key) {
  try {
    return JSON.parse(kept.getItem(key));
  } catch {
    return null;
  }
}

export function save(key, value) {
  try {
    kept.setItem(key, JSON.stringify(value));
  } catch {
    inMemory.set(key, JSON.stringify(value));
  }
}

export function remove(key) {
  kept.removeItem(key);
  inMemory.delete(key);
}

/**
 * Messages on their way out, one entry each: two tabs never overwrite each other's list.
 * Both may send an entry; the server takes each client id once.
 */
export class Outgoing {
  constructor(prefix) {
    this.prefix = `${prefix}:out:`;
  }

  all() {
    const found = [];
    for (let index = 0; index < kept.length; index += 1) {
      const key = kept.key(index);
      const item = key?.startsWith(this.prefix) ? load(key) : null;
      if (item) found.push(item);
    }
    return found.sort((a, b) => a.at - b.at || a.order - b.order);
  }

  has(clientId) {
    return kept.getItem(this.prefix + clientId) !== null;
  }

  put(item) {
    save(this.prefix + item.clientId, item);
  }

  drop(clientId) {
    remove(this.prefix + clientId);
  }
}

export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
