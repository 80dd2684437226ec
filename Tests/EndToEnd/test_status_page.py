"""The status page as a user sees it in a browser while requests arrive through nginx."""

import signal
import time
from contextlib import ExitStack

import pytest

from browser import Browser
from client import ask
from processes import wait_until

# Names are chosen by clients. None of these may run, load or look like something else.
SCRIPT = "</td><script>document.title = 'taken over'</script>"
PICTURE = '<img src="https://example.com/" onerror="document.body.innerHTML = \'\'">'

# The visible rows of the table with this heading, as lists of cells.
ROWS = """[...document.querySelectorAll("section")].filter(card => card.querySelector("h2").innerText.startsWith("{}"))
    .flatMap(card => [...card.querySelectorAll("tbody tr")]).map(row => [...row.cells].map(cell => cell.innerText))"""

# The figures by name.
FIGURES = """Object.fromEntries([...document.querySelectorAll("#figures > div")]
    .map(box => [box.querySelector("dt").innerText, box.querySelector("dd").innerText]))"""


@pytest.fixture
def deployment(deploy, tmp_path):
    return deploy(STATUS_PATH="/ai/status", STATE_DIR=str(tmp_path))


@pytest.fixture
def browse(deployment):
    """Opens the page in browsers that end with the test; they must have sent requests only to the page's own address."""
    if not Browser.is_installed():
        pytest.skip("Chromium is not installed")
    browsers = []

    def browse(**options):
        browser = Browser(**options)
        browsers.append(browser)
        browser.open(f"http://127.0.0.1:{deployment.nginx.port}/ai/status?html")
        browser.wait_for("document.querySelector('#state').innerText == 'live'", "no figures have arrived")
        return browser

    yield browse
    page = f"http://127.0.0.1:{deployment.nginx.port}/ai/status?"
    asked = {address for browser in browsers for address in browser.requests}
    complaints = [complaint for browser in browsers for complaint in browser.complaints]
    for browser in browsers:
        browser.close()
    assert asked <= {page + "html", page + "json&full"}
    assert complaints == []


def rows(browser, title):
    return browser.evaluate(ROWS.format(title))


def test_a_live_stream_is_shown_and_its_tokens_count_up(deployment, browse):
    browser = browse()
    assert "No live requests." in browser.text
    with deployment.client.stream("[simulate pace=100 deltas=600]") as stream:
        stream.read_until(b"output_text.delta")

        def tokens():
            return [int(row[3]) for row in rows(browser, "Live streams")]

        assert wait_until(lambda: sum(tokens()) > 0, 30, 0.1), browser.text
        (row,) = rows(browser, "Live streams")
        assert [row[1], row[2], row[5], row[6]] == ["default", "gpt-5", "streaming", "/proxy"]
        before = sum(tokens())
        assert wait_until(lambda: sum(tokens()) > before, 30, 0.1), browser.text
        assert browser.evaluate(FIGURES)["Live streams"] == "1"
        assert browser.evaluate("document.title") == "1 live – gpt-proxy"
    browser.wait_for("document.body.innerText.includes('No live requests.')", "the stream is still there")


def test_past_requests_are_summed_up(deployment, browse):
    for _ in range(3):
        assert deployment.client.ask("hi").status == 200
    assert deployment.client.ask("[simulate status=400]", seed=7).status == 502
    browser = browse()
    figures = browser.evaluate(FIGURES)
    assert figures["Errors"] == "25.0 %"
    assert figures["Processes"] == "1"
    assert figures["First byte, p95"].endswith("s") and figures["Memory"].endswith(" MB")
    ((caller, model, requests, errors, tokens_in, _, tokens_out, _),) = [
        row for row in rows(browser, "Usage by caller") if row[1] == "gpt-5"
    ]
    assert [caller, requests, errors] == ["default", "4", "1"]
    assert int(tokens_in) > 0 and int(tokens_out) > 0
    assert [row[:2] for row in rows(browser, "Latency")] == [["/proxy", "gpt-5"]]
    assert rows(browser, "Failures") == [["upstream_status", "1"]]
    assert rows(browser, "Dropped parameters") == [["seed", "1"]]
    assert browser.evaluate("document.querySelector('#bars title').textContent").startswith("default: ")


def test_names_chosen_by_clients_cannot_change_the_page(deployment, browse):
    browser = browse()
    with ExitStack() as streams:
        for model in [SCRIPT, PICTURE]:
            body = ask("[simulate pace=200 deltas=200]", model=model, stream=True)
            streams.enter_context(deployment.client.stream_of(body, "/proxy")).read_until(b"output_text.delta")
        assert wait_until(lambda: len(rows(browser, "Live streams")) == 2, 30, 0.1), browser.text
        seen = {row[2] for row in rows(browser, "Live streams")}
    assert any(name.startswith("</td><script>") for name in seen) and any(name.startswith("<img") for name in seen)
    # The names have not changed the page.
    assert browser.evaluate("document.querySelectorAll('script').length") == 1
    assert browser.evaluate("document.querySelectorAll('img').length") == 0
    assert browser.evaluate("document.title").endswith(" live – gpt-proxy")


def test_streams_can_be_sorted_with_mouse_and_keyboard(deployment, browse):
    browser = browse()
    with ExitStack() as streams:
        for model in ["model-b", "model-c", "model-a"]:
            body = ask("[simulate pace=200 deltas=200]", model=model, stream=True)
            streams.enter_context(deployment.client.stream_of(body, "/proxy")).read_until(b"output_text.delta")
        browser.wait_for(f"{ROWS.format('Live streams')}.length == 3", "not all streams are shown")

        def models():
            return [row[2][-1] for row in rows(browser, "Live streams")]

        assert models() == ["b", "c", "a"]
        head = "[...document.querySelectorAll('[aria-label=\"Live streams\"] th button')].find(b => b.innerText == 'Model')"
        browser.evaluate(f"{head}.click()")
        assert models() == ["a", "b", "c"]
        browser.evaluate(f"{head}.focus()")
        browser.press("Enter")
        assert models() == ["c", "b", "a"]
        assert browser.evaluate(f"{head}.parentElement.ariaSort") == "descending"


def test_plots_can_be_read_with_the_keyboard(deployment, browse):
    assert deployment.client.ask("hi").status == 200
    browser = browse()
    values = "[...document.querySelectorAll('.plot')].map(plot => plot.ariaValueText)"
    # A request is counted when its interval is over.
    browser.wait_for(f"{values}[0] && /requests [1-9]/.test({values}[0])", "the request is in no plot")
    browser.evaluate("document.querySelector('.plot').focus()")
    browser.press("ArrowLeft")
    browser.press("Home")
    assert "requests" in browser.evaluate(values)[0]
    assert browser.evaluate("document.querySelectorAll('.cursor').length") == 1
    browser.press("Escape")
    assert browser.evaluate("document.querySelectorAll('.cursor').length") == 0


def test_a_stopped_server_is_reported_until_it_responds_again(deployment, browse):
    browser = browse()
    deployment.responder.process.signal(signal.SIGSTOP)
    try:
        browser.wait_for("document.querySelector('#state').className == 'lost'", "the stopped server is not reported")
        assert "does not answer" in browser.text
    finally:
        deployment.responder.process.signal(signal.SIGCONT)
    browser.wait_for("document.querySelector('#state').innerText == 'live'", "the server is not found again")


# The state of a tab when another tab covers it, and when it is visible again.
HIDE = "Object.defineProperty(document, 'hidden', { value: true, configurable: true })"
SHOW = "delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))"
PRESS = "document.querySelector('#pause').click()"


@pytest.mark.parametrize("stop, go_on", [(HIDE, SHOW), (PRESS, PRESS)], ids=["hidden", "paused"])
def test_a_hidden_or_paused_page_sends_no_requests(browse, stop, go_on):
    browser = browse()
    browser.evaluate(stop)
    # Requests sent before may still be running.
    time.sleep(3)
    browser.evaluate("1")
    asked = len(browser.requests)
    time.sleep(5)
    browser.evaluate("1")
    assert len(browser.requests) == asked
    browser.evaluate(go_on)
    assert wait_until(lambda: browser.evaluate("1") and len(browser.requests) > asked, 30), "the page sends no requests again"
    browser.wait_for("document.querySelector('#state').innerText == 'live'", "the page does not show that it continues")


def test_processes_without_a_shared_state_directory_are_noticed(browse):
    browser = browse()
    browser.wait_for("document.querySelector('#hint').hidden", "the hint is shown for one process")
    # Simulates a server that distributes requests to processes without STATE_DIR.
    browser.evaluate(
        """{
            const ask = fetch;
            let number = 0;
            window.fetch = async (...request) => {
                const status = await (await ask(...request)).json();
                status.processes[0].pid = [11, 12][number++ % 2];
                return Response.json(status);
            };
        }"""
    )
    browser.wait_for("document.querySelector('#hint').innerText.includes('STATE_DIR')", "the hint is not shown")


@pytest.mark.parametrize("options", [{"width": 360}, {"width": 360, "is_dark": True}, {"width": 1280}])
def test_the_page_fits_every_screen_width(deployment, browse, options):
    deployment.client.post(ask("hi", model="m" * 60))
    browser = browse(**options)
    assert browser.evaluate("document.documentElement.scrollWidth") <= options["width"]
    colour = "getComputedStyle(document.documentElement).backgroundColor"
    is_dark = browser.evaluate(f"{colour}.match(/\\d+/g).every(part => part < 128)")
    assert is_dark == options.get("is_dark", False)


def test_the_page_has_a_strict_content_security_policy(deployment):
    reply = deployment.client.get("/ai/status?html", headers={})
    assert reply.status == 200
    assert reply.headers["Cache-Control"] == "no-store"
    policy = reply.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    assert len(reply.body) < 25 << 10
