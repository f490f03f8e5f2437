"""What fits badly together in the master data of a supplier and its products.

None of it keeps them from being loaded: the order run goes on, and reports what becomes
of it. It is said at the load, because that is when somebody can correct it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingestion.contracts.ids import SUPPLIER_ID

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812

#: Tables that the rules below read.
TABLES_READ = {"products", "suppliers", "product_suppliers"}
_SHOWN = 5

#: What is wrong, and the query for the names of those it is wrong with.
_RULES = {
    "cannot name a file: nothing is ordered there, and unknown_supplier says so. An id "
    "of letters, digits and . _ - can, if it begins with a letter or digit and is not "
    "manifest": """
        select 'supplier ' || supplier_id
        from (select supplier_id from master.suppliers
            union select supplier_id from master.product_suppliers) as named
        where supplier_id !~ %(supplier_id)s or lower(supplier_id) = 'manifest'
    """,
    "has prices and no currency: nobody knows what its orders come to": """
        select 'supplier ' || supplier_id from master.suppliers
        where currency is null and supplier_id in
            (select supplier_id from master.product_suppliers where unit_price > 0)
    """,
    "has a supplier and no unit: its orders do not say of what they are a number": """
        select 'product ' || sku_id from master.products
        where unit is null and sku_id in (select sku_id from master.product_suppliers)
    """,
    "has no price above 0 from the supplier it is ordered from (the lowest priority, "
    "then the lowest id): the total of the order is missing or too low": """
        select 'product ' || sku_id || ' from ' || supplier_id
        from (select distinct on (sku_id) * from master.product_suppliers
            order by sku_id, priority nulls last, supplier_id collate "C") as chosen
        where not coalesce(unit_price > 0, false)
    """,
}


def misfits(cursor: Cursor) -> Iterator[str]:
    """One line per broken rule, with the first of those that break it.

    Args:
        cursor: inside the transaction that loads.
    """
    for problem, query in _RULES.items():
        cursor.execute(query, {"supplier_id": f"^{SUPPLIER_ID.pattern}$"})
        names = sorted((name for (name,) in cursor.fetchall()), key=str.encode)
        if names:
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            yield f"{', '.join(names[:_SHOWN])}{more}: {problem}."
