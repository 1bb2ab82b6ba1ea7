// "Measure a MIDI file": what the service's metrics say of a file of the visitor's, beside held-out music.

import { at, element, figure, table } from "./dom.js";
import { dropZone } from "./drop.js";
import { ask } from "./service.js";

const FIELD = "midi";

/** Fill the section. */
export function offerMeasuring() {
  const told = element("div", { "aria-live": "polite" });
  at("measuring").append(dropZone(FIELD, "The piece", (file) => measure(file, told)), told);
  at("measuring").hidden = false;
}

async function measure(file, told) {
  const wrong = at(`${FIELD}-wrong`);
  wrong.hidden = true;
  at(FIELD).removeAttribute("aria-invalid");
  told.replaceChildren(element("p", { class: "muted" }, "Measuring…"));
  try {
    const found = await (await ask("evaluate", {}, { field: FIELD, content: file })).json();
    const rows = found.metrics.map(({ title, unit, value, model, held_out: real }) => [
      unit ? `${title}, ${unit}` : title,
      ...[value, model, real].map(figure),
    ]);
    const heads = ["measure", "this piece", "the model’s pieces", "held-out music"];
    told.replaceChildren(table("measured", `${file.name}, measured as ${found.texture}`, heads, rows));
  } catch (error) {
    told.replaceChildren();
    wrong.textContent = error.message;
    wrong.hidden = false;
    at(FIELD).setAttribute("aria-invalid", "true");
  }
}
