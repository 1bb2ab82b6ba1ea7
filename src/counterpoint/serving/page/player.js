// The sound of one piece: play and pause, a slider to seek by, the time. Where one begins, the others stop.

import { element } from "./dom.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");
let sounding = null;

/** 83.4 as 1:23. */
export const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

export class Player {
  /** sound: a Blob; name: of the piece, for who hears the controls read; moved(seconds): called as it goes on. */
  constructor(sound, name, moved) {
    this.moved = moved;
    this.audio = element("audio", { src: URL.createObjectURL(sound) });
    this.button = element("button", { type: "button", class: "play", "aria-label": `Play ${name}` }, "Play");
    const scale = { min: 0, max: 1, step: 0.5, value: 0 }; // seconds; the end is known once the sound is read
    this.slider = element("input", { type: "range", ...scale, "aria-label": `Position in ${name}` });
    this.time = element("span", { class: "time", "aria-hidden": "true" }, "0:00");
    this.element = element("div", { class: "player" }, this.button, this.slider, this.time, this.audio);
    this.name = name;
    this.button.addEventListener("click", () => (this.audio.paused ? this.play() : this.audio.pause()));
    this.slider.addEventListener("input", () => this.seek(Number(this.slider.value)));
    this.audio.addEventListener("loadedmetadata", () => {
      this.slider.max = this.audio.duration;
      this._show();
    });
    for (const change of ["play", "pause", "ended"]) this.audio.addEventListener(change, () => this._turned());
    for (const change of ["timeupdate", "seeked"]) this.audio.addEventListener(change, () => this._show());
  }

  /** Resolves to whether it sounds: a browser may refuse to play what no click asked for. */
  async play() {
    if (sounding !== this) sounding?.audio.pause();
    sounding = this;
    try {
      await this.audio.play();
      return true;
    } catch {
      return false;
    }
  }

  seek(seconds) {
    this.audio.currentTime = Math.min(seconds, this.audio.duration || 0);
    this._show();
  }

  _turned() {
    const playing = !this.audio.paused;
    this.button.textContent = playing ? "Pause" : "Play";
    this.button.setAttribute("aria-label", `${this.button.textContent} ${this.name}`);
    if (playing && !calm.matches) requestAnimationFrame(() => this._follow());
  }

  _follow() {
    if (this.audio.paused) return;
    this.moved(this.audio.currentTime);
    requestAnimationFrame(() => this._follow());
  }

  _show() {
    const { currentTime: now, duration } = this.audio;
    const end = duration || 0;
    this.slider.value = now;
    this.slider.setAttribute("aria-valuetext", `${clock(now)} of ${clock(end)}`);
    this.time.textContent = `${clock(now)} / ${clock(end)}`;
    this.moved(now);
  }
}
