"""The page in a real browser, Chromium, which asks the real served Bento and nobody else."""

import io
import json
import os
import wave
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import httpx
import numpy as np
import pytest
from music21 import converter
from playwright.sync_api import Browser, Locator, Page, Route, expect, sync_playwright

from counterpoint.encodings.pianoroll import encode
from counterpoint.models.musegan.given import Given
from counterpoint.notes.midi import read_midi, write_midi
from counterpoint.notes.table import note_table
from counterpoint.render.pianoroll import COLOURS
from counterpoint.serving.page import FILES, HEADERS
from tests.models.musegan.untrained import CHOIR, bach, generator, write
from tests.report.browser import CHROMIUM

from .conftest import CARD, Packed, Server, pack, serve_ready

WAIT_MILLISECONDS = 30_000
WIDE, PHONE = (1100, 850), (320, 640)
QUIET = ("--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync")
# the loudest of what a playing element gives in two seconds
LOUDEST = """async (audio) => {
  const context = new AudioContext();
  const ear = context.createAnalyser();
  const source = context.createMediaElementSource(audio);
  source.connect(ear);
  source.connect(context.destination);
  await context.resume();
  const samples = new Float32Array(ear.fftSize);
  let loudest = 0;
  for (let look = 0; look < 40; look += 1) {
    await new Promise((go) => setTimeout(go, 50));
    ear.getFloatTimeDomainData(samples);
    loudest = Math.max(loudest, ...samples.map(Math.abs));
  }
  return loudest;
}"""


@dataclass
class Visit:
    """A page somebody has open, what it asked for, and what it complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def hear(self, kind: str, text: str) -> None:
        """A line of the browser's console.

        Chromium itself reports every refusal of the service; the tests look at what the page makes of them.
        """
        if kind in ("error", "warning") and not text.startswith("Failed to load resource"):
            self.complaints.append(text)

    def card(self, place: int = 0) -> Locator:
        """The card at a place from the top."""
        return self.page.locator("article.piece").nth(place)

    def wish(self, seed: int) -> None:
        """Follow a link to a seed: the controls are set, and one is at the button."""
        self.page.evaluate("seed => { location.hash = `seed=${seed}&length=64`; }", seed)
        expect(self.page.get_by_role("status")).to_contain_text("press the button")

    def compose(self) -> Locator:
        """Press the button; the card which then plays, the newest."""
        before = self.page.locator("article.piece").count()
        self.page.get_by_role("button", name="Play something new").click()
        return self.newest(before)

    def newest(self, before: int = 0) -> Locator:
        """The top card, once there are more than `before` of them and it plays, or has played: some are short."""
        expect(self.page.locator("article.piece")).not_to_have_count(before)
        expect(self.page.get_by_role("status")).to_contain_text("Playing")
        return self.card()

    def drop(self, zone: str, name: str, content: bytes) -> None:
        """Let a file fall on the place of a field, as a person who drags it there."""
        data = self.page.evaluate_handle(
            """([name, bytes]) => {
              const data = new DataTransfer();
              data.items.add(new File([new Uint8Array(bytes)], name));
              return data;
            }""",
            [name, list(content)],
        )
        self.page.locator(f".drop[data-field={zone}]").dispatch_event("drop", {"dataTransfer": data})


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("needs chromium on the PATH")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *QUIET])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, server: Server, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """The page of `server`; at the end it must have asked nobody else, and complained of nothing unexpected.

    `@pytest.mark.parametrize("visit", [{"size": PHONE}], indirect=True)` for another size than `WIDE`.
    """
    with visiting(chromium, server, **getattr(request, "param", {})) as opened:
        yield opened


@contextmanager
def visiting(chromium: Browser, server: Server, size: tuple[int, int] = WIDE, dark: bool = False) -> Iterator[Visit]:
    expect.set_options(timeout=WAIT_MILLISECONDS)
    with chromium.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        permissions=["clipboard-read", "clipboard-write"],
    ) as context:
        opened = Visit(context.new_page())
        opened.page.on("request", lambda asked: opened.asked.append(asked.url))
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.page.on("console", lambda said: opened.hear(said.type, said.text))
        opened.page.goto(server.url)
        yield opened
    ours = urlsplit(server.url).netloc
    assert {urlsplit(url).netloc for url in opened.asked if not url.startswith("blob:")} == {ours}
    assert opened.complaints == []


@pytest.fixture(scope="module")
def seed(server: Server) -> int:
    """The first whose piece plays long enough for what a test does meanwhile; the untrained model's often do not."""
    for seed in range(100):
        told = server.generate(seed=seed, length=64, format="json").json()
        if len(told["pieces"][0]["notes"]) > 40:
            return seed
    raise AssertionError("all pieces are short")


def keep(page: Page, name: str, tmp_path: Path) -> None:
    """A screenshot, to look at: in $COUNTERPOINT_SCREENSHOTS, or with the test's own files."""
    folder = Path(os.environ.get("COUNTERPOINT_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def saved(page: Page, card: Locator, label: str) -> tuple[str, bytes]:
    """The name and content of the file that a button of the card downloads."""
    with page.expect_download() as download:
        card.get_by_role("button", name=label, exact=True).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def blocks(card: Locator) -> list[list[str]]:
    """Where the notes of a card's roll lie."""
    return card.locator(".notes rect[class^=track]").evaluate_all(
        "all => all.map(note => ['x', 'y', 'width'].map(name => note.getAttribute(name)))"
    )


def test_one_click_brings_a_piece_to_hear_to_see_and_to_take_away(
    visit: Visit, server: Server, seed: int, tmp_path: Path
) -> None:
    page = visit.page
    visit.wish(seed)
    card = visit.compose()
    sound = card.locator("audio")
    assert sound.evaluate(LOUDEST) > 0.01
    first = sound.evaluate("audio => audio.currentTime")
    assert first > 0
    assert float(card.locator(".now").get_attribute("x1").rstrip("%")) > 0

    # the roll has the very notes, and a click in its middle seeks there
    name, content = saved(page, card, "Notes (JSON)")
    told = json.loads(content)
    assert name == f"counterpoint-{seed}.json"
    notes = told["pieces"][0]["notes"]
    assert len(blocks(card)) == len(notes) > 0
    assert f"{len(notes)} note" in card.inner_text()
    card.get_by_role("button", name="Pause").click()
    roll = card.locator("svg.notes")
    size = roll.bounding_box()
    assert size is not None
    bars = -(-max(note["onset"] + note["duration"] for note in notes) // told["bar_ticks"])
    middle = bars * told["bar_ticks"] / 2 / told["ticks_per_quarter"] * 60 / told["tempo_bpm"]
    roll.click(position={"x": size["width"] / 2, "y": size["height"] / 2})
    expect(card.get_by_role("button", name="Pause")).to_be_visible()
    assert middle - 0.3 < sound.evaluate("audio => audio.currentTime") < middle + 5
    card.get_by_role("button", name="Pause").click()

    # the score came by itself
    score = card.get_by_role("img", name="Score of")
    expect(score).to_be_visible()
    assert score.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    keep(page, "a-piece", tmp_path)

    # every file holds the piece
    labels = ("MIDI", "MusicXML", "WAV", "Score (SVG)", "Piano roll (PNG)")
    files = {label: saved(page, card, label) for label in labels}
    assert [name for name, _ in files.values()] == [
        f"counterpoint-{seed}.{ending}" for ending in ("mid", "musicxml", "wav", "svg", "png")
    ]
    table, _ = read_midi(files["MIDI"][1], "000", max_notes=9999, max_beats=9999)
    assert table[["onset", "pitch"]].to_numpy().tolist() == [[note["onset"], note["pitch"]] for note in notes]
    assert files["MIDI"][1] == server.generate(seed=seed, length=64).content
    written = converter.parseData(files["MusicXML"][1].decode(), format="musicxml")
    assert {pitch.midi for pitch in written.pitches} == {note["pitch"] for note in notes}
    with wave.open(io.BytesIO(files["WAV"][1])) as samples:
        heard = np.frombuffer(samples.readframes(samples.getnframes()), np.int16)
        assert samples.getnframes() / samples.getframerate() > 0.5
    assert np.abs(heard).max() > 10_000
    assert ElementTree.fromstring(files["Score (SVG)"][1]).tag.endswith("svg")
    assert files["Piano roll (PNG)"][1].startswith(b"\x89PNG")
    name, content = saved(page, card, "All (zip)")
    assert name == f"counterpoint-{seed}.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sorted(archive.namelist()) == [
            "notes.json",
            *(f"piece-000.{ending}" for ending in ("mid", "musicxml", "png", "svg", "wav")),
        ]
        assert archive.read("piece-000.mid") == files["MIDI"][1]


def test_a_seed_brings_the_piece_back_above_the_older_ones(visit: Visit, packed: Packed, seed: int) -> None:
    page = visit.page
    page.get_by_label("Adventurousness", exact=True).fill("0.8")
    page.get_by_label("Tempo").fill("90")
    page.get_by_label("Key").select_option("Eb")
    page.get_by_label("Pieces", exact=True).fill("2")
    page.get_by_label("Seed", exact=True).fill(f"{seed}")
    visit.compose()
    expect(page.locator("article.piece")).to_have_count(2)  # one of the seed, and of the next
    expect(page.get_by_role("status")).to_contain_text(f"seed {seed + 1} is there, too")
    older = visit.card(1)
    assert "♩ = 90" in older.inner_text() and "E♭" in older.get_by_role("heading").inner_text()
    older.get_by_role("button", name="Copy the link").click()
    expect(older.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied.endswith(f"/#length=64&temperature=0.8&seed={seed}&tempo=90&key=Eb&model={packed.version}")

    page.get_by_label("Seed", exact=True).fill("")
    page.get_by_label("Tempo").fill("")
    older.get_by_role("link", name="Set the controls for it").click()
    assert page.get_by_label("Seed", exact=True).input_value() == f"{seed}"
    assert page.get_by_label("Tempo").input_value() == "90"
    assert page.get_by_label("Key").input_value() == "Eb"
    assert page.get_by_label("Pieces", exact=True).input_value() == ""
    page.keyboard.press("Enter")  # the link leaves one at the button
    newest = visit.newest(2)
    expect(page.locator("article.piece")).to_have_count(3)
    assert blocks(newest) == blocks(visit.card(2)) != blocks(visit.card(1))
    # where one sounds, the others do not
    visit.card(1).get_by_role("button", name="Play").click()
    expect(newest.get_by_role("button", name="Play")).to_be_visible()


def test_what_the_service_refuses_is_said_beside_the_control(visit: Visit, seed: int, tmp_path: Path) -> None:
    page = visit.page
    visit.wish(seed)
    page.get_by_label("Adventurousness", exact=True).fill("9")
    page.get_by_role("button", name="Play something new").click()
    allowed = "allowed: a number from 0 to 5"
    expect(page.locator("#refused")).to_have_text(f"temperature: got 9, {allowed}")
    expect(page.locator("#temperature-wrong")).to_have_text(f"Got 9; {allowed}.")
    expect(page.get_by_label("Adventurousness", exact=True)).to_be_focused()
    assert page.get_by_label("Adventurousness", exact=True).get_attribute("aria-invalid") == "true"
    keep(page, "refused", tmp_path)
    page.get_by_label("Adventurousness", exact=True).fill("1")
    visit.compose()
    expect(page.locator("#refused")).to_be_hidden()
    expect(page.locator("#temperature-wrong")).to_be_hidden()


def test_a_busy_service_is_asked_again(visit: Visit, seed: int) -> None:
    visit.wish(seed)
    said = {"status": 429, "headers": {"Retry-After": "2"}, "json": {"error": "8 requests are served already"}}
    visit.page.route("**/generate", lambda route: route.fulfill(**said), times=1)
    visit.page.get_by_role("button", name="Play something new").click()
    expect(visit.page.locator("#refused")).to_contain_text("8 requests are served already")
    expect(visit.page.locator("#refused")).to_contain_text("in 2 seconds it may have time")
    visit.page.get_by_role("button", name="Try again").click()
    visit.newest()


def test_a_tune_goes_on_and_a_broken_file_is_refused_by_a_sentence(visit: Visit, seed: int, tmp_path: Path) -> None:
    page = visit.page
    page.get_by_label("How a tune of mine goes on").check()
    button = page.get_by_role("button", name="Play how it goes on")
    button.click()
    expect(page.locator("#primer-wrong")).to_have_text("Choose a MIDI file first.")
    visit.drop("primer", "broken.mid", b"MThd, or so it says")
    button.click()
    expect(page.locator("#primer-wrong")).to_be_visible()
    expect(page.locator("#refused")).to_be_visible()
    assert "MIDI" in page.locator("#refused").inner_text()
    keep(page, "broken-file", tmp_path)
    tune = note_table(piece="000", onset=[0, 24, 48], duration=[24, 24, 24], pitch=[60, 62, 64], velocity=[90] * 3)
    visit.drop("primer", "tune.mid", write_midi(tune, tempo_bpm=90))
    page.get_by_label("Seed", exact=True).fill(f"{seed}")
    button.click()
    card = visit.newest()
    told = json.loads(saved(page, card, "Notes (JSON)")[1])
    assert [note["pitch"] for note in told["pieces"][0]["notes"]][:3] == [60, 62, 64]
    assert "give tune.mid again" in card.inner_text()
    assert saved(page, card, "MIDI")[0].endswith("-continue.mid")

    visit.drop("midi", "broken.mid", b"nothing")
    expect(page.locator("#midi-wrong")).to_contain_text("MIDI")
    tune_file = {"name": "tune.mid", "mimeType": "audio/midi", "buffer": write_midi(tune, tempo_bpm=90)}
    page.get_by_label("The piece").set_input_files(tune_file)
    expect(page.get_by_role("table", name="tune.mid, measured as")).to_be_visible()
    expect(page.locator("#midi-wrong")).to_be_hidden()


@pytest.fixture(scope="module")
def accompanist(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A MuseGAN that was given sopranos, served."""
    base = tmp_path_factory.mktemp("accompanist")
    bars = encode(bach(2), CHOIR)
    given = Given.of(bars, np.zeros(len(bars.pieces), np.int8), 0)
    write(base / "model", generator(given=0, real=given), name="musegan_accompany")
    yield from serve_ready(pack(base / "model"), base)


def test_a_voice_gets_its_others_and_two_pieces_a_way_between(
    chromium: Browser, accompanist: Server, tmp_path: Path
) -> None:
    soprano = bach(1).query("track == 0")
    with visiting(chromium, accompanist) as visit:
        page = visit.page
        offered = page.locator(".control:visible")
        expect(page.get_by_label("Length")).to_be_visible()
        assert page.get_by_label("To seed").is_hidden()
        page.get_by_label("Voices to a voice of mine").check()
        expect(page.get_by_label("Length")).to_be_hidden()  # it is as long as what is given
        assert page.locator(".control[data-field=temperature]").count() == 0
        page.get_by_label("Seed", exact=True).fill("5")
        visit.drop("track", "soprano.mid", write_midi(soprano, tempo_bpm=80))
        page.get_by_role("button", name="Play the voices to it").click()
        card = visit.newest()
        told = json.loads(saved(page, card, "Notes (JSON)")[1])
        notes = told["pieces"][0]["notes"]
        assert {note["track"] for note in notes} == {0, 1, 2, 3}
        assert [note["pitch"] for note in notes if note["track"] == 0] == soprano["pitch"].tolist()
        names = card.get_by_role("list", name="Tracks").get_by_role("listitem")
        assert names.all_inner_texts() == told["tracks"]

        page.get_by_label("The way from one piece to another").check()
        assert offered.evaluate_all("all => all.map(one => one.dataset.field)")[-2:] == ["to", "steps"]
        for label, text in {"Length": "2", "Seed": "5", "To seed": "6", "Steps": "3"}.items():
            page.get_by_label(label, exact=True).fill(text)
        page.get_by_role("button", name="Play the way").click()
        first = visit.newest(1)
        expect(page.locator("article.piece")).to_have_count(4)
        assert "step 1 of 3" in first.inner_text() and "step 3 of 3" in visit.card(2).inner_text()
        visit.card(1).get_by_text("Score", exact=True).click()
        expect(visit.card(1).get_by_role("img", name="Score of")).to_be_visible()
        name, middle = saved(page, visit.card(1), "MIDI")
        assert name.endswith("-5-interpolate-1.mid")
        assert middle not in (saved(page, first, "MIDI")[1], saved(page, visit.card(2), "MIDI")[1])
        assert read_midi(middle, "001", max_notes=9999, max_beats=99)[0]["track"].nunique() == 4
        keep(page, "a-way", tmp_path)


@pytest.mark.parametrize("visit", [{"size": PHONE, "dark": True}], indirect=True)
def test_on_a_phone_nothing_runs_out_of_the_page(visit: Visit, seed: int, tmp_path: Path) -> None:
    page = visit.page
    expect(page.get_by_role("button", name="Play something new")).to_be_in_viewport()

    def overhang() -> int:
        return page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")

    assert overhang() == 0
    visit.wish(seed)
    card = visit.compose()
    expect(card.locator("svg.notes")).to_be_in_viewport()
    expect(card.get_by_role("img", name="Score of")).to_be_visible()
    for fold in page.locator("summary").all():
        if fold.locator("..").get_attribute("open") is None:
            fold.click()
    assert overhang() == 0
    keep(page, "phone", tmp_path)


def test_it_all_goes_by_keyboard_alone(visit: Visit, seed: int) -> None:
    page = visit.page
    expect(page.get_by_role("button", name="Play something new")).to_be_visible()

    def tab_to(wanted: Locator) -> None:
        for _ in range(60):
            if wanted.count() and wanted.evaluate("it => it === document.activeElement"):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"the tabulator does not come to {wanted}")

    tab_to(page.get_by_label("How a tune of mine goes on").or_(page.get_by_label("Something new")).first)
    tab_to(page.get_by_label("Length"))
    page.keyboard.press("ArrowDown")
    assert page.get_by_label("Length").input_value() == "63"
    tab_to(page.get_by_label("Seed", exact=True))
    page.keyboard.type(f"{seed}")
    page.keyboard.press("Enter")  # as in any form
    card = visit.newest()
    tab_to(card.get_by_role("button", name="Pause"))
    page.keyboard.press("Space")
    expect(card.get_by_role("button", name="Play")).to_be_visible()
    page.keyboard.press("Tab")
    slider = card.get_by_role("slider", name="Position in")
    expect(slider).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert card.locator("audio").evaluate("audio => audio.currentTime") == pytest.approx(1.0)
    assert slider.get_attribute("aria-valuetext").startswith("0:01 of ")
    tab_to(card.get_by_role("button", name="MIDI", exact=True))
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".mid")


def test_it_says_what_plays_and_offers_only_what_that_can(visit: Visit, server: Server, tmp_path: Path) -> None:
    page, about = visit.page, httpx.get(f"{server.url}/model").json()
    shown = page.get_by_role("region", name="What plays")
    for name in ("version", "run", "generator", "texture"):
        expect(shown.get_by_text(about[name], exact=True).first).to_be_visible()
    row = shown.get_by_role("row", name="test_joint_nll")
    expect(row).to_contain_text("2.375")
    assert page.locator("pre").text_content() == CARD
    assert page.locator("pre b").count() == 0
    offered = page.locator(".control").evaluate_all("all => all.map(one => one.dataset.field)")
    assert set(offered) == set(about["controls"]) - {"count", "format"} | {"how-many"}
    assert page.get_by_label("Voices to a voice of mine").count() == 0
    expect(page.get_by_text("Not by this model: to write the other voices to yours (musegan_accompany")).to_be_visible()
    keep(page, "start", tmp_path)


def test_a_model_that_cannot_be_served_is_told_by_its_sentence(visit: Visit) -> None:
    sentence = "the model cannot be served: model.weights.h5 is damaged"

    def closed(route: Route) -> None:
        route.fulfill(status=503, json={"error": sentence})

    visit.page.route("**/model", closed)
    visit.page.reload()
    expect(visit.page.get_by_role("alert").first).to_have_text(sentence)
    expect(visit.page.get_by_role("button", name="Play something new")).to_be_hidden()


def test_every_file_is_given_with_its_type_and_under_the_policy(server: Server) -> None:
    types = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".html": "text/html"}
    for file in FILES.iterdir():
        got = httpx.get(server.url if file.name == "index.html" else f"{server.url}/page/{file.name}")
        assert (got.status_code, got.content) == (200, file.read_bytes())
        assert got.headers["content-type"].split(";")[0] == types[file.suffix]
        assert {name: got.headers[name] for name in HEADERS} == HEADERS
        assert b"https://" not in got.content
    assert httpx.get(f"{server.url}/page/../page.py").status_code == 404


def test_the_roll_has_the_colours_of_the_pictures() -> None:
    style = (FILES / "style.css").read_text()
    assert all(f".track-{track} {{ fill: {colour};" in style for track, colour in enumerate(COLOURS))
