/** The API's documentation, made in the browser from the OpenAPI description. Nothing from elsewhere. */
const main = document.querySelector("main");

function make(name, properties, ...children) {
  const element = document.createElement(name);
  Object.assign(element, properties);
  element.append(...children.flat().filter((child) => child !== null));
  return element;
}

/** Paragraphs, lists, `code` and **bold**: what our descriptions use of Markdown. */
function prose(text = "") {
  return text.trim().split(/\n\s*\n/).map((block) => {
    const lines = block.split("\n");
    if (lines.every((line) => /^(- |  )/.test(line))) {
      const items = block.split(/\n(?=- )/).map((item) => make("li", {}, inline(item.replace(/^- /, ""))));
      return make("ul", {}, items);
    }
    return make("p", {}, inline(lines.join(" ")));
  });
}

function inline(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*]+\*)/).map((part) => {
    if (part.startsWith("`")) return make("code", {}, part.slice(1, -1));
    if (part.startsWith("**")) return make("b", {}, part.slice(2, -2));
    if (part.startsWith("*") && part.length > 2) return make("i", {}, part.slice(1, -1));
    return part;
  });
}

function nameOf(reference) {
  return reference.split("/").pop();
}

function typeOf(schema) {
  if (!schema) return "";
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" | ");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.type === "array") return `${typeOf(schema.items)}[]`;
  return schema.format ? `${schema.type} (${schema.format})` : schema.type ?? "any";
}

function limits(schema) {
  const kept = ["default", "minimum", "maximum", "minLength", "maxLength", "pattern"];
  return kept.filter((key) => schema?.[key] !== undefined).map((key) => `${key} ${JSON.stringify(schema[key])}`).join(", ");
}

function table(rows) {
  const head = make("tr", {}, ["Name", "Type", "Notes"].map((title) => make("th", { scope: "col" }, title)));
  const body = rows.map(({ name, schema, required, notes }) =>
    make("tr", {},
      make("td", {}, make("code", {}, name), required ? " *" : ""),
      make("td", {}, typeOf(schema)),
      make("td", {}, inline([notes, limits(schema)].filter(Boolean).join(" · ")))));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, body));
}

function fields(schema) {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).map(([name, one]) => ({
    name, schema: one, required: required.has(name), notes: one.description ?? "",
  }));
}

function operation(path, method, said) {
  const parameters = (said.parameters ?? []).map((one) => ({
    name: one.name, schema: one.schema, required: one.required, notes: [one.in, one.description].filter(Boolean).join(": "),
  }));
  const body = said.requestBody?.content?.["application/json"]?.schema;
  const answers = Object.entries(said.responses ?? {}).filter(([status]) => status !== "422").map(([status, answer]) => {
    const schema = Object.values(answer.content ?? {})[0]?.schema;
    const shape = typeOf(schema);
    return make("li", {}, make("code", {}, status), ` ${answer.description}`, shape ? ` · ${shape}` : "");
  });
  const keys = (said.security ?? []).flatMap((one) => Object.keys(one));
  const detail = make("details", { id: said.operationId },
    make("summary", {},
      make("span", { className: `method ${method}` }, method.toUpperCase()),
      make("code", {}, path),
      make("span", { className: "said" }, inline((said.description ?? said.summary ?? "").split(/[.:;](?:\s|$)/)[0]))),
    make("div", { className: "inside" },
      prose(said.description),
      keys.length ? make("p", {}, "Bearer: ", keys.join(", ")) : null,
      parameters.length ? [make("h4", {}, "Parameters"), table(parameters)] : [],
      body ? [make("h4", {}, "Body"), make("p", {}, make("code", {}, typeOf(body)))] : [],
      make("h4", {}, "Answers"), make("ul", {}, answers)));
  return detail;
}

function everything(api) {
  const groups = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, said] of Object.entries(methods)) {
      const tag = said.tags?.[0] ?? "other";
      groups.set(tag, [...(groups.get(tag) ?? []), operation(path, method, said)]);
    }
  }
  const shapes = Object.entries(api.components?.schemas ?? {}).filter(([name]) => !name.includes("ValidationError"));
  return [
    make("h1", {}, api.info.title, make("small", {}, api.info.version)),
    prose(api.info.description),
    make("p", {}, make("a", { href: document.body.dataset.openapi }, "openapi.json")),
    [...groups].flatMap(([tag, operations]) => [make("h2", {}, tag), ...operations]),
    make("h2", {}, "Shapes"),
    shapes.map(([name, schema]) => make("details", { id: `shape-${name}` },
      make("summary", {}, make("code", {}, name), make("span", { className: "said" }, schema.description ?? "")),
      make("div", { className: "inside" }, table(fields(schema))))),
  ].flat();
}

try {
  const response = await fetch(document.body.dataset.openapi);
  main.append(...everything(await response.json()));
} catch (error) {
  main.append(make("p", { className: "trouble" }, `The description could not be loaded: ${error.message}`));
}
main.removeAttribute("aria-busy");
