// The form's controls: made from what `GET /model` says the model obeys, read, filled, and told what is wrong.

import { at, element } from "./dom.js";
import { WAYS } from "./ways.js";
import { TONICS, WORDS, printed } from "./words.js";

// Of the page, not of the service: so many requests, one after the other, each for one piece with a seed of its own.
// Its first piece sounds before the second is written, and each can be had again by its own seed.
const PIECES = {
  name: "how-many",
  label: "Pieces",
  slider: [1, 8, 1],
  about: "how many, from this seed and those that follow",
  declared: { kind: "integer", minimum: 1, maximum: 8, default: 1 },
};
const MOST_PIECES = PIECES.declared.maximum;
const ELSEWHERE = ["count", "format"]; // fields of a request that are no controls here
const OWN = Object.values(WAYS).flatMap((way) => way.own);

export class Controls {
  /** model: as `GET /model` says it. */
  constructor(model) {
    this.names = [];
    const declared = { ...model.controls, tempo: { ...model.controls.tempo, default: model.tempo_bpm } };
    for (const [name, about] of Object.entries(declared).filter(([name]) => !ELSEWHERE.includes(name))) {
      const words = WORDS[name] ?? { label: name };
      this._add(name, words, about, words.finer ? at("finer").lastElementChild : at("controls"));
    }
    this._add(PIECES.name, PIECES, PIECES.declared, at("controls"));
    at("finer").hidden = !at("finer").lastElementChild.children.length;
  }

  _add(name, words, declared, place) {
    const known = name === PIECES.name || words.label.toLowerCase().includes(name);
    const technical = known ? [] : [element("code", {}, name), ": "];
    place.append(
      element(
        "div",
        { class: "control", "data-field": name },
        element("label", { for: name }, words.label),
        name === "key" ? choice() : number(name, words, declared),
        element("small", { id: `${name}-about` }, ...technical, words.about ?? declared.description ?? ""),
        element("p", { class: "wrong", id: `${name}-wrong`, hidden: true }),
      ),
    );
    this.names.push(name);
    if (words.start !== undefined) this._set(name, words.start);
  }

  _set(name, value) {
    at(name).value = value ?? "";
    at(name).dispatchEvent(new Event("input"));
  }

  /** Show only the fields that one of WAYS has. */
  limit(way) {
    for (const name of this.names) {
      const foreign = way.without.includes(name) || (OWN.includes(name) && !way.own.includes(name));
      row(name).hidden = foreign;
    }
  }

  /** The fields that are set, and how many pieces. Null if one cannot be asked for, which is said beside it. */
  read() {
    const { [PIECES.name]: count = 1, ...fields } = Object.fromEntries(
      this.names
        .filter((name) => !row(name).hidden && at(name).value !== "")
        .map((name) => [name, name === "key" ? at(name).value : Number(at(name).value)]),
    );
    const unreadable = this.names.find((name) => at(name).validity.badInput);
    if (unreadable) this.wrong(unreadable, "This is no number.");
    else if (Number.isInteger(count) && 1 <= count && count <= MOST_PIECES) return { fields, count };
    else this.wrong(PIECES.name, `Allowed: 1 to ${MOST_PIECES}.`);
    return null;
  }

  /** Set every control to what `fields` (texts) says, and empty the others. */
  fill(fields) {
    for (const name of this.names) this._set(name, fields[name]);
    if (Object.keys(fields).some((name) => WORDS[name]?.finer)) at("finer").open = true;
  }

  /** Say beside each field of `problems` (of a Refusal) what it takes; the first gets the focus. */
  refused(problems) {
    for (const { field, got, allowed } of [...problems].reverse()) {
      this.wrong(field, `Got ${got}; allowed: ${allowed}.`);
    }
  }

  /** Say a sentence beside a field, if it is here, and go there. */
  wrong(field, sentence) {
    const said = at(`${field}-wrong`);
    if (!said) return;
    said.textContent = sentence;
    said.hidden = false;
    at(field).setAttribute("aria-invalid", "true");
    for (let fold = at(field).closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    at(field).focus();
  }

  /** Forget what was wrong. */
  clear() {
    for (const said of document.querySelectorAll("#request .wrong")) said.hidden = true;
    for (const input of document.querySelectorAll("#request [aria-invalid]")) input.removeAttribute("aria-invalid");
  }
}

const row = (name) => document.querySelector(`.control[data-field="${name}"]`);

const described = (name) => `${name}-about ${name}-wrong`;

function choice() {
  const options = TONICS.map((tonic) => element("option", { value: tonic }, printed(tonic)));
  const none = element("option", { value: "" }, "as it comes");
  return element("select", { id: "key", name: "key", "aria-describedby": described("key") }, none, ...options);
}

/** A number, and a slider for who holds a pointer; keyboard and screen reader have the number, which says as much. */
function number(name, words, declared) {
  const step = declared.kind === "integer" ? 1 : (words.slider?.[2] ?? "any");
  const input = element("input", {
    ...{ id: name, name, type: "number", min: declared.minimum, max: declared.maximum, step },
    ...{ placeholder: declared.default ?? words.empty, inputmode: "decimal", autocomplete: "off" },
    "aria-describedby": described(name),
  });
  const beside = words.unit ? [" ", element("span", { class: "unit" }, words.unit)] : [];
  if (!words.slider) return element("div", { class: "value" }, input, ...beside);
  const [min, max, stride] = words.slider;
  const slider = element("input", { type: "range", min, max, step: stride, tabindex: "-1", "aria-hidden": "true" });
  const follow = () => (slider.value = input.value === "" ? (declared.default ?? (min + max) / 2) : input.value);
  input.addEventListener("input", follow);
  slider.addEventListener("input", () => (input.value = slider.value));
  follow();
  return element("div", { class: "value" }, input, ...beside, slider);
}
