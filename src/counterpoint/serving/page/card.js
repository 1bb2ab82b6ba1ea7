// A piece as a card: its roll, its sound, its score, its files, and the seed that brings it back.

import { address } from "./address.js";
import { element } from "./dom.js";
import { FORMATS } from "./formats.js";
import { Player, clock } from "./player.js";
import { roll } from "./roll.js";
import { TEXTURES, printed } from "./words.js";

const SAVING_MILLISECONDS = 60_000; // after which a browser has surely begun to save what it was given

let cards = 0;

/** The card of piece `place` of a Take. model: as `GET /model` says it. */
export async function card(take, place, model) {
  const { notes: answer, fields, remarks } = take;
  const { key, notes } = answer.pieces[place];
  const several = answer.pieces.length > 1;
  const title = `${TEXTURES[model.texture] ?? model.texture}${key ? ` in ${printed(key)}` : ""}`;
  const name = `${title}, seed ${fields.seed}${several ? `, step ${place + 1}` : ""}`;
  const player = new Player(await take.piece(place, "wav"), name, (seconds) => picture.show(seconds));
  const picture = roll(notes, answer, `Piano roll of ${name}: ${count(notes.length, "note")}`, (seconds) => {
    player.seek(seconds);
    player.play();
  });
  const problem = element("p", { class: "wrong", role: "alert", hidden: true });
  const tell = (error) => {
    problem.textContent = error === null ? "" : error.message;
    problem.hidden = error === null;
  };
  const marks = [...(take.way === "generate" ? [] : [take.way]), ...(several ? [place] : [])];
  const stem = ["counterpoint", fields.seed, ...marks].join("-");
  const score = scoreOf(() => take.piece(place, "svg"), `Score of ${name}`, tell);
  const id = `piece-${(cards += 1)}`;
  const made = element(
    "article",
    { class: "piece", "aria-labelledby": id },
    element("h2", { id }, title),
    element("p", { class: "muted" }, facts(answer, notes, several && place)),
    ...(remarks ? [element("p", {}, remarks)] : []),
    picture.element,
    ...legend(answer.tracks, notes),
    player.element,
    score,
    element(
      "div",
      { class: "row", role: "group", "aria-label": `Download ${name}` },
      ...model.formats
        .filter((format) => format in FORMATS)
        .map((format) =>
          saving(FORMATS[format].label, `${stem}.${FORMATS[format].extension}`, () => take.piece(place, format), tell),
        ),
      saving(several ? "All pieces (zip)" : "All (zip)", `${stem}.zip`, () => take.everything(model.formats), tell),
    ),
    element("p", { class: "seed" }, ...again(take, fields, model.version)),
    problem,
  );
  return { element: made, name, player, score };
}

const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

function facts({ bar_ticks: bar, ticks_per_quarter: beat, tempo_bpm: tempo, pieces }, notes, step) {
  const end = Math.max(0, ...notes.map(({ onset, duration }) => onset + duration));
  return [
    ...(step === false ? [] : [`step ${step + 1} of ${pieces.length}`]),
    count(notes.length, "note"),
    count(Math.ceil(end / bar), "bar"),
    `♩ = ${Number(tempo.toFixed(1))}`,
    clock(((end / beat) * 60) / tempo),
  ].join(" · ");
}

/** Which colour is which track, where there are several. */
function legend(names, notes) {
  const sounding = [...new Set(notes.map(({ track }) => track))].sort((one, other) => one - other);
  if (sounding.length < 2) return [];
  const items = sounding.map((track) =>
    element("li", {}, element("span", { class: `swatch track-${track}` }), names[track] ?? `track ${track}`),
  );
  return [element("ul", { class: "legend", "aria-label": "Tracks" }, ...items)];
}

/** The engraved score, asked for when it is first looked at: it takes the service longer than the music. */
function scoreOf(fetched, label, tell) {
  const reading = { tabindex: "0", role: "region", "aria-label": label, "aria-live": "polite" };
  const sheet = element("div", { class: "scroll sheet", ...reading });
  const section = element("details", { class: "score" }, element("summary", {}, "Score"), sheet);
  section.addEventListener("toggle", async () => {
    if (!section.open || sheet.children.length) return;
    sheet.replaceChildren(element("p", { class: "muted" }, "Engraving…"));
    tell(null);
    try {
      const source = URL.createObjectURL(await fetched());
      sheet.replaceChildren(element("img", { class: "paper", alt: label, src: source }));
    } catch (error) {
      sheet.replaceChildren();
      section.open = false;
      tell(error);
    }
  });
  return section;
}

/** A button that fetches a file and saves it as `name`. */
function saving(label, name, fetched, tell) {
  const button = element("button", { type: "button", class: "small" }, label);
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    tell(null);
    try {
      const source = URL.createObjectURL(await fetched());
      element("a", { href: source, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(source), SAVING_MILLISECONDS);
    } catch (error) {
      tell(error);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
  return button;
}

/** How to have the piece again. */
function again(take, fields, version) {
  const link = element("a", { href: address(take.way, fields, version) }, "Set the controls for it");
  const parts = [`Seed ${fields.seed}. `, link];
  if (take.file) parts.push(` (and give ${take.file.content.name} again)`);
  if (navigator.clipboard) {
    // It is there only where the page came from this machine, or over HTTPS.
    const copy = element("button", { type: "button", class: "small" }, "Copy the link");
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(link.href);
        copy.textContent = "Copied";
      } catch {
        copy.textContent = "The browser does not let me";
      }
    });
    parts.push(" ", copy);
  }
  return parts;
}
