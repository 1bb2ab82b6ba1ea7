// A place for a MIDI file: chosen by a button, or dropped.

import { at, element } from "./dom.js";

/** The place, for the field `field` of a request; chosen(file) is called with each file. */
export function dropZone(field, label, chosen) {
  const input = element("input", {
    ...{ id: field, name: field, type: "file", accept: ".mid,.midi,audio/midi,audio/x-midi" },
    "aria-describedby": `${field}-about ${field}-wrong`,
  });
  const zone = element(
    "div",
    { class: "drop", "data-field": field },
    element("label", { for: field }, label),
    input,
    element("small", { id: `${field}-about` }, "A MIDI file, of 1 MB at most. Choose it, or drop it here."),
    element("p", { class: "wrong", id: `${field}-wrong`, hidden: true }),
  );
  input.addEventListener("change", () => input.files.length && chosen(input.files[0]));
  zone.addEventListener("dragover", () => zone.classList.add("over"));
  for (const leaving of ["dragleave", "drop"]) zone.addEventListener(leaving, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => give(field, event.dataTransfer.files));
  return zone;
}

/** Let the place of `field` hold `files`, as if they had been chosen there. */
function give(field, files) {
  if (!files.length) return;
  at(field).files = files;
  at(field).dispatchEvent(new Event("change"));
}

/** A file that misses every place must not replace the page, which is what browsers do with it. */
export function keepThePage() {
  for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());
}
