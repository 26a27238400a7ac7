"""A report as the bytes that are kept, and the digest that tells whether two are the same."""

import msgspec

from benchhub.model.identity import canonical_json
from benchhub.model.report import Catalog, Report
from benchhub.model.sha256 import sha256


class EncodedReport(msgspec.Struct, frozen=True):
    """A report in JSON.

    Attributes:
        catalog_sha256: Of the catalog alone: it is the same for run after run.
        sha256: Of everything, names, kinds and digests of the artifacts included.
    """

    envelope: bytes
    catalog: bytes
    body: bytes
    catalog_sha256: bytes
    sha256: bytes


def encode_report(report: Report) -> EncodedReport:
    """Return a report as bytes; equal reports give equal bytes, whoever made them."""
    envelope, catalog = canonical_json(report.envelope), encode_catalog(report.catalog)
    body = msgspec.json.encode(report.body)
    artifacts = canonical_json([(one.name, one.kind, one.sha256) for one in report.artifacts])
    catalog_sha256 = sha256(catalog)
    whole = sha256(catalog_sha256 + b"".join(sha256(part) for part in (envelope, body, artifacts)))
    return EncodedReport(envelope, catalog, body, catalog_sha256, sha256=whole)


def encode_catalog(catalog: Catalog) -> bytes:
    """Return the catalog as JSON; not canonical, since parameters keep the order in which they were written."""
    return msgspec.json.encode(catalog)


def report_digest(report: Report) -> bytes:
    """Return the 32 bytes that tell a report from every other."""
    return encode_report(report).sha256
