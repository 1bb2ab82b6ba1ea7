// Elements, made in one expression.

const SVG = "http://www.w3.org/2000/svg";

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** An HTML element. An attribute that is true stands without a value; one that is false or missing does not stand. */
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** The same for SVG, whose elements have a namespace of their own. */
export function drawn(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

export const at = (id) => document.getElementById(id);

/** A table that can be scrolled by keyboard where it is wider than the page. rows: cells, a heading first in each. */
export function table(id, caption, heads, rows) {
  const line = (cells) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, cells[0]),
      ...cells.slice(1).map((cell) => element("td", { class: "n" }, cell)),
    );
  return element(
    "div",
    { class: "scroll", role: "region", tabindex: "0", "aria-labelledby": id },
    element(
      "table",
      {},
      element("caption", { id }, caption),
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          ...heads.map((head, place) => element("th", { scope: "col", class: place > 0 && "n" }, head)),
        ),
      ),
      element("tbody", {}, ...rows.map(line)),
    ),
  );
}

/** A number as a table shows it: four figures, whole ones whole. */
export function figure(value) {
  if (typeof value !== "number") return value === null || value === undefined ? "–" : String(value);
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
