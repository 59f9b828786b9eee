"""On the air: broadcasts from claim to verdict, emergencies, live talks, orders."""
