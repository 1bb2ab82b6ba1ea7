// The page: it asks which model this is, offers what that can do, and plays what it writes.

import { tellWhatPlays } from "./about.js";
import * as addresses from "./address.js";
import { card } from "./card.js";
import { Controls } from "./controls.js";
import { at, element } from "./dom.js";
import { dropZone, keepThePage } from "./drop.js";
import { offerMeasuring } from "./measure.js";
import { model as asked } from "./service.js";
import { Take } from "./take.js";
import { WAYS, elsewhere } from "./ways.js";

const SEEDS = 2 ** 31; // so many there are
const NARROW = "(max-width: 40rem)"; // as in the style sheet: there the pieces shall be no long way below the button

function say(text) {
  at("said").textContent = text;
}

/** The sentence of a refusal, and, if the service is only busy, a button to try again. */
function refuse(error, retry) {
  const parts = [element("p", {}, error.message)];
  if (error.seconds) {
    const again = element("button", { type: "button" }, "Try again");
    again.addEventListener("click", () => {
      at("make").focus(); // this button is about to go
      retry();
    });
    const wait = error.seconds === 1 ? "a second" : `${error.seconds} seconds`;
    parts.push(element("p", {}, `It is busy; in ${wait} it may have time.`), again);
  }
  at("refused").replaceChildren(...parts);
  at("refused").hidden = false;
}

class Page {
  constructor(model) {
    this.model = model;
    this.ways = Object.keys(WAYS).filter((way) => model.can.includes(way));
    this.files = {}; // by way
    this.busy = false;
    this.controls = new Controls(model);
    at("lead").textContent = `${model.run} writes music. Press the button to hear some.`;
    at("elsewhere").textContent = elsewhere(model.cannot);
    at("elsewhere").hidden = !at("elsewhere").textContent;
    this._offerWays();
    this.choose(this.ways[0]);
    if (model.can.includes("evaluate")) offerMeasuring();
    tellWhatPlays(model);
    keepThePage();
    at("request").addEventListener("submit", (event) => {
      event.preventDefault();
      this.compose();
    });
    addEventListener("hashchange", () => this.remember());
    at("settings").open = !matchMedia(NARROW).matches;
    at("request").hidden = false;
    this.remember();
  }

  _offerWays() {
    for (const way of this.ways) {
      const { label, file } = WAYS[way];
      const input = element("input", { type: "radio", name: "way", id: `way-${way}`, value: way });
      input.addEventListener("change", () => this.choose(way));
      at("ways").append(element("label", {}, input, label));
      if (!file) continue;
      const chosen = (content) => (this.files[way] = content);
      at("sources").append(dropZone(file.field, `${file.label} (MIDI)`, chosen));
    }
    at("ways").hidden = this.ways.length < 2;
  }

  /** Go one of the ways. */
  choose(way) {
    this.way = way;
    at(`way-${way}`).checked = true;
    at("make").textContent = WAYS[way].button;
    for (const zone of at("sources").children) zone.hidden = zone.dataset.field !== WAYS[way].file?.field;
    this.controls.limit(WAYS[way]);
  }

  /** Fill the form with what the page's address holds, if that is a piece. */
  remember() {
    const found = addresses.read(location.hash);
    if (!found) return;
    if (this.ways.includes(found.way)) this.choose(found.way);
    this.controls.fill(found.fields);
    const other = found.model && found.model !== this.model.version;
    say(
      other
        ? `These controls are of a piece by ${found.model}; here plays ${this.model.version}, which will write another.`
        : "The controls are set: press the button to have that piece again.",
    );
    at("make").focus();
  }

  _file(way) {
    if (!WAYS[way].file) return null;
    return { field: WAYS[way].file.field, content: this.files[way] };
  }

  /** Have the pieces written that the form asks for, and play the first. */
  async compose() {
    if (this.busy) return;
    at("refused").hidden = true;
    this.controls.clear();
    const read = this.controls.read();
    if (!read) return;
    const { way } = this;
    const file = this._file(way);
    if (file && !file.content) {
      this.controls.wrong(file.field, "Choose a MIDI file first.");
      return;
    }
    this.busy = true;
    at("make").setAttribute("aria-disabled", "true");
    say("Composing…");
    try {
      for (let number = 0; number < read.count; number += 1) {
        const seed = read.fields.seed === undefined ? {} : { seed: (read.fields.seed + number) % SEEDS };
        await this._show(await Take.make(way, { ...read.fields, ...seed }, file), number === 0);
      }
    } catch (error) {
      say("");
      refuse(error, () => this.compose());
      this.controls.refused(error.fields ?? []);
    } finally {
      this.busy = false;
      at("make").removeAttribute("aria-disabled");
    }
  }

  /** The cards of a take above the older ones; the first of a request is heard, and its score looked at. */
  async _show(take, heard) {
    const made = await Promise.all(take.notes.pieces.map((_, place) => card(take, place, this.model)));
    const [first] = made;
    at("pieces").prepend(...made.map((each) => each.element));
    if (!heard) {
      say(`${first.name} is there, too.`);
      return;
    }
    first.element.scrollIntoView({ block: "nearest" });
    const sounds = await first.player.play();
    say(sounds ? `Playing ${first.name}.` : `${first.name} is there: press Play to hear it.`);
    if (made.length === 1) first.score.open = true;
  }
}

asked()
  .then((model) => new Page(model))
  .catch((error) => {
    at("closed").textContent = error.message;
    at("closed").hidden = false;
  });
