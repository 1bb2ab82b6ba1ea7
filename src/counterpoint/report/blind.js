"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const opened = atob(data.sealed);
  const key = JSON.parse(new TextDecoder().decode(Uint8Array.from(opened, (letter) => letter.charCodeAt(0))));
  const place = "blind-listening-" + data.set;
  const at = (id) => document.getElementById(id);
  const sounds = [new Audio(), new Audio()];
  const sides = ["A", "B"];
  let state = remembered();
  let current = null;
  let heard = [false, false];
  let answered = false;

  function fresh() {
    return { tell: false, shortcuts: true, answers: [] };
  }
  function remembered() {
    try {
      const kept = JSON.parse(localStorage.getItem(place));
      return kept && Array.isArray(kept.answers) ? { ...fresh(), ...kept } : fresh();
    } catch {
      return fresh();
    }
  }
  function remember() {
    try {
      localStorage.setItem(place, JSON.stringify(state));
    } catch {
      at("status").textContent = "This browser keeps nothing for this page: your answers last until you leave it.";
    }
  }
  function below(count) {
    // Without the small bias that a remainder of 2^32 would have.
    const limit = 2 ** 32 - (2 ** 32 % count);
    const drawn = new Uint32Array(1);
    do crypto.getRandomValues(drawn);
    while (drawn[0] >= limit);
    return drawn[0] % count;
  }

  function next() {
    silence();
    const done = new Set(state.answers.map((answer) => answer.pair));
    const left = data.pairs.filter((pair) => !done.has(pair.id));
    at("reset").hidden = state.answers.length === 0;
    at("listening").hidden = left.length === 0;
    at("results").hidden = left.length > 0;
    if (left.length === 0) {
      show();
      return;
    }
    const pair = left[below(left.length)];
    const clips = below(2) ? [pair.clips[1], pair.clips[0]] : [...pair.clips];
    current = { pair: pair.id, clips };
    clips.forEach((clip, side) => (sounds[side].src = clip.sound));
    heard = [false, false];
    answered = false;
    at("place").textContent = `Pair ${state.answers.length + 1} of ${data.pairs.length}`;
    at("progress").max = data.pairs.length;
    at("progress").value = state.answers.length;
    at("told").hidden = true;
    at("hint").hidden = false;
    allow();
  }
  function allow() {
    const may = heard[0] && heard[1] && !answered;
    for (const id of ["choose-a", "choose-b", "choose-none"]) at(id).disabled = !may;
    if (may) at("hint").hidden = true;
  }
  function silence() {
    sounds.forEach((sound, side) => {
      sound.pause();
      at(side ? "play-b" : "play-a").setAttribute("aria-pressed", "false");
    });
  }
  function play(side) {
    const again = !sounds[side].paused;
    silence();
    if (again) return;
    sounds[side].currentTime = 0;
    sounds[side].play().then(
      () => {
        heard[side] = true;
        allow();
      },
      () => {
        if (!sounds[side].error) return; // interrupted by the other side
        at("status").textContent = "This browser cannot play the sound (MP3).";
      },
    );
    at(side ? "play-b" : "play-a").setAttribute("aria-pressed", "true");
    at("status").textContent = `Playing ${sides[side]}`;
  }
  function choose(choice) {
    if (answered || !heard[0] || !heard[1]) return;
    answered = true;
    silence();
    const truth = key[current.pair];
    const person = sides[current.clips.findIndex((clip) => clip.id === truth.person)];
    state.answers.push({
      pair: current.pair,
      said: choice,
      person,
      right: choice === "none" ? null : choice === person,
      generator: truth.generator,
    });
    remember();
    if (!state.tell) {
      at("status").textContent = "Noted.";
      next();
      focusOn(at("results").hidden ? "place" : "results-heading");
      return;
    }
    allow();
    at("reset").hidden = false;
    const verdict = choice === "none" ? "" : choice === person ? "Right. " : "Wrong. ";
    at("verdict").textContent = `${verdict}${person} was written by a person, the other by ${truth.generator}.`;
    at("status").textContent = at("verdict").textContent;
    at("told").hidden = false;
    at("next").focus();
  }
  function goOn() {
    if (!answered || at("listening").hidden) return;
    next();
    focusOn(at("results").hidden ? "place" : "results-heading");
  }
  function focusOn(id) {
    at(id).focus({ preventScroll: id === "place" });
  }

  // P(at most `hits` of `tries`), summed in logarithms.
  function below_or_at(hits, tries, share) {
    if (share <= 0) return 1;
    if (share >= 1) return hits >= tries ? 1 : 0;
    let term = tries * Math.log1p(-share);
    let sum = Math.exp(term);
    for (let count = 1; count <= hits; count += 1) {
      term += Math.log((tries - count + 1) / count) + Math.log(share) - Math.log1p(-share);
      sum += Math.exp(term);
    }
    return sum;
  }
  // Clopper and Pearson, Biometrika 26 (1934): the shares at which so few, or so many, have a chance of 2.5 %.
  function exact(hits, tries) {
    const solve = (chance, wanted) => {
      let [low, high] = [0, 1];
      for (let step = 0; step < 60; step += 1) {
        const middle = (low + high) / 2;
        if (chance(middle) > wanted) low = middle;
        else high = middle;
      }
      return (low + high) / 2;
    };
    return [
      hits === 0 ? 0 : solve((share) => below_or_at(hits - 1, tries, share), 0.975),
      hits === tries ? 1 : solve((share) => below_or_at(hits, tries, share), 0.025),
    ];
  }
  function tallies() {
    const found = new Map();
    for (const answer of state.answers) {
      const own = found.get(answer.generator) ?? { generator: answer.generator, right: 0, wrong: 0, unsure: 0 };
      own[answer.right === null ? "unsure" : answer.right ? "right" : "wrong"] += 1;
      found.set(answer.generator, own);
    }
    return [...found.values()]
      .sort((one, other) => (one.generator < other.generator ? -1 : 1))
      .map((own) => {
        const tries = own.right + own.wrong;
        const [low, high] = tries ? exact(own.right, tries) : [null, null];
        return { ...own, share: tries ? own.right / tries : null, low, high };
      });
  }
  function percent(share) {
    return share === null ? "–" : `${(100 * share).toFixed(0)}\u202f%`;
  }
  function line(cells) {
    const row = document.createElement("tr");
    cells.forEach((text, number) => {
      const cell = document.createElement(number ? "td" : "th");
      if (!number) cell.scope = "row";
      if (typeof text === "number" || /%$|^–$/.test(text)) cell.className = "n";
      cell.textContent = text;
      row.append(cell);
    });
    return row;
  }
  function show() {
    const counted = tallies();
    const said = { A: "A", B: "B", none: "can’t tell" };
    const right = state.answers.filter((answer) => answer.right).length;
    at("summary").textContent = `You knew the person’s music in ${right} of ${state.answers.length} pairs.`;
    at("tally").replaceChildren(
      ...counted.map((own) =>
        line([
          own.generator,
          own.right,
          own.wrong,
          own.unsure,
          percent(own.share),
          own.low === null ? "–" : `${percent(own.low)} to ${percent(own.high)}`,
        ]),
      ),
    );
    at("each").replaceChildren(
      ...state.answers.map((answer, number) =>
        line([`${number + 1}`, said[answer.said], answer.person, answer.generator]),
      ),
    );
    const file = JSON.stringify({ set: data.set, answers: state.answers, tallies: counted }, null, 2);
    at("download").href = "data:application/json;charset=utf-8," + encodeURIComponent(file);
  }

  at("play-a").addEventListener("click", () => play(0));
  at("play-b").addEventListener("click", () => play(1));
  at("choose-a").addEventListener("click", () => choose("A"));
  at("choose-b").addEventListener("click", () => choose("B"));
  at("choose-none").addEventListener("click", () => choose("none"));
  at("next").addEventListener("click", goOn);
  at("reset").addEventListener("click", () => {
    state = { ...state, answers: [] };
    remember();
    at("status").textContent = "Your answers are forgotten.";
    next();
    focusOn("place");
  });
  at("tell").addEventListener("change", (event) => {
    state.tell = event.target.checked;
    remember();
  });
  // Who speaks to the browser, or strikes keys by chance, can do without.
  at("shortcuts").addEventListener("change", (event) => {
    state.shortcuts = event.target.checked;
    remember();
  });
  sounds.forEach((sound, side) =>
    sound.addEventListener("ended", () => at(side ? "play-b" : "play-a").setAttribute("aria-pressed", "false")),
  );
  const keys = {
    a: () => play(0),
    b: () => play(1),
    1: () => choose("A"),
    2: () => choose("B"),
    0: () => choose("none"),
    n: goOn,
  };
  document.addEventListener("keydown", (event) => {
    if (!state.shortcuts || event.ctrlKey || event.metaKey || event.altKey || event.repeat || at("listening").hidden) return;
    keys[event.key.toLowerCase()]?.();
  });
  at("tell").checked = state.tell;
  at("shortcuts").checked = state.shortcuts;
  next();
})();
