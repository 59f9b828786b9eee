"""Background work: every wish is a row; the queue is only a wake-up."""
