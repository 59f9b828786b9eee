"""From written Vietnamese to the words an announcer would say; pure, standard library only (less `ingest`)."""
