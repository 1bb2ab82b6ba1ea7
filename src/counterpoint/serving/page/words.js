// What the fields of a request are called by who plays, not by who trains.

// slider: least, most and step, where most music lies; the number beside it takes what the service allows.
// start: what the page asks for where that is not the service’s default. empty: what an empty control says where the
// service has no default. finer: shown on demand.
export const WORDS = {
  // Half the service's default: the sound is there sooner, and half a minute is enough to like or dislike.
  length: {
    label: "Length",
    slider: [8, 256, 8],
    start: 64,
    about: "notes, or chords, at most; a piece may end by itself",
  },
  bars: { label: "Length", unit: "bars", slider: [1, 32, 1], about: "of four quarter notes" },
  temperature: {
    label: "Adventurousness",
    slider: [0, 2, 0.05],
    about: "1: as it learned; less: the expected; more: surprises; 0: always the likeliest note",
  },
  noise_scale: {
    label: "Adventurousness",
    slider: [0, 2, 0.05],
    about: "1: as it learned; less: the usual; more: surprises; 0: always the same",
  },
  tempo: {
    label: "Tempo",
    unit: "♩/min",
    slider: [40, 200, 1],
    about: "quarter notes a minute; empty: as the model has it, or your file",
  },
  key: { label: "Key", about: "the piece is moved so that this is its tonic" },
  seed: {
    label: "Seed",
    empty: "any",
    about: "the same number and settings bring the same piece; empty: another each time",
  },
  to: { label: "To seed", empty: "any", about: "of the last piece; empty: another each time" },
  steps: { label: "Steps", slider: [2, 12, 1], about: "how many pieces, both ends among them" },
  duration_temperature: {
    label: "Adventurousness of rhythm",
    empty: "same",
    slider: [0, 2, 0.05],
    finer: true,
    about: "the same for lengths alone; empty: as the notes",
  },
  top_k: { label: "Choose among", slider: [0, 40, 1], finer: true, about: "so many of the likeliest notes; 0: all" },
  top_p: {
    label: "Leave out the unlikely",
    slider: [0.05, 1, 0.05],
    finer: true,
    about: "choose among the likeliest that hold this share of the probability; 1: leave out nothing",
  },
};

export const TONICS = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];

/** "Bb" as it is printed: B♭. */
export const printed = (key) => key.replace(/^([A-G])b/, "$1♭").replace(/^([A-G])#/, "$1♯");

export const TEXTURES = { melody: "Melody", chords: "Chords", voices: "Four voices", band: "Band" };
