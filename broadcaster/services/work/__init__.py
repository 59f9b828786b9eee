"""Background work: jobs as rows, and what wakes the worker."""
