"""The quality page in a real browser: what a person sees, sorts, filters and mails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from browsers import (
    cells,
    content_width,
    find,
    milliseconds_to_open,
    open_browser,
    text_of,
)
from ingestion.report.contents import tables_of
from ingestion.report.copies import write_csv_files
from ingestion.report.headline import headline
from ingestion.report.index import SUMMARY, write_index
from ingestion.report.page import shown
from ingestion.report.quality_page import quality_page
from report_facts import EVIL, made_up_facts

FACTS = made_up_facts(exceptions=2_000)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a written page; nothing but a file."""
    folder = tmp_path_factory.mktemp("reports") / "2026-01-29"
    tables, figures = tables_of(FACTS), headline(FACTS)
    write_csv_files(folder, tables)
    html = folder / "quality.html"
    html.write_text(quality_page(FACTS, tables, figures), encoding="utf-8")
    (folder / SUMMARY).write_text(
        '{"business_date": "2026-01-29", "result": "published", "version": 1, '
        '"files_refused": 1, "rows_accepted": 18, "rows_refused": 12, '
        '"sites_missing": 1, "volumes_unusual": 4, "tests_failed": 1, "orders": 6, '
        '"orders_held": 1, "errors": 1}'
    )
    write_index(folder.parent)
    return html.as_uri()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """One browser for the tests that need nothing special of it."""
    with open_browser(tmp_path_factory.mktemp("profile")) as chrome:
        yield chrome


@pytest.fixture
def seen(browser: Chrome, page: str) -> Chrome:
    """The page just opened."""
    open_page(browser, page)
    return browser


def test_page_opens_in_under_a_second_and_complains_of_nothing(
    seen: Chrome, page: str
) -> None:
    assert milliseconds_to_open(seen, page) < 1000
    assert seen.get_log("browser") == []  # type: ignore[no-untyped-call]
    assert seen.title == "Data quality 2026-01-29"
    assert EVIL in text_of(seen, "#files")


def test_figures_of_the_first_screen_are_those_of_the_facts(seen: Chrome) -> None:
    figures = headline(FACTS)
    for name in (
        "files_refused",
        "sites_missing",
        "tests_failed",
        "errors",
        "orders_held",
        "volumes_unusual",
    ):
        assert text_of(seen, f"#count-{name}") == shown(figures[name])


def test_every_cell_of_the_checks_is_that_of_the_mart(seen: Chrome) -> None:
    table = next(table for table in tables_of(FACTS) if table.name == "checks")

    rows = cells(seen, "checks")

    assert rows == [[shown(cell) for cell in row] for row in table.rows]


def test_a_figure_leads_to_the_rows_that_it_counts(seen: Chrome) -> None:
    seen.find_element(By.CSS_SELECTOR, "a:has(#count-errors)").click()

    wait_for(seen, "exceptions", 1)
    assert cells(seen, "exceptions")[0][:3] == ["error", "missing_supplier", "A-1"]


def test_table_sorts_numbers_as_numbers_and_says_so(seen: Chrome) -> None:
    head = find(seen, "#exceptions th[data-name=quantity]")
    assert head.get_attribute("aria-sort") is None

    head.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    wait_until(seen, lambda: head.get_attribute("aria-sort") == "ascending")
    lowest = [row[7] for row in cells(seen, "exceptions")[:3]]
    head.find_element(By.TAG_NAME, "button").click()
    wait_until(seen, lambda: head.get_attribute("aria-sort") == "descending")
    highest = [row[7] for row in cells(seen, "exceptions")[:3]]

    assert lowest == ["0", "1", "2"]
    assert highest == ["1,999", "1,998", "1,997"]
    assert seen.current_url.endswith("#exceptions?sort=-quantity")


def test_table_filters_by_text_and_choice_and_pages_through_the_rest(
    seen: Chrome,
) -> None:
    assert text_of(seen, "#exceptions caption") == "The first 50 of 2,002 rows."
    search = find(seen, "#exceptions [name=q]")
    search.send_keys("sku-0001")
    wait_for(seen, "exceptions", 10)
    assert text_of(seen, "#exceptions caption") == "10 of 2,002 rows"
    Select(find(seen, "#exceptions [name=severity]")).select_by_visible_text("error")
    wait_for(seen, "exceptions", 0)
    find(seen, "#exceptions [name=reset]").click()
    wait_for(seen, "exceptions", 50)

    find(seen, "#exceptions [name=next]").click()

    wait_until(
        seen,
        lambda: text_of(seen, "#exceptions caption") == "51 to 100 of 2,002 rows",
    )
    assert text_of(seen, "#exceptions .pager span") == "page 2 of 41"


def test_a_mailed_link_shows_its_row(browser: Chrome, page: str) -> None:
    open_page(browser, f"{page}#exceptions?row=1234")

    wait_until(
        browser, lambda: bool(browser.find_elements(By.CSS_SELECTOR, "tr.found"))
    )
    found = find(browser, "tr.found")
    # The first two rows are no SKUs, and rows count from 1.
    assert "SKU-01231" in found.text
    assert find(browser, "tr.found .row-link") == browser.switch_to.active_element


def test_page_reads_on_a_phone_in_the_dark_and_without_scripts(
    tmp_path: Path, page: str
) -> None:
    with open_browser(tmp_path, scripts=False, width=390, dark=True) as chrome:
        chrome.get(page)
        assert text_of(chrome, "#count-errors") == "1"
        assert len(chrome.find_elements(By.CSS_SELECTOR, "#exceptions tbody tr")) == 50
        assert not find(chrome, "#exceptions .table-tools").is_displayed()
        width = content_width(chrome)
        ground = find(chrome, "body").value_of_css_property("background-color")
    assert width <= 390
    assert ground == "rgba(20, 23, 26, 1)"


def test_index_leads_to_the_page_of_a_date(browser: Chrome, page: str) -> None:
    open_page(browser, page.replace("2026-01-29/quality.html", "index.html"))
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]

    browser.find_element(By.LINK_TEXT, "2026-01-29").click()

    assert browser.title == "Data quality 2026-01-29"


def open_page(browser: Chrome, address: str) -> None:
    """Open an address anew, also one that differs from the present by its end."""
    browser.get("about:blank")
    browser.get_log("browser")  # type: ignore[no-untyped-call]
    browser.get(address)


def wait_for(browser: Chrome, table: str, rows: int) -> None:
    wait_until(browser, lambda: len(cells(browser, table)) == rows)


def wait_until(browser: Chrome, is_so: object) -> None:
    WebDriverWait(browser, 10).until(lambda _: is_so())  # type: ignore[operator]
