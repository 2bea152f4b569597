"""Tests: unit, property, integration, chaos, bench and architecture; `support` is what they share."""
