"""A real browser without a window, for tests of pages. Skips where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def require_browser() -> tuple[str, str]:
    """Paths of the browser and its driver; without them the test is skipped."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if browser and driver:
        return browser, driver
    pytest.skip(
        "no Chromium with chromedriver here: apt-get install chromium chromium-driver"
    )


@contextmanager
def open_browser(
    profile: Path, *, scripts: bool = True, width: int = 1280, dark: bool = False
) -> Iterator[webdriver.Chrome]:
    """A browser with a fresh profile and its network off."""
    browser, driver = require_browser()
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for argument in (*_QUIET, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chrome = webdriver.Chrome(options=options, service=Service(driver))
    try:
        chrome.execute_cdp_cmd("Network.enable", {})
        chrome.execute_cdp_cmd(
            "Network.emulateNetworkConditions",
            {"offline": True, "latency": 0, "downloadThroughput": 0,
             "uploadThroughput": 0},
        )  # fmt: skip
        chrome.execute_cdp_cmd(
            "Emulation.setScriptExecutionDisabled", {"value": not scripts}
        )
        chrome.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 900, "deviceScaleFactor": 1,
             "mobile": width < 600},
        )  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        yield chrome
    finally:
        chrome.quit()


def find(browser: webdriver.Chrome, selector: str) -> WebElement:
    """The first element that a CSS selector names."""
    return browser.find_element(By.CSS_SELECTOR, selector)


def text_of(browser: webdriver.Chrome, selector: str) -> str:
    """What an element shows."""
    return find(browser, selector).text


def cells(browser: webdriver.Chrome, table: str) -> list[list[str]]:
    """What the rows of a table show, without the links to them."""
    rows: list[list[str]] = browser.execute_script(
        "return [...document.querySelectorAll(`#${arguments[0]} tbody tr`)].map(row =>"
        "[...row.cells].map(cell => { const copy = cell.cloneNode(true);"
        "copy.querySelector('.row-link')?.remove(); return copy.textContent; }))",
        table,
    )
    return rows


def milliseconds_to_open(browser: webdriver.Chrome, address: str) -> float:
    """From asking for a page to its last byte at work; the quickest of five.

    A machine that is busy with other tests makes any one of them slow.
    """
    seconds = []
    for _ in range(5):
        browser.get("about:blank")
        browser.get(address)
        seconds.append(
            browser.execute_script(
                "return performance.getEntriesByType('navigation')[0].domComplete"
            )
        )
    return float(min(seconds))


def content_width(browser: webdriver.Chrome) -> float:
    """How wide a page is; wider than the window, it has to be pushed about."""
    metrics = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})
    return float(metrics["cssContentSize"]["width"])
