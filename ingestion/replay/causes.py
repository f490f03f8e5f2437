"""Why a date comes out otherwise: what it was made from and what it is made from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ingestion import gate
from ingestion.canonical_json import canonical_text
from ingestion.gate import ReceivedFile
from ingestion.lake import Lake
from ingestion.publication.provenance import Provenance
from ingestion.publication.published import published_contents
from ingestion.publication.remembered import HISTORY, remembered_path

_CHUNK = 2**20
_CODE = {
    "models_and_macros_sha256": "the models and macros",
    "contracts_sha256": "the contracts of the input files",
}


@dataclass(frozen=True)
class Cause:
    """One difference in what a date is made from.

    Attributes:
        kind: ``input bytes``, ``master data``, ``code``, ``variable``, ``history`` or
            ``published files``.
    """

    kind: str
    detail: str

    def text(self) -> str:
        """The same in one line."""
        return f"{self.kind}: {self.detail}"


def causes_of(manifest: dict[str, Any], now: Provenance) -> list[Cause]:
    """What differs between a manifest and what the date is made from now."""
    return [
        *_inputs(manifest["inputs"], now.inputs),
        *_master_data(manifest["master_data"]["sha256"], now.master_data),
        *_code(manifest["code"], now),
        *_variables(manifest["rule_variables"], now),
    ]


def damages(
    lake: Lake,
    business_date: date,
    manifest: dict[str, Any],
    received: Sequence[ReceivedFile],
) -> list[Cause]:
    """What in the lake is not any longer as it was written."""
    return [
        *_landed(lake, business_date, received),
        *_history(lake, manifest["history"]),
        *_published(lake, business_date, manifest),
    ]


def _inputs(then: list[Any], now: list[Any]) -> Iterator[Cause]:
    before = {(file["feed"], file["sha256"]): canonical_text(file) for file in then}
    after = {(file["feed"], file["sha256"]): canonical_text(file) for file in now}
    for key in sorted({*before, *after}):
        feed, sha256 = key
        name = f"the {feed} file with sha256 {sha256[:12]}"
        if key not in after:
            yield Cause("input bytes", f"{name} is not among the inputs any longer")
        elif key not in before:
            yield Cause("input bytes", f"{name} was not among the inputs")
        elif before[key] != after[key]:
            yield Cause("input bytes", f"{name} has other rows accepted or refused")


def _master_data(then: str, now: str) -> Iterator[Cause]:
    if now != then:
        yield Cause(
            "master data",
            f"the capture has sha256 {now[:12]}, the published version was planned "
            f"with {then[:12]}",
        )


def _code(then: dict[str, Any], now: Provenance) -> Iterator[Cause]:
    for key, what in _CODE.items():
        if then.get(key) != now.code.get(key):
            yield Cause("code", f"{what} have changed since the date was published")


def _variables(then: dict[str, Any], now: Provenance) -> Iterator[Cause]:
    for name in sorted({*then, *now.rule_variables}):
        before, after = then.get(name), now.rule_variables.get(name)
        if before != after:
            yield Cause(
                "variable",
                f"{name} was {canonical_text(before)}, is {canonical_text(after)}",
            )


def _landed(
    lake: Lake, business_date: date, received: Sequence[ReceivedFile]
) -> Iterator[Cause]:
    """Files under raw that are gone, changed, or were put there past the gate."""
    counted = {
        file.landed_path: file for file in received if file.status in gate.COUNTED
    }
    found = gate.files_in_raw(lake, business_date)
    for path in found:
        file = counted.get(path)
        if file is None:
            yield Cause("input bytes", f"{path} is in no entry of the load history")
        elif _sha256(lake, path) != file.landed_sha256:
            yield Cause(
                "input bytes", f"{path} is not as {file.file_name} was landed there"
            )
    for path in sorted(str(path) for path in counted.keys() - set(found)):
        yield Cause("input bytes", f"{path} is missing")


def _history(lake: Lake, history: dict[str, Any]) -> Iterator[Cause]:
    for purpose, name in HISTORY.items():
        # Manifests of earlier versions of the project look back for less.
        for used in history.get(purpose, []):
            path = remembered_path(name, used["business_date"], used["version"])
            if not lake.exists(path):
                yield Cause("history", f"{path} is missing")


def _published(
    lake: Lake, business_date: date, manifest: dict[str, Any]
) -> Iterator[Cause]:
    contents = published_contents(lake, business_date)
    named = {file["name"]: file["sha256"] for file in manifest["files"]}
    for name in sorted({*named, *contents}):
        content = contents.get(name)
        if content is None:
            yield Cause("published files", f"{name} is missing")
        elif name not in named:
            yield Cause("published files", f"{name} is not in the manifest")
        elif hashlib.sha256(content).hexdigest() != named[name]:
            yield Cause("published files", f"{name} is not as it was published")


def _sha256(lake: Lake, path: str) -> str:
    digest = hashlib.sha256()
    with lake.reader(path) as stream:
        while block := stream.read(_CHUNK):
            digest.update(block)
    return digest.hexdigest()
