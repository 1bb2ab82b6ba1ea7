// The ways to music, by the name that `GET /model` has for them in "can" and "cannot".

// file: what has to be given, and the field that the service reads it from; own: fields of this way alone;
// without: fields that a model obeys, but not on this way; phrase: how a sentence says it.
export const WAYS = {
  generate: {
    label: "Something new",
    button: "Play something new",
    phrase: "write something new",
    own: [],
    without: [],
  },
  continue: {
    label: "How a tune of mine goes on",
    button: "Play how it goes on",
    phrase: "continue a tune of yours",
    file: { field: "primer", label: "The tune’s beginning" },
    own: [],
    without: [],
  },
  accompany: {
    label: "Voices to a voice of mine",
    button: "Play the voices to it",
    phrase: "write the other voices to yours",
    file: { field: "track", label: "The voice" },
    own: [],
    without: ["bars", "length"],
  },
  interpolate: {
    label: "The way from one piece to another",
    button: "Play the way",
    phrase: "go from one piece to another",
    own: ["to", "steps"],
    without: ["how-many"],
  },
};

/** One sentence on what this model cannot do, and which kinds can; "" if it can all. cannot: as in `GET /model`. */
export function elsewhere(cannot) {
  const parts = Object.entries(cannot)
    .filter(([way]) => way in WAYS)
    .map(([way, who]) => `${WAYS[way].phrase} (${who})`);
  return parts.length ? `Not by this model: to ${parts.join("; to ")}.` : "";
}
