"""Pages of reports, plans and other activities."""
