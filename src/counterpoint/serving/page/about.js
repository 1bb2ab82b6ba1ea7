// "What plays": which model this is, and how it measures.

import { at, element, figure, table } from "./dom.js";

const NAMED = ["version", "run", "generator", "texture", "aliases", "tempo_bpm"];
const LABELS = { aliases: "also called", tempo_bpm: "tempo" };

/** Fill the section from what `GET /model` says. */
export function tellWhatPlays(model) {
  const metrics = model.metrics ?? {};
  const known = NAMED.filter((name) => model[name] !== undefined && String(model[name]) !== "");
  at("playing").append(
    element(
      "dl",
      {},
      ...known.flatMap((name) => [
        element("dt", {}, LABELS[name] ?? name),
        element("dd", {}, element("code", {}, [model[name]].flat().join(", "))),
      ]),
    ),
    ...(Object.keys(metrics).length ? [measured(metrics, model.measures)] : []),
    element(
      "details",
      {},
      element("summary", {}, "Model card: what it is made of, what it is for, its limits"),
      element("pre", {}, model.card),
    ),
  );
  at("playing").hidden = false;
}

const BESIDE = ["_low", "_high", "_real"]; // an interval's ends, and the same of held-out music: columns, not rows
const CAPTION =
  "What it writes, and how likely it holds music that it has not seen. " +
  "distance_to_real is 0 where nothing tells its music from held-out music.";
const FEW = 12; // so many figures are shown unasked

/** measures: what is known of some of the metrics, `{name, title, unit}`. */
function measured(metrics, measures) {
  const titles = Object.fromEntries(measures.map(({ name, title, unit }) => [name, `${title}, ${unit}`]));
  const isBeside = (name) => BESIDE.some((end) => name.endsWith(end) && name.slice(0, -end.length) in metrics);
  const names = Object.keys(metrics).filter((name) => !isBeside(name));
  const interval = (name) =>
    `${name}_low` in metrics ? `${figure(metrics[`${name}_low`])} to ${figure(metrics[`${name}_high`])}` : "";
  const columns = [
    ["measure", (name) => titles[name] ?? name],
    ["this model", (name) => figure(metrics[name])],
    ["95 % interval", interval],
    ["held-out music", (name) => figure(metrics[`${name}_real`] ?? "")],
  ].filter(([, cell]) => names.some((name) => cell(name) !== ""));
  const rows = names.map((name) => columns.map(([, cell]) => cell(name)));
  return element(
    "details",
    { open: rows.length <= FEW },
    element("summary", {}, `How it measures: ${rows.length} figures`),
    table("figures", CAPTION, columns.map(([head]) => head), rows),
  );
}
