"""The report as a browser shows it, and as a parser reads it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from counterpoint.report.contents import Generator, ReportContents, Row, Texture
from counterpoint.report.page import write_report
from tests.report.browser import CHROMIUM, Browser
from tests.report.invented import contents, judgement

VOID = {"meta", "link", "img", "br", "input", "hr"}


class Balance(HTMLParser):
    """Every element closed where it should be; every id once; headings never skipping a level."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.counts: dict[str, int] = {}
        self.wrong: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.ids += [value for name, value in attrs if name == "id"]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img" and not dict(attrs).get("alt"):
            self.wrong.append("a picture without words")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.counts[tag] = self.counts.get(tag, 0) + 1

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_report(contents(folder), folder / "deep" / "report.html")
    return folder / "deep" / "report.html"


@pytest.fixture(scope="module")
def text(page) -> str:
    return page.read_text(encoding="utf-8")


def test_the_markup_is_sound(text):
    read = Balance(text)
    assert read.wrong == [] and read.open == []
    assert len(set(read.ids)) == len(read.ids)
    assert read.headings[0] == 1 and read.headings.count(1) == 1
    assert all(later - former <= 1 for former, later in zip(read.headings, read.headings[1:], strict=False))
    assert read.counts["table"] == read.counts["caption"] + 1  # the model card's own has none
    assert read.counts["audio"] == 3


def test_it_is_one_file_that_names_no_address_and_runs_nothing(text):
    without_data = re.sub(r"data:[\w/+-]+;base64,[\w+/=]+", "data:", text)
    assert not re.search(r"https?://|//cdn|url\(|@import|<script|style=", without_data)
    assert re.findall(r'(?:src|href)="(?!data:|#)', without_data) == []
    assert "default-src &#39;none&#39;" in text


def test_equal_contents_are_equal_bytes(page, tmp_path):
    write_report(contents(page.parents[1]), tmp_path / "again.html")
    assert (tmp_path / "again.html").read_bytes() == page.read_bytes()


def test_sections_stand_in_their_order(text):
    order = [
        *(
            "Which generator is nearest",
            '<h2 id="tracks">',
            "UPC: used pitch classes",
            '<h2 id="g1">',
            '<h2 id="g2">',
            "Failed its guards",
            "61 of 64 samples",
        ),
        *('<h2 id="experiments">', "Wider &amp; narrower", '<h2 id="data">', "How every metric is defined</h2>"),
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    first = text[text.index('id="g1"') : text.index('id="g2"')]
    parts = ["Likelihood</h3>", "Training</h3>", "Measures</h4>", "Distributions</h4>", "Histograms</h4>"]
    parts += [
        "Repetitions</h4>",
        "Originality</h4>",
        "Diversity</h4>",
        "<audio",
        "as MIDI</a>",
        "Piano roll</fig",
        "Model card</h3>",
    ]
    assert [first.index(part) for part in parts] == sorted(first.index(part) for part in parts)


def test_experiments_show_means_their_ends_and_what_is_not_known_of_all(text):
    table = text[text.index('<h2 id="experiments">') : text.index('<h2 id="data">')]
    assert "Code of abc1234, def5678." in table and "Chorales, one core." in table
    cells = [re.sub(r"<[^>]+>", " ", cell).split() for cell in re.findall(r'<td class="n">(.*?)</td>', table)]
    assert [" ".join(cell) for cell in cells] == [
        "3",
        "0.0712 0.0534 to 0.0923",
        "250 100 to 400 of 2",
        "1",
        "0.0345",
        "–",
    ]


def test_the_table_is_ordered_by_distance_and_textures_stay_apart(text):
    melody, voices = re.findall(r"<table>.*?</table>", text, re.DOTALL)[:2]
    rows = re.findall(r'<th scope="row">(.*?)</th>\s*<td class="n">(.*?)</td>', melody)
    assert [distance for _, distance in rows] == ["0.0810", "0.162", "0.284", "0.347", "0.926", "1.31", "2.41"]
    assert rows[5][0] == "MuseGAN &lt;4 tracks&gt;"
    assert "MuseGAN" not in voices
    assert re.search(r'Attention LSTM</th>\s*<td class="n">–</td><td class="n">–</td>', voices)


def test_a_texture_with_tracks_has_them_beside_each_other(text):
    tracks, between = re.findall(r"<table>.*?</table>", text, re.DOTALL)[2:4]
    assert re.findall(r'<th scope="col" class="n">(.*?)</th>', tracks) == ["soprano"]  # all that real music has
    assert re.search(r'<tr class="real"><th scope="row">real music \(test split\)</th><td class="n">3.14</td>', tracks)
    assert re.search(r'<tr class="generator"><th scope="row">Attention LSTM</th><td class="n">2.71</td>', tracks)
    assert re.search(r'soprano, alto</th>.*>real music[^<]*</th><td class="n">1.63</td>', between, re.DOTALL)


def test_unknown_numbers_are_dashes_and_never_words(text):
    words = re.sub(r"data:[\w/+-]+;base64,[\w+/=]+", "", text)
    assert not re.search(r"\bNone\b|\bnan\b|\bnull\b|undefined", words)
    assert re.search(r'groove consistency</th><td>0 to 1</td><td class="n">–</td>', words)


def test_what_others_wrote_is_text_not_markup(text):
    assert "<script>" not in text and "&lt;script&gt;alert(1)" in text
    assert "<h4>Attention LSTM</h4>" in text and "<h5>Limits</h5>" in text  # the card's headings under the page's


def test_an_empty_judgement_leaves_out_what_it_has_not(tmp_path):
    bare = {"texture": "melody", "distance_to_real": None}
    given = ReportContents(
        title="Bare",
        about_markdown="",
        textures=(Texture("melody", "Melody", (Row("m", "M", "generator", bare),)),),
        generators=(Generator("m", "M"),),
    )
    write_report(given, tmp_path / "bare.html")
    text = (tmp_path / "bare.html").read_text(encoding="utf-8")
    assert Balance(text).wrong == []
    assert "No generator writes in this texture" in text and "Histograms" not in text and "Model card" not in text


def test_every_number_of_a_judgement_may_be_missing(tmp_path):
    def blank(value):
        if isinstance(value, dict):
            return {key: blank(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [blank(inner) for inner in value]
        return None if isinstance(value, float | int) else value

    row = Row("m", "M", "generator", blank(judgement(0.5)))
    given = ReportContents("Blank", "", (Texture("melody", "Melody", (row,)),), (Generator("m", "M"),))
    write_report(given, tmp_path / "blank.html")
    text = (tmp_path / "blank.html").read_text(encoding="utf-8")
    assert Balance(text).wrong == [] and not re.search(r"\bNone\b|\bnan\b", text)


def test_rows_must_speak_of_generators_that_are_there(tmp_path):
    row = Row("nobody", "Nobody", "generator", judgement(0.5))
    with pytest.raises(ValueError, match=r"melody has a row of the generator 'nobody', known are \['m'\]"):
        ReportContents("", "", (Texture("melody", "Melody", (row,)),), (Generator("m", "M"),))
    with pytest.raises(ValueError, match="two generators share a name"):
        ReportContents("", "", (), (Generator("m", "M"), Generator("m", "N")))
    with pytest.raises(ValueError, match="is of kind 'human'"):
        replace(row, kind="human")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("needs chromium on the PATH")
    with Browser(width=390, height=800) as opened:
        yield opened


def test_a_browser_asks_for_nothing_and_complains_of_nothing(browser, page):
    browser.open(page)
    heard = "Promise.all([...document.querySelectorAll('audio')].map(a => new Promise((ok, no) => {"
    heard += (
        "a.onloadedmetadata = () => ok(a.duration); a.onerror = () => no(a.error); a.load(); a.preload = 'auto'})))"
    )
    assert browser.run(heard) == pytest.approx([3.0] * 3, abs=0.1)
    assert [address for address in browser.requests if not address.startswith("data:")] == [page.resolve().as_uri()]
    assert browser.complaints == []


def test_on_a_phone_only_tables_and_sheets_scroll_sideways(browser, page):
    browser.open(page)
    assert browser.run("document.documentElement.scrollWidth") == 390
    pictures = "[...document.images].every(image => image.complete && image.naturalWidth > 100)"
    assert browser.run("Promise.all([...document.images].map(image => image.decode())).then(() => true)")
    assert browser.run(pictures)
    assert browser.run("getComputedStyle(document.querySelector('rect.real')).fill") == "rgb(0, 114, 178)"
