"""What a version of a date is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingestion import gate
from ingestion.canonical_json import Json
from ingestion.contracts import contracts_digest
from ingestion.gate import ReceivedFile
from ingestion.master_data.capture import MasterSnapshot
from ingestion.planning.engine import models_and_macros_digest
from ingestion.planning.rule_variables import RuleVariables


@dataclass(frozen=True)
class Provenance:
    """What a version was made from, as its manifest records it.

    Attributes:
        inputs: files that count or were refused, without their names.
        master_data: digest of the master data the date was planned with.
        code: digests of models and macros, and of contracts.
    """

    inputs: list[dict[str, Json]]
    master_data: str
    rule_variables: Mapping[str, Json]
    code: Mapping[str, Json]


def provenance_of(
    received: Sequence[ReceivedFile],
    master: MasterSnapshot,
    variables: RuleVariables,
) -> Provenance:
    """What a version of these inputs would be made from, with the code as it stands."""
    return Provenance(
        inputs=[
            {
                "feed": file.feed,
                "sha256": file.sha256,
                "rows_read": file.rows_read,
                "rows_accepted": file.rows_accepted,
                "rows_refused": file.rows_refused,
            }
            for file in sorted(received, key=lambda f: (f.feed, f.sha256 or ""))
            if file.sha256 and file.status in (*gate.COUNTED, "quarantined")
        ],
        master_data=master.digest,
        rule_variables=variables.for_manifest(),
        code={
            "models_and_macros_sha256": models_and_macros_digest(),
            "contracts_sha256": contracts_digest(),
        },
    )
