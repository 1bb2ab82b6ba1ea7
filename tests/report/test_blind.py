"""Blind listening: fair pairs, a page that betrays nothing, and one that counts rightly."""

import base64
import io
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import note_table
from counterpoint.report.blind import Pair, pairs_of, write_blind
from tests.report.browser import CHROMIUM, Browser

DATA = Path(__file__).parents[1] / "data"
NAMES = ("bwv17.7", "bwv64.8", "bwv66.6")


@cache
def chorales() -> pd.DataFrame:
    found = [
        read_midi((DATA / f"chorales/{name}.mid").read_bytes(), name, max_notes=999, max_beats=999)[0] for name in NAMES
    ]
    return pd.concat(found, ignore_index=True)


def walks(count: int = 5) -> pd.DataFrame:
    """What a model might write: louder, on another instrument, some begun late, the last too short."""
    random = np.random.default_rng(7)
    tables = [
        note_table(
            piece=f"{number:03d}",
            onset=np.arange(30) * 24 + 48 * number,
            duration=[24] * 30,
            pitch=60 + random.integers(0, 12, 30),
            velocity=50 + number,
            program=40,
        )
        for number in range(count)
    ]
    tables[-1] = tables[-1].head(4)
    return pd.concat(tables, ignore_index=True)


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return pairs_of(chorales(), {"Walk": walks(), "Second": walks(4)}, texture="melody", count=2, seed=3, beats=8)


@pytest.fixture(scope="module")
def page(pairs, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("blind") / "blind.html"
    write_blind(pairs, path, tempo_bpm=160)
    return path


def data_of(page: Path) -> dict:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text(), re.DOTALL)
    return json.loads(found[1])


def answers_of(page: Path) -> dict:
    return json.loads(base64.b64decode(data_of(page)["sealed"]))


def test_pairs_differ_in_their_notes_alone(pairs):
    assert [pair.generator for pair in pairs] == ["Second", "Second", "Walk", "Walk"]
    for pair in pairs:
        for side in (pair.real, pair.generated):
            assert side["piece"].nunique() == 1 and side["onset"].min() == 0
            assert 6 * 24 <= (side["onset"] + side["duration"]).max() <= 8 * 24
            assert set(side["program"]) == {0} and set(side["velocity"]) == {90} and set(side["track"]) == {0}
        assert pair.real["piece"].iloc[0].split("#")[0] in NAMES
        assert re.fullmatch(r"\d{3}#0000", pair.generated["piece"].iloc[0])


def test_pairs_are_drawn_alike_each_time_and_by_the_seed():
    def drawn(seed: int) -> list[tuple[str, str]]:
        found = pairs_of(chorales(), {"Walk": walks(9)}, texture="melody", count=99, seed=seed, beats=8)
        return [(pair.real["piece"].iloc[0], pair.generated["piece"].iloc[0]) for pair in found]

    assert drawn(1) == drawn(1) != drawn(2)
    assert len(drawn(1)) == 3 == len({real for real, _ in drawn(1)}) == len({model for _, model in drawn(1)})
    assert "008#0000" not in {model for seed in range(4) for _, model in drawn(seed)}  # the one that is too short


def test_voices_keep_their_four_tracks():
    found = pairs_of(chorales(), {"Copy": chorales()}, texture="voices", count=1, seed=5)
    assert set(found[0].real["track"]) == set(found[0].generated["track"]) == {0, 1, 2, 3}


def test_too_short_music_makes_no_pair_and_the_others_go_on():
    short = walks()
    short = short[short["onset"] < 2 * 24]
    found = pairs_of(chorales(), {"Short": short, "Walk": walks()}, texture="melody", count=2, seed=3, beats=8)
    assert [pair.generator for pair in found] == ["Walk", "Walk"]
    assert pairs_of(chorales(), {"Walk": walks()}, texture="melody", count=2, seed=3, beats=80) == []


def test_without_pairs_the_page_says_so_and_runs_nothing(tmp_path):
    write_blind([], tmp_path / "blind.html", tempo_bpm=80)
    text = (tmp_path / "blind.html").read_text()
    assert "There is nothing to listen to yet" in text
    assert "<script" not in text and "You hear two openings" not in text


def test_nothing_in_the_file_tells_who_wrote_what(page, pairs):
    text = re.sub(r"data:audio/mpeg;base64,[\w+/=]+", "", page.read_text())
    for word in ("Walk", "Second", "melody", "#0000", *NAMES):
        assert word not in text
    found = data_of(page)
    assert set(found) == {"set", "pairs", "sealed"}
    assert {key for pair in found["pairs"] for key in pair} == {"id", "clips"}
    clips = [clip for pair in found["pairs"] for clip in pair["clips"]]
    sounds = [base64.b64decode(clip["sound"].partition(",")[2]) for clip in clips]
    assert len({len(sound) for sound in sounds}) == 1
    assert {soundfile.info(io.BytesIO(sound)).frames for sound in sounds} == {
        soundfile.info(io.BytesIO(sounds[0])).frames
    }
    assert [pair["id"] for pair in found["pairs"]] == sorted(pair["id"] for pair in found["pairs"])
    assert all(pair["clips"][0]["id"] < pair["clips"][1]["id"] for pair in found["pairs"])
    assert all(re.fullmatch("[0-9a-f]{12}", clip["id"]) for clip in clips)
    truth = answers_of(page)
    assert sorted(answer["generator"] for answer in truth.values()) == 2 * ["Second, melody"] + 2 * ["Walk, melody"]
    assert all(truth[pair["id"]]["person"] in {clip["id"] for clip in pair["clips"]} for pair in found["pairs"])


def test_equal_pairs_are_equal_bytes(page, pairs, tmp_path):
    write_blind(list(reversed(pairs)), tmp_path / "again.html", tempo_bpm=160)
    assert (tmp_path / "again.html").read_bytes() == page.read_bytes()


@pytest.fixture
def browser(page) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("needs chromium on the PATH")
    with Browser(width=900, height=800) as opened:
        opened.open(page)
        yield opened


def hear_both(browser: Browser) -> None:
    for key in "ab":
        browser.press(key)
        browser.run(
            "new Promise(go => { const look = () => document.getElementById('status').textContent.endsWith("
            f"'Playing {key.upper()}') && document.getElementById('play-{key}').ariaPressed === 'true' "
            "? setTimeout(go, 150) : setTimeout(look, 20); look(); })"
        )


def waits_for_an_answer(browser: Browser) -> bool:
    return browser.run(
        "new Promise(go => { let left = 100; const look = () => !document.getElementById('choose-a').disabled"
        " ? go(true) : left-- ? setTimeout(look, 20) : go(false); look(); })"
    )


def text_of(browser: Browser, name: str) -> str:
    return browser.run(f"document.getElementById('{name}').innerText")


def test_a_person_can_judge_every_pair_by_keyboard(browser, page):
    assert text_of(browser, "place") == "Pair 1 of 4"
    browser.press("1")
    assert text_of(browser, "place") == "Pair 1 of 4"  # nothing was heard yet
    said = ["1", "2", "0", "1"]
    for number, key in enumerate(said, start=1):
        assert text_of(browser, "place") == f"Pair {number} of 4"
        assert "Walk" not in browser.run("document.body.innerText")
        hear_both(browser)
        assert waits_for_an_answer(browser)
        browser.press(key)
    assert browser.run("document.activeElement.id") == "results-heading"
    href = browser.run("document.getElementById('download').href")
    given_back = json.loads(unquote(href.partition(",")[2]))
    truth = answers_of(page)
    assert [answer["said"] for answer in given_back["answers"]] == ["A", "B", "none", "A"]
    assert {answer["pair"] for answer in given_back["answers"]} == set(truth)
    for answer in given_back["answers"]:
        assert answer["right"] == (None if answer["said"] == "none" else answer["said"] == answer["person"])
        assert answer["generator"] == truth[answer["pair"]]["generator"]
    counted = {tally["generator"]: tally for tally in given_back["tallies"]}
    assert sum(tally["right"] + tally["wrong"] for tally in counted.values()) == 3
    assert sum(tally["unsure"] for tally in counted.values()) == 1
    for tally in counted.values():
        exact = binomtest(tally["right"], tally["right"] + tally["wrong"]).proportion_ci(method="exact")
        assert (tally["low"], tally["high"]) == pytest.approx((exact.low, exact.high), abs=1e-9)
    assert set(re.findall(r"\w+, melody", text_of(browser, "tally"))) == {"Walk, melody", "Second, melody"}

    browser.open(page)
    assert "Your answers" in text_of(browser, "results")  # they were kept
    browser.run("document.getElementById('reset').click()")
    assert text_of(browser, "place") == "Pair 1 of 4"
    assert [asked for asked in set(browser.requests) if not asked.startswith("data:")] == [page.resolve().as_uri()]
    assert browser.complaints == []


def test_the_answer_is_told_at_once_to_who_asks(browser):
    browser.run("document.getElementById('tell').click()")
    hear_both(browser)
    assert waits_for_an_answer(browser)
    browser.press("2")
    verdict = text_of(browser, "verdict")
    assert re.fullmatch(r"(Right\. B|Wrong\. A) was written by a person, the other by (Walk|Second), melody\.", verdict)
    browser.press("n")
    assert text_of(browser, "place") == "Pair 2 of 4"


def test_single_keys_can_be_turned_off(browser, page):
    """WCAG 2.1, 2.1.4: for who speaks to the browser, or strikes keys by chance."""
    playing = "document.getElementById('play-a').ariaPressed"
    browser.run("document.getElementById('shortcuts').click()")
    browser.press("a")
    assert browser.run(playing) == "false"
    browser.open(page)
    assert browser.run("document.getElementById('shortcuts').checked") is False
    browser.run("document.getElementById('shortcuts').click()")
    browser.press("a")
    assert browser.run(playing) == "true"


def test_sides_and_order_are_drawn_anew(browser, page):
    drawn = set()
    for _ in range(12):
        browser.open(page)
        browser.run(
            "window.heard = []; HTMLMediaElement.prototype.play = function () {"
            " heard.push(this.src.slice(-4000, -3000)); return Promise.resolve(); }"
        )
        browser.press("a")
        browser.press("b")
        drawn.add(tuple(browser.run("heard")))
    firsts = {first for first, _ in drawn}
    assert len(drawn) > 2 and len({frozenset(both) for both in drawn}) > 1
    assert any((second, first) in drawn for first, second in drawn) or len(firsts) > 3


@settings(max_examples=15)
@given(st.integers(1, 60), st.data())
def test_intervals_are_exact(tries, data):
    script = (Path(__file__).parents[2] / "src/counterpoint/report/blind.js").read_text()
    functions = script[script.index("  // P(at most") : script.index("  function tallies")]
    hits = data.draw(st.integers(0, tries))
    low, high = evaluator().run(f"(() => {{ {functions} return exact({hits}, {tries}); }})()")
    expected = binomtest(hits, tries).proportion_ci(method="exact")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)


OPENED: list[Browser] = []


def evaluator() -> Browser:
    if CHROMIUM is None:
        pytest.skip("needs chromium on the PATH")
    if not OPENED:
        OPENED.append(Browser())
    return OPENED[0]


@pytest.fixture(scope="module", autouse=True)
def closed_at_the_end() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().__exit__()
