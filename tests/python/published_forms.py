"""The JSON Schemas of what is published, and what they say of a document."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from ingestion.config import PROJECT_DIR

SCHEMAS = PROJECT_DIR / "ingestion" / "publication" / "schemas"


def rules_of(form: str) -> Any:
    """The schema of a form, such as ``supplier_order`` or ``manifest``."""
    return json.loads((SCHEMAS / f"{form}.schema.json").read_text(encoding="utf-8"))


def errors_of(form: str, document: object) -> list[str]:
    """Where in the document something does not fit; a form may refer to another."""
    rules = rules_of(form)
    Draft202012Validator.check_schema(rules)
    validator = Draft202012Validator(
        rules, registry=_registry(), format_checker=FormatChecker()
    )
    return [error.json_path for error in validator.iter_errors(document)]


def _registry() -> Registry[Any]:
    forms = ("supplier_order", "exceptions", "changes", "manifest")
    known = [(f"{form}.schema.json", rules_of(form)) for form in forms]
    return Registry().with_resources(
        (name, Resource.from_contents(rules)) for name, rules in known
    )
