// The files that a piece can be had as.

export const FORMATS = {
  midi: { label: "MIDI", extension: "mid", type: "audio/midi" },
  musicxml: { label: "MusicXML", extension: "musicxml", type: "application/vnd.recordare.musicxml+xml" },
  wav: { label: "WAV", extension: "wav", type: "audio/wav" },
  svg: { label: "Score (SVG)", extension: "svg", type: "image/svg+xml" },
  png: { label: "Piano roll (PNG)", extension: "png", type: "image/png" },
  json: { label: "Notes (JSON)", extension: "json", type: "application/json" },
};
