"""Readers are tested by what ingest writes of the exports that they read."""

from tests.ingest.conftest import ingest, workspace

__all__ = ["ingest", "workspace"]
