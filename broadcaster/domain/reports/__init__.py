"""Reports: plans, activities, periods and figures."""
