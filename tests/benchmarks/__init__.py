"""Measured figures of docs/benchmarks.md; run by hand or by `make bench`, never by the test suite."""
