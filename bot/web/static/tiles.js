/**
 * Pictures for things that have no photograph: a gradient with a drawn icon.
 *
 * `tile(slug, { line, seed })` returns an SVG element; <huike-tile category line seed> shows one.
 * The icon follows the category slug, then the business line; the seed varies the shades.
 */
const SVG = "http://www.w3.org/2000/svg";

/** Stroke drawings on a 24 by 24 grid. */
const ICONS = {
  cream: "M6 10h12v7a3 3 0 0 1-3 3H9a3 3 0 0 1-3-3zM5 6h14v4H5zM10 14h4",
  drop: "M12 3.5c3.5 4.3 5.5 7 5.5 10a5.5 5.5 0 0 1-11 0c0-3 2-5.7 5.5-10zM9.5 14a2.6 2.6 0 0 0 2.5 2.6",
  lipstick: "M9 12V6.5L14 4v8M8 12h7v8.5H8zM8 15.5h7",
  perfume: "M9 9h6l2.5 3v6.5a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2V12zM10 6h4v3h-4zM12 3.5V6M16 5h2M9.5 15.5h5",
  bottle: "M10 8h4l2 3v7.5a2 2 0 0 1-2 2h-4a2 2 0 0 1-2-2V11zM11 5h2v3h-2zM13 5h4M8 14h8",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4",
  shirt: "M8.5 4 4 6.5 5.5 11 8 10v10h8V10l2.5 1L20 6.5 15.5 4c-.6 1.6-1.9 2.5-3.5 2.5S9.1 5.6 8.5 4z",
  coat: "M9 3.5 5 6v14.5h5.5L12 9l1.5 11.5H19V6l-4-2.5L12 9zM7.8 15h1.5M14.7 15h1.5",
  dress: "M9 3.5v4L6 20.5h12L15 7.5v-4M9 7.5h6M9 3.5c.5 1.5 1.5 2.5 3 2.5s2.5-1 3-2.5",
  trousers: "M7 3.5h10l1 17h-4.2L12 9.5l-1.8 11H6zM7 6.5h10",
  shoe: "M3.5 9v7.5h17c.5-3-1-4.3-4-4.8-2-.4-3.5-1.7-4.5-3.7-1 .9-2.3 1.2-3.5 1H3.5zM3.5 19h17M11 12l2-1.3",
  bag: "M5 9h14l1 11.5H4zM8.5 11.5V8a3.5 3.5 0 0 1 7 0v3.5",
  scarf: "M8 4.5c2.5 1.5 5.5 1.5 8 0l1.5 3c-3.3 2.5-7.7 2.5-11 0zM8 9l-1 11.5M11.5 9.7 11 20.5M7 20.5h4M14.5 9.5l3 7",
  kettle: "M7 8.5h9l1.5 11.5H5.5zM9 8.5a3 3 0 0 1 5.5 0M16.2 10.5H19c1 0 1.5.8 1.3 1.7L19.5 16M11.5 4.5h1",
  pot: "M4.5 11h15v6a3.5 3.5 0 0 1-3.5 3.5H8A3.5 3.5 0 0 1 4.5 17zM3.5 11h17M6.5 11a5.5 4.5 0 0 1 11 0M12 4.5v2M10 15.5h4",
  vacuum: "M16.5 3.5 9 14M6 13.5l6 3-1.5 4H3.5zM14.2 6.8l3.3 2.2 1.5-2.5-2.5-1.7",
  fan: "M12 9.5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3zM12 9.5C11 6 12.5 4 15 4c2 0 2.5 2.5-.5 6.2M13.3 11.8c3.2-.5 4.7 1 4.2 3-.5 1.8-3 1.5-5.5-2.3M10.7 11.8C9.5 14.5 7.5 15 6.3 13.5 5 11.8 7 9.7 11 9.7M12 16v4.5M8.5 20.5h7",
  lamp: "M8.5 4h7l3 8h-13zM12 12v7M8 20.5h8M12 12v0",
  dryer: "M4 6.5h9.5a4 4 0 0 1 0 8H4c1.3-2.7 1.3-5.3 0-8zM10.5 14.5l1 6h3.5l-.8-6.3M17.5 8.5l3-1M17.5 12.5l3 1",
  purifier: "M7 3.5h10a1.5 1.5 0 0 1 1.5 1.5v15.5h-13V5A1.5 1.5 0 0 1 7 3.5zM9 8h6M9 11h6M9 14h6M12 17.5v.5",
  brush: "M10.5 9h3v11.5h-3zM9.5 3.5h5V9h-5zM11 5.5h2M12 13v2",
  cup: "M5 8.5h11v6a4.5 4.5 0 0 1-4.5 4.5h-2A4.5 4.5 0 0 1 5 14.5zM16 10h1.5a2.5 2.5 0 0 1 0 5H16M8.5 3.5c-.7 1 .7 2 0 3M12 3.5c-.7 1 .7 2 0 3M4 21h13",
  leaf: "M5 19c0-8 5-13.5 14.5-14.5C20 13 16 19 9 18.5M5 20.5c1.5-5 4.5-8 9-10",
  nuts: "M12 4c4 2.5 6 5.5 6 9a6 6 0 0 1-12 0c0-3.5 2-6.5 6-9zM12 4v15M8.5 11c1 .8 2.2 1.2 3.5 1.2S14.5 11.8 15.5 11",
  bowl: "M4 11h16a8 8 0 0 1-5.5 7.6V20h-5v-1.4A8 8 0 0 1 4 11zM9 4.5c-.8 1.2.8 2.3 0 3.5M13 4.5c-.8 1.2.8 2.3 0 3.5",
  jar: "M8 7.5h8l1.5 2.5v8.5a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2V10zM8 4h8v3.5H8zM9.5 13h5v3.5h-5z",
  biscuit: "M12 4a8 8 0 1 1-8 8 3 3 0 0 0 4-4 3 3 0 0 0 4-4zM9 13v.1M13 16.5v.1M15 11v.1M10.5 17v.1",
  gift: "M4.5 10h15v3h-15zM6 13v7.5h12V13M12 10v10.5M12 10c-4 0-5.5-1.5-5-3.5s4-1.5 5 3.5c1-5 4.5-5.5 5-3.5s-1 3.5-5 3.5z",
  order: "M4 8l8-4 8 4v8.5L12 20.5 4 16.5zM4 8l8 4 8-4M12 12v8.5M8 6l8 4",
  store: "M4.5 10v10.5h15V10M3.5 9 5 4h14l1.5 5a2.8 2.8 0 0 1-5.6 0 2.8 2.8 0 0 1-5.7 0 2.8 2.8 0 0 1-5.7 0zM10 20.5v-6h4v6",
  member: "M12 4.5a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4.5 20.5c.7-4 3.7-6 7.5-6s6.8 2 7.5 6",
  coupon: "M3.5 7h17v3.5a1.7 1.7 0 0 0 0 3.5V17.5h-17V14a1.7 1.7 0 0 0 0-3.5zM14.5 7v2M14.5 11.5v1.5M14.5 15.5v2",
  points: "M12 4l2.4 5 5.6.8-4 3.9.9 5.5L12 16.6 7.1 19.2 8 13.7 4 9.8 9.6 9z",
  back: "M8.5 5 4 9.5 8.5 14M4 9.5h10.5a5 5 0 0 1 0 10H9",
  wrench: "M14.5 9.5a4.5 4.5 0 0 1 5.8-5.3L17.5 7 18 9l2 .5 2-2.8a4.5 4.5 0 0 1-6 5.3L7.5 20.5 4 17z",
  paper: "M6 3.5h9l3.5 3.5v13.5H6zM14.5 3.5V7.5h4M9 11.5h6M9 14.5h6M9 17.5h3.5",
};

/** Which icon a slug asks for; the first match counts. */
const RULES = [
  [/^order|parcel|shipment/, "order"],
  [/^store$|shop|pickup/, "store"],
  [/^member|customer|clerk/, "member"],
  [/coupon|promotion|offer/, "coupon"],
  [/point|tier|loyalty/, "points"],
  [/return|refund|exchange/, "back"],
  [/repair|warranty|case/, "wrench"],
  [/invoice|receipt|note/, "paper"],
  [/gift|set$/, "gift"],
  [/sun(screen|care)|spf/, "sun"],
  [/makeup|lip|colour-cosmetic|color-cosmetic/, "lipstick"],
  [/fragrance|perfume|scent/, "perfume"],
  [/serum|essence|oil-?(care)?$|ampoule/, "drop"],
  [/shampoo|hair-?care|body|wash|cleans/, "bottle"],
  [/skin|cream|mask|cosmetic|toner|lotion/, "cream"],
  [/hair-?dryer|dryer|styling/, "dryer"],
  [/coat|jacket|outer|down|suit|knit|sweater/, "coat"],
  [/dress|skirt/, "dress"],
  [/trouser|pant|jean|bottom|legging/, "trousers"],
  [/shoe|sneaker|boot|sock|footwear/, "shoe"],
  [/bag|backpack|wallet|luggage/, "bag"],
  [/scarf|hat|glove|accessor|belt/, "scarf"],
  [/shirt|tee|top|apparel|wear|cloth|underwear|pyjama/, "shirt"],
  [/vacuum|clean|mop/, "vacuum"],
  [/purif|humidif|air|dehumid/, "purifier"],
  [/fan|heat|climate|cool/, "fan"],
  [/lamp|light/, "lamp"],
  [/brush|oral|shav|personal-care|care-device/, "brush"],
  [/coffee|tea-?ware|cup|drinkware|beverage|drink/, "cup"],
  [/kettle|water|blend|juic|breakfast/, "kettle"],
  [/cook|pot|kitchen|oven|fry|toast|appliance/, "pot"],
  [/tea/, "leaf"],
  [/nut|seed|dried|fruit/, "nuts"],
  [/snack|biscuit|cookie|sweet|chocolate|bak|cake/, "biscuit"],
  [/honey|jam|sauce|season|condiment|oil|spread/, "jar"],
  [/rice|grain|noodle|food|oat|meal|staple|cereal|instant/, "bowl"],
];

/** Hue ranges by what the thing is about: [from, span]. */
const HUES = {
  cosmetics: [336, 34],
  apparel: [206, 44],
  appliances: [168, 34],
  food: [26, 30],
  other: [248, 40],
};

const LINE_OF_ICON = {
  cosmetics: ["cream", "drop", "lipstick", "perfume", "bottle", "sun"],
  apparel: ["shirt", "coat", "dress", "trousers", "shoe", "bag", "scarf"],
  appliances: ["kettle", "pot", "vacuum", "fan", "lamp", "dryer", "purifier", "brush"],
  food: ["cup", "leaf", "nuts", "bowl", "jar", "biscuit"],
};

let made = 0;

export function iconName(slug, line = "") {
  for (const text of [slug, line]) {
    const rule = text && RULES.find(([pattern]) => pattern.test(text.toLowerCase().replaceAll("_", "-")));
    if (rule) return rule[1];
  }
  return "gift";
}

function draw(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
}

function numberOf(text) {
  let hash = 2166136261;
  for (const character of text) {
    hash = Math.imul(hash ^ character.codePointAt(0), 16777619) >>> 0;
  }
  return hash;
}

/** A thin icon alone, in the colour of the text around it. */
export function icon(slug, line = "") {
  const svg = draw("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" });
  draw("path", { d: ICONS[iconName(slug, line)], class: "stroke" }, svg);
  return svg;
}

/** A gradient tile with the icon in its middle. */
export function tile(slug, { line = "", seed = slug } = {}) {
  const name = iconName(slug, line);
  const kind =
    Object.keys(LINE_OF_ICON).find((key) => LINE_OF_ICON[key].includes(name)) ??
    (line in HUES ? line : "other");
  const [from, span] = HUES[kind];
  const hash = numberOf(seed || slug);
  const hue = (from + (hash % span)) % 360;
  const id = `huike-tile-${++made}`;
  const svg = draw("svg", { viewBox: "0 0 96 96", "aria-hidden": "true", focusable: "false" });
  const turn = draw("linearGradient", { id, x1: 0, y1: 0, x2: 1, y2: 1 }, draw("defs", {}, svg));
  draw("stop", { offset: 0, "stop-color": `hsl(${hue} 56% 90%)` }, turn);
  draw("stop", { offset: 1, "stop-color": `hsl(${(hue + 22) % 360} 48% 76%)` }, turn);
  draw("rect", { width: 96, height: 96, fill: `url(#${id})` }, svg);
  const corner = (hash >>> 8) % 4;
  const [x, y] = [[86, 10], [10, 86], [88, 88], [12, 12]][corner];
  draw("circle", { cx: x, cy: y, r: 26 + (hash % 9), fill: `hsl(${hue} 60% 97%)`, opacity: 0.5 }, svg);
  draw("path", {
    d: ICONS[name],
    transform: "translate(27 27) scale(1.75)",
    fill: "none",
    stroke: `hsl(${hue} 40% 30%)`,
    "stroke-width": 0.85,
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
  }, svg);
  return svg;
}

class HuikeTile extends HTMLElement {
  connectedCallback() {
    if (this.querySelector("img, svg")) return;
    this.append(
      tile(this.getAttribute("category") ?? "", {
        line: this.getAttribute("line") ?? "",
        seed: this.getAttribute("seed") ?? "",
      }),
    );
  }
}

if (!customElements.get("huike-tile")) customElements.define("huike-tile", HuikeTile);
