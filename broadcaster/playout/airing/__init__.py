"""A broadcast on the air: claimed, lined up, controlled, proved."""
