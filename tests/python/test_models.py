"""How the models are cut, tested and described, and what exceptions may say."""

from __future__ import annotations

import csv
import io
import re
import statistics
from collections.abc import Iterator
from typing import Any

import yaml

from ingestion.config import PROJECT_DIR

MODELS = {path.stem: path for path in PROJECT_DIR.glob("models/**/*.sql")}
DOCUMENTS = [
    yaml.safe_load(path.read_text("utf-8"))
    for folder in ("models", "seeds", "tests/assertions")
    for path in sorted(PROJECT_DIR.glob(f"{folder}/**/*.yml"))
]
#: What a model may stand on, by its layer: nothing leads back from a mart.
LAYERS = ("staging", "intermediate", "marts", "exports")


def declared(kind: str) -> Iterator[dict[str, Any]]:
    """Entries of all YAML files, such as models or unit_tests."""
    for document in DOCUMENTS:
        yield from document.get(kind, ())


def data_tests() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every data test, by what it is of, or by its own name."""
    for kind in ("models", "seeds"):
        for node in declared(kind):
            for owner in (node, *node.get("columns", ())):
                for test in owner.get("data_tests", ()):
                    [(name, settings)] = test.items()
                    yield f"{node['name']}: {name}", settings
    for test in declared("data_tests"):
        yield test["name"], test


def layer(model: str) -> str:
    """First folder below models/ that a model lies in."""
    return MODELS[model].relative_to(PROJECT_DIR / "models").parts[0]


def seed() -> list[dict[str, str]]:
    """Rows of exception_codes."""
    path = PROJECT_DIR / "seeds/exception_codes.csv"
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


def test_models_are_short() -> None:
    lines = {name: path.read_text("utf-8").count("\n") for name, path in MODELS.items()}

    assert {name: count for name, count in lines.items() if count > 80} == {}
    intermediate = [count for name, count in lines.items() if name.startswith("int_")]
    assert statistics.median(intermediate) <= 40


def test_nothing_leads_back_to_an_earlier_layer() -> None:
    back = [
        f"{name} reads {parent}"
        for name, path in MODELS.items()
        for parent in re.findall(r"\bref\('(\w+)'\)", path.read_text("utf-8"))
        if parent in MODELS and LAYERS.index(layer(parent)) > LAYERS.index(layer(name))
    ]
    assert back == []


def test_every_model_is_described_and_tested() -> None:
    described = {model["name"] for model in declared("models") if model["description"]}
    assert described == set(MODELS)

    tested = {test["model"] for test in declared("unit_tests")}
    tested |= {model["name"] for model in declared("models") if "data_tests" in model}
    for assertion in PROJECT_DIR.glob("tests/assertions/*.sql"):
        text = assertion.read_text("utf-8")
        tested |= set(re.findall(r"'((?:stg|int|fct)_\w+)'", text))
    assert set(MODELS) - tested == set()


def test_every_test_says_what_it_claims() -> None:
    silent = [
        test["name"] for test in declared("unit_tests") if "description" not in test
    ]
    silent += [name for name, test in data_tests() if "description" not in test]
    assert silent == []

    assertions = {path.stem for path in PROJECT_DIR.glob("tests/assertions/*.sql")}
    assert assertions == {test["name"] for test in declared("data_tests")}


def test_every_code_is_found_by_a_model_and_no_other() -> None:
    found = {
        row["code"]
        for test in declared("unit_tests")
        if test["model"].startswith("int_exceptions_in_")
        for row in rows_of(test["expect"])
    }
    assert found == {row["code"] for row in seed()}


def test_every_place_in_a_message_is_given_by_the_model_that_has_the_code() -> None:
    codes = {(row["code"], row["scope"]): row["message"] for row in seed()}
    [every_message] = (
        test
        for test in declared("unit_tests")
        if test["name"] == "every_message_of_the_seed_reads_as_a_sentence"
    )
    models = {
        match.group(1): rows_of(given)
        for given in every_message["given"]
        if (match := re.search(r"'(int_exceptions_in_\w+)'", given["input"]))
    }

    used = {(row["code"], row["scope"]) for rows in models.values() for row in rows}
    assert used == set(codes)
    for model, rows in models.items():
        sql = MODELS[model].read_text("utf-8")
        named = {
            place
            for row in rows
            for place in places_of(codes[row["code"], row["scope"]])
        }
        assert named == arguments_of(sql), model


def rows_of(fixture: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of a unit test's input or result, given as a list or as CSV."""
    rows = fixture.get("rows") or []
    return list(csv.DictReader(io.StringIO(rows))) if isinstance(rows, str) else rows


def places_of(template: str) -> list[str]:
    """Names of a template's places, which are well formed and not too many."""
    places = re.findall(r"\{([^{}]*)\}", template)
    assert len(places) <= 8, template
    assert not set("{}") & set(re.sub(r"\{[^{}]*\}", "", template)), template
    names = [place.split("|")[1] if "|" in place else place for place in places]
    assert all(re.fullmatch("[a-z_]+", name) for name in names), template
    return names


def arguments_of(sql: str) -> set[str]:
    """Names of the values that an exception model gives to its messages."""
    return {
        name
        for given in re.findall(r"arguments=\{(.*?)\}", sql, re.DOTALL)
        for name in re.findall(r"'(\w+)': ", given)
    }
