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
    ...(Object.keys(metrics).length ? [measured(metrics)] : []),
    element("details", {}, element("summary", {}, "Model card: what it is made of, what it is for, its limits"), element("pre", {}, model.card)),
  );
  at("playing").hidden = false;
}

const BESIDE = ["_low", "_high", "_real"]; // an interval's ends, and the same of held-out music: columns, not rows

function measured(metrics) {
  const isBeside = (name) => BESIDE.some((end) => name.endsWith(end) && name.slice(0, -end.length) in metrics);
  const rows = Object.keys(metrics)
    .filter((name) => !isBeside(name))
    .map((name) => {
      const [low, high] = [metrics[`${name}_low`], metrics[`${name}_high`]];
      return [name, figure(metrics[name]), low === undefined ? "" : `${figure(low)} to ${figure(high)}`, figure(metrics[`${name}_real`] ?? "")];
    });
  const caption = "What it writes, and how likely it holds music that it has not seen. distance_to_real is 0 where nothing tells its music from the held-out.";
  const heads = ["measure", "this model", "95 % interval", "held-out music"];
  return element("details", { open: rows.length < 12 }, element("summary", {}, `How it measures: ${rows.length} figures`), table("figures", caption, heads, rows));
}
