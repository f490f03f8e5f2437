"""The models of demand spikes against the independent calculation, to the last digit.

Files cannot hold what is tried here, demand of 10^15 units and a thousandth: the
models' own SQL is put to DuckDB with rows made up for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import duckdb
import jinja2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.config import PROJECT_DIR
from oracle.demand import is_spike
from oracle.inputs import Variables

FOLDER = PROJECT_DIR / "models/intermediate/demand"
#: Each reads the one before it.
MODELS = (
    "int_demand_published_summed_to_sku",
    "int_demand_deviations_measured",
    "int_demand_spikes",
)
MACROS = [
    PROJECT_DIR / "macros/rules" / name
    for name in ("high_and_low_part.sql", "compared_demand.sql")
]
DEMAND = "(business_date date, sku_id varchar, demand decimal(38, 3))"
TABLES = {
    "stg_publication__dates": "(business_date date, version bigint)",
    "int_demand_published": DEMAND,
    "int_order_lines_summed_to_sku": DEMAND,
}
#: As large as a quantity can be, and as an SKU of many such lines can come to.
LARGEST = 10**18
MANY = 10**20

thousandths = st.one_of(
    st.integers(0, 5_000),
    st.integers(LARGEST // 10, LARGEST),
    st.integers(0, MANY),
)
variable = st.one_of(
    st.sampled_from([0, 1_000, 2_000, 3_000]), st.integers(0, 10**9)
).map(lambda number: Decimal(number) / 1000)


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as database:
        for name, columns in TABLES.items():
            database.execute(f"create table {name} {columns}")
        yield database


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    earlier=st.lists(thousandths, min_size=1, max_size=6),
    quantity=thousandths,
    sigma=variable,
    ratio=variable,
    steps=st.integers(-2, 2),
)
def test_a_spike_is_what_the_rule_says_anywhere_and_a_thousandth_beside_its_threshold(
    database: duckdb.DuckDBPyConnection,
    earlier: list[int],
    quantity: int,
    sigma: Decimal,
    ratio: Decimal,
    steps: int,
) -> None:
    variables = Variables(
        spike_min_run_dates=1, spike_sigma=sigma, spike_ratio=min(ratio, Decimal(9))
    )
    demands = [_units(number) for number in earlier]
    threshold = _threshold(earlier, variables)
    for number in (quantity, threshold + steps, threshold, threshold + 1):
        if 0 < number <= 10 * MANY:
            expected = is_spike(_units(number), demands, variables)
            found = _finds(database, _units(number), demands, variables)
            assert found == expected, (number, earlier, variables)


def test_a_window_of_years_of_the_largest_demand_can_be_told(
    database: duckdb.DuckDBPyConnection,
) -> None:
    variables = Variables(
        spike_window_days=9999,
        spike_sigma=Decimal("999999.999"),
        spike_ratio=Decimal("999999.999"),
    )
    demands = [_units(10**21 - day % 2) for day in range(9999)]

    for quantity in (10**21, 1):
        expected = is_spike(_units(quantity), demands, variables)
        assert _finds(database, _units(quantity), demands, variables) == expected


def test_demand_beyond_any_order_is_a_spike_and_no_failure(
    database: duckdb.DuckDBPyConnection,
) -> None:
    demands = [Decimal(2)] * 7

    assert _finds(database, Decimal(10**30), demands, Variables())
    assert not _finds(database, Decimal(2), [Decimal(10**30)] * 7, Variables())


def _threshold(earlier: Sequence[int], variables: Variables) -> int:
    """The largest demand, in thousandths, that is no spike by its deviation alone."""
    deviation = Variables(
        spike_min_run_dates=1, spike_sigma=variables.spike_sigma, spike_ratio=Decimal(0)
    )
    demands = [_units(number) for number in earlier]
    low, high = 0, 10**33
    while high - low > 1:
        middle = (low + high) // 2
        if is_spike(_units(middle), demands, deviation):
            high = middle
        else:
            low = middle
    return low


def _units(thousandths: int) -> Decimal:
    return Decimal(thousandths).scaleb(-3)


def _finds(
    database: duckdb.DuckDBPyConnection,
    quantity: Decimal,
    earlier: Sequence[Decimal],
    variables: Variables,
) -> bool:
    """Whether the model calls demand a spike after these dates; 0 is one without it."""
    for name in TABLES:
        database.execute(f"delete from {name}")
    dates = ", ".join(
        f"(date '2026-03-01' - {number}, 1)" for number in range(1, len(earlier) + 1)
    )
    database.execute(f"insert into stg_publication__dates values {dates}")
    demands = [
        f"(date '2026-03-01' - {number}, 'A', '{demand}')"
        for number, demand in enumerate(earlier, start=1)
        if demand
    ]
    if demands:
        rows = ", ".join(demands)
        database.execute(f"insert into int_demand_published values {rows}")
    database.execute(
        "insert into int_order_lines_summed_to_sku "
        f"values (date '2026-03-01', 'A', '{quantity}')"
    )
    return bool(database.execute(_sql(variables)).fetchall())


def _sql(variables: Variables) -> str:
    """The models as dbt would render them, over tables of the names of their inputs."""
    macros = "".join(path.read_text("utf-8") for path in MACROS)
    steps = []
    for name in MODELS:
        template = jinja2.Environment(autoescape=False).from_string(
            macros + (FOLDER / f"{name}.sql").read_text("utf-8")
        )
        sql = template.render(
            ref=lambda name: name,
            days_before_run_date=lambda days: f"date '2026-03-01' - {days}",
            integer_variable=lambda name: getattr(variables, name),
            decimal_variable=lambda name: f"decimal '{getattr(variables, name)}'",
        )
        steps.append(f"{name} as ({sql})")
    return f"with {', '.join(steps)} select * from {MODELS[-1]}"
