"""Places outside this machine where copies lie. Found through the entry points `broadcaster.targets`."""
