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
    const rows = found.metrics.map(({ name, value, held_out: real }) => [name, figure(value), held(real)]);
    told.replaceChildren(table("measured", `${file.name}, measured as ${found.texture}`, ["measure", "this piece", "held-out music"], rows));
  } catch (error) {
    told.replaceChildren();
    wrong.textContent = error.message;
    wrong.hidden = false;
    at(FIELD).setAttribute("aria-invalid", "true");
  }
}

const held = (real) => (Array.isArray(real) ? `${figure(real[0])} to ${figure(real[1])}` : figure(real));
