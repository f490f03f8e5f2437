"""Whether a SKU with a need can be ordered, and from whom."""

from __future__ import annotations

import re

from oracle.arithmetic import packs_to_cover
from oracle.exceptions import Exceptions
from oracle.inputs import Inputs, Master, Offer, Product
from oracle.need import NetDemand

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def report_gaps(need: NetDemand, inputs: Inputs, exceptions: Exceptions) -> None:
    """What is missing around a need, whether or not it can be ordered."""
    if not need.has_stock_record:
        exceptions.add("no_stock_record", sku_id=need.sku_id, quantity=need.net_demand)
    if need.sku_id not in inputs.master.replenishment_rules:
        exceptions.add(
            "missing_replenishment_rule", sku_id=need.sku_id, quantity=need.net_demand
        )
    product = inputs.master.products.get(need.sku_id)
    known = {"", "active", *_not_bought(inputs)}
    if product and _plain(product.status) not in known:
        exceptions.add("unknown_status", sku_id=need.sku_id)


def choose_supplier(
    need: NetDemand, inputs: Inputs, exceptions: Exceptions
) -> str | None:
    """The supplier to order from, or None after reporting the first obstacle."""
    master = inputs.master
    product = master.products.get(need.sku_id)
    obstacle = _obstacle_of_product(product, inputs)
    if product is None or product.pack_size is None or obstacle:
        exceptions.add(
            obstacle or "unknown_sku", sku_id=need.sku_id, quantity=need.net_demand
        )
        return None
    supplier_id = _first_supplier(need.sku_id, master)
    obstacle = _obstacle_of_supplier(supplier_id, master)
    if obstacle:
        packs = packs_to_cover(need.quantity_after_moq, product.pack_size)
        exceptions.add(
            obstacle,
            sku_id=need.sku_id,
            supplier_id=supplier_id,
            quantity=packs * product.pack_size,
        )
        return None
    return supplier_id


def _obstacle_of_product(product: Product | None, inputs: Inputs) -> str | None:
    """The first reason to order nothing that lies in the product itself."""
    if product is None:
        return "unknown_sku"
    if _plain(product.status) in _not_bought(inputs):
        return "discontinued_sku"
    if product.pack_size is None or product.pack_size <= 0:
        return "invalid_pack_size"
    return None


def _obstacle_of_supplier(supplier_id: str | None, master: Master) -> str | None:
    if supplier_id is None:
        return "missing_supplier"
    return None if _can_be_ordered_from(supplier_id, master) else "unknown_supplier"


def _not_bought(inputs: Inputs) -> set[str]:
    return {_plain(status) for status in inputs.variables.statuses_not_bought} - {""}


def _plain(status: str | None) -> str:
    """A status without case and blanks (space and tab); empty when absent."""
    return re.sub("[ \t]", "", status or "").lower()


def _first_supplier(sku_id: str, master: Master) -> str | None:
    """The lowest priority, null last; on a tie the lowest id. No fallback."""
    offers = {
        supplier_id: offer
        for (offered_sku, supplier_id), offer in master.product_suppliers.items()
        if offered_sku == sku_id
    }
    return min(offers, key=lambda each: _rank(each, offers[each]), default=None)


def _rank(supplier_id: str, offer: Offer) -> tuple[bool, int, bytes]:
    return (offer.priority is None, offer.priority or 0, supplier_id.encode())


def _can_be_ordered_from(supplier_id: str, master: Master) -> bool:
    """Known, and an id that can name a file beside ``manifest.json``."""
    return (
        supplier_id in master.suppliers
        and _ID.fullmatch(supplier_id) is not None
        and supplier_id.lower() != "manifest"
    )
