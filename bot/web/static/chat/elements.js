/** Small helpers for making elements. Text goes in as text; nothing here parses markup. */
import { icon, tile } from "../tiles.js";

export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") element.className = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const STROKES = {
  chat: "M4.5 5.5h15v11h-8l-4.5 3.5v-3.5h-2.5zM8.5 9.5h7M8.5 12.5h4.5",
  close: "M6 6l12 12M18 6L6 18",
  send: "M4 12l16-7.5-5.5 16-3-6.5zM11.5 14l8.5-9.5",
  down: "M6 10l6 6 6-6",
};

export function symbol(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", STROKES[name]);
  path.setAttribute("class", "stroke");
  svg.append(path);
  return svg;
}

/** A card's picture: its image when that can be loaded from a safe address, else a drawn tile. */
export function picture(card, server) {
  const drawn = () => tile(card.icon || "gift", { seed: card.title });
  const box = make("div", { class: "picture" });
  const address = safeImage(card.image_url, server);
  if (!address) {
    box.append(drawn());
    return box;
  }
  const image = make("img", { alt: "", loading: "lazy", referrerpolicy: "no-referrer" });
  image.addEventListener("error", () => image.replaceWith(drawn()), { once: true });
  image.src = address;
  box.append(image);
  return box;
}

function safeImage(address, server) {
  if (!address) return null;
  try {
    const url = new URL(address, `${server}/`);
    return url.protocol === "https:" || url.origin === server ? url.href : null;
  } catch {
    return null;
  }
}

export { icon };
