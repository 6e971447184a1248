"""The page in a browser: headless Chromium, driven as a person would."""

import base64
import shutil

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from conftest import BUILT_IN_MODEL, SAMPLES
from running_server import RunningServer

TIMEOUT = 60


@pytest.fixture(scope="module")
def web():
    with RunningServer("--model", "emoji-clip", "--model",
                       f"second={BUILT_IN_MODEL}", "--lame-duck", "0s",
                       "--web-listen", "127.0.0.1:0", "--max-image-bytes",
                       "1MB") as running:
        yield running
        assert running.stop() == 0, running.log()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--no-sandbox",
                     "--disable-dev-shm-usage", "--no-first-run",
                     "--disable-background-networking",
                     f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    with webdriver.Chrome(options=options, service=service) as driver:
        yield driver


class Page:
    """What a person sees and does."""

    def __init__(self, browser, url):
        self._browser = browser
        browser.get(url)
        self.wait(lambda: not self.element("facts-wait").is_displayed())

    def element(self, name):
        return self._browser.find_element(By.ID, name)

    def wait(self, condition):
        WebDriverWait(self._browser, TIMEOUT).until(lambda _: condition())

    def choose(self, path):
        self.element("file").send_keys(str(path))

    def give(self, event, name, content):
        """Drops or pastes a file."""
        script = """
            const [type, name, content] = arguments;
            const bytes = Uint8Array.from(atob(content), c => c.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], name));
            const event = type === 'drop' ?
                new DragEvent(type, {dataTransfer: transfer}) :
                new ClipboardEvent(type, {clipboardData: transfer});
            document.dispatchEvent(event);"""
        self._browser.execute_script(script, event, name,
                                     base64.b64encode(content).decode())

    def type(self, sentences):
        area = self.element("sentences")
        area.clear()
        area.send_keys("\n".join(sentences))

    def score(self):
        self.element("score").click()

    def rows(self):
        """The scores as shown: lists of the texts of the cells, best first."""
        results = self.element("results")
        self.wait(lambda: self.element("scores").is_displayed() and "is-stale"
                  not in results.get_attribute("class") and results.
                  get_attribute("aria-busy") == "false")
        return [[
            cell.text for cell in row.find_elements(By.TAG_NAME, "td")
        ] for row in self._browser.find_elements(By.CSS_SELECTOR,
                                                 "#scores tbody tr")]

    def error(self):
        self.wait(self.element("error").is_displayed)
        return self.element("error").text

    def has_error(self):
        return self.element("error").is_displayed()

    def facts(self):
        terms = self._browser.find_elements(By.CSS_SELECTOR, "#facts dt")
        facts = self._browser.find_elements(By.CSS_SELECTOR, "#facts dd")
        return {term.text: fact.text for term, fact in zip(terms, facts)}


@pytest.fixture
def page(browser, web):
    browser.get_log("browser")
    yield Page(browser, web.web_url)
    # A file that the policy blocks, or a mistake in a script, is told here.
    complaints = [
        entry for entry in browser.get_log("browser")
        # Refusals of the server, which the page shows in its own words.
        if "Failed to load resource" not in entry["message"]
    ]
    assert complaints == []


def test_each_sample_gets_its_sentence(page, pictures, sentences):
    page.type(sentences)
    for name, sentence in zip(pictures, sentences):
        page.choose(SAMPLES / name)
        if name == next(iter(pictures)):
            page.score()
        rows = page.rows()
        assert [row[0] for row in rows][0] == sentence, name
        assert sorted(row[0] for row in rows) == sorted(sentences)
        shares = [float(row[1].rstrip(" %")) for row in rows
                  if "<" not in row[1]]
        assert shares == sorted(shares, reverse=True)
        assert 90 < sum(shares) < 100.5
        logits = [float(row[2]) for row in rows]
        assert logits == sorted(logits, reverse=True)
        assert sentence in page.element("summary").text
        assert page.element("preview").is_displayed()


@pytest.mark.parametrize("event", ["drop", "paste"])
def test_a_picture_can_be_dropped_and_pasted(page, pictures, event):
    page.type(["a yellow sunflower", "a slice of pizza"])
    page.give(event, "any name.png", pictures["pizza.png"])
    assert page.rows()[0][0] == "a slice of pizza"


def test_the_keyboard_is_enough(page, browser):
    page.choose(SAMPLES / "guitar.jpg")
    area = page.element("sentences")
    area.send_keys("a guitar", Keys.ENTER, "a bicycle")
    area.send_keys(Keys.CONTROL, Keys.ENTER)
    assert page.rows()[0][0] == "a guitar"
    page.element("model").send_keys("")
    order = []
    for _ in range(3):
        webdriver.ActionChains(browser).send_keys(Keys.TAB).perform()
        order.append(browser.switch_to.active_element.get_attribute("id"))
    assert order == ["file", "sentences", "score"]


def test_a_sentence_is_only_ever_text(page, browser):
    sentence = "<img src=x onerror=document.title='gone'> & <b>"
    page.type([sentence, "a pizza"])
    page.choose(SAMPLES / "pizza.png")
    assert sentence in [row[0] for row in page.rows()]
    assert browser.find_elements(By.CSS_SELECTOR, "#results img") == []


def test_a_long_sentence_is_marked_as_cut_off(page):
    page.type(["pizza " * 200, "a bicycle"])
    page.choose(SAMPLES / "pizza.png")
    assert any("cut off after" in row[0] for row in page.rows())


def test_a_broken_file_is_refused_in_plain_words(page, tmp_path, pictures):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(pictures["bicycle.jpg"][:2000])
    page.type(["a bicycle"])
    page.choose(broken)
    assert page.error().startswith("The picture was refused: ")
    text = tmp_path / "text.png"
    text.write_text("no picture at all")
    page.choose(text)
    page.wait(lambda: "text.png" in page.element("drop-call").text)
    assert page.error().startswith("The picture was refused: ")
    # The next good one is scored, and the message goes.
    page.choose(SAMPLES / "bicycle.jpg")
    assert page.rows()[0][0] == "a bicycle"
    assert not page.has_error()


def test_what_is_missing_is_said_and_found(page, browser):
    page.score()
    assert page.error() == "Choose a picture first."
    assert browser.switch_to.active_element == page.element("file")
    page.choose(SAMPLES / "pizza.png")
    page.type(["   ", ""])
    page.score()
    page.wait(lambda: page.error() == "Write at least one sentence.")
    assert browser.switch_to.active_element == page.element("sentences")


def test_a_file_too_large_is_not_sent(page, tmp_path):
    large = tmp_path / "large.png"
    large.write_bytes(b"x" * 1000001)
    page.type(["a"])
    page.choose(large)
    assert page.error().startswith("The picture is too large: ")


def test_the_facts_are_those_of_the_model_that_is_chosen(page):
    facts = page.facts()
    assert facts["Name"] == "emoji-clip" and facts["Device"] == "cpu"
    assert len(facts["Checkpoint (SHA-256)"]) == 64
    assert facts["Logit bias"] == "none"
    Select(page.element("model")).select_by_visible_text("second")
    assert page.facts()["Name"] == "second"
    page.type(["a pizza"])
    page.choose(SAMPLES / "pizza.png")
    page.rows()
    assert "second took" in page.element("method").text


def test_a_telephone_shows_it_without_scrolling_sideways(page, browser):
    page.type(["a pizza", "averyveryverylongwordthatnobodywouldeverbreak" * 4])
    page.choose(SAMPLES / "pizza.png")
    page.rows()
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": 360,
        "height": 740,
        "deviceScaleFactor": 1,
        "mobile": True
    })
    try:
        assert browser.execute_script(
            "return document.scrollingElement.scrollWidth") <= 360
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_server_that_has_gone_is_told(browser):
    with RunningServer("--model", "emoji-clip", "--lame-duck", "0s",
                       "--web-listen", "127.0.0.1:0") as server:
        page = Page(browser, server.web_url)
        assert not page.element("model-row").is_displayed()
        assert server.stop() == 0
        page.type(["a pizza"])
        page.choose(SAMPLES / "pizza.png")
        assert "cannot be reached" in page.error()
