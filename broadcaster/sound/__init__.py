"""Sound as files: the content-addressed store, joining, mastering, metering, cues."""
