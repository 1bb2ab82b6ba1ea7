// A piece as a piano roll, with bars, beats and octaves as the service's own pictures have them.

import { drawn, element } from "./dom.js";

const BLACK_KEYS = [1, 3, 6, 8, 10];
const LEAST_SEMITONES = 20;
const SEMITONE = 7; // pixels
const NUMBERS = 18; // pixels above the roll, for the bars' numbers
const LEAST_BEAT = 11; // pixels; a longer piece is scrolled
const TRACKS = 8; // colours, in the style sheet

/** The end of the last bar in ticks, and the pitches with room around them. */
function span(notes, bar) {
  const last = Math.max(1, ...notes.map(({ onset, duration }) => onset + duration));
  const pitches = notes.length ? notes.map(({ pitch }) => pitch) : [60, 72];
  const [low, high] = [Math.min(...pitches), Math.max(...pitches)];
  const spare = Math.max(2, Math.floor((LEAST_SEMITONES - (high - low)) / 2));
  return { end: Math.ceil(last / bar) * bar, low: Math.max(0, low - spare), high: Math.min(127, high + spare) };
}

/**
 * The roll of notes that `answer` (notes.json) tells the time of. `seek(seconds)` is called when it is clicked;
 * `show(seconds)` of what is returned moves the line. Across, all is in percent, so that it fits any width.
 */
export function roll(notes, answer, label, seek) {
  const { bar_ticks: bar, ticks_per_quarter: beat } = answer;
  const { end, low, high } = span(notes, bar);
  const seconds = ((end / beat) * 60) / answer.tempo_bpm;
  const height = (high - low + 1) * SEMITONE + NUMBERS;
  const across = (ticks) => `${(100 * ticks) / end}%`;
  const down = (pitch) => NUMBERS + (high - pitch) * SEMITONE; // the upper edge of a pitch's row
  const upright = (ticks, kind) =>
    drawn("line", { class: kind, x1: across(ticks), x2: across(ticks), y1: NUMBERS, y2: height });
  const paper = [];
  const names = [];
  for (let pitch = low; pitch <= high; pitch += 1) {
    const key = { x: 0, y: down(pitch), width: "100%", height: SEMITONE };
    if (BLACK_KEYS.includes(pitch % 12)) paper.push(drawn("rect", { class: "black-key", ...key }));
    if (pitch % 12 !== 0) continue;
    const edge = down(pitch) + SEMITONE;
    paper.push(drawn("line", { class: "bar", x1: 0, x2: "100%", y1: edge, y2: edge }));
    names.push(drawn("text", { x: "100%", y: edge, "text-anchor": "end" }, `C${pitch / 12 - 1}`));
  }
  for (let tick = 0; tick < end; tick += beat) if (tick % bar) paper.push(upright(tick, "beat"));
  for (let tick = 0, number = 1; tick < end; tick += bar, number += 1) {
    paper.push(upright(tick, "bar"));
    paper.push(drawn("text", { x: across(tick), y: NUMBERS - 6 }, number === 1 ? "bar 1" : String(number)));
  }
  const blocks = notes.map((note) => {
    const length = note.is_drum ? beat / 4 : note.duration;
    return drawn("rect", {
      class: `track-${note.track % TRACKS}`,
      x: across(note.onset),
      y: down(note.pitch),
      width: across(length),
      height: SEMITONE,
      rx: 1.5,
      "fill-opacity": (0.45 + (0.55 * note.velocity) / 127).toFixed(2),
    });
  });
  const line = drawn("line", { class: "now", x1: 0, x2: 0, y1: 0, y2: height });
  const picture = drawn(
    "svg",
    { class: "notes", role: "img", "aria-label": label, width: "100%", height },
    ...paper,
    ...blocks,
    line,
  );
  const wide = element("div", { class: "wide" }, picture);
  wide.style.minWidth = `${(end / beat) * LEAST_BEAT}px`;
  const window = element("div", { class: "window" }, wide);
  picture.addEventListener("click", (event) => {
    const { left, width } = picture.getBoundingClientRect();
    seek(((event.clientX - left) / width) * seconds);
  });
  const octaves = drawn("svg", { class: "octaves", "aria-hidden": "true", height }, ...names);
  return {
    element: element("div", { class: "roll" }, octaves, window),
    show(now) {
      const share = Math.min(1, now / seconds);
      line.setAttribute("x1", `${100 * share}%`);
      line.setAttribute("x2", `${100 * share}%`);
      const place = share * wide.clientWidth;
      const seen = place - window.scrollLeft;
      if (seen < 0 || seen > window.clientWidth) window.scrollLeft = place - window.clientWidth / 8;
    },
  };
}
