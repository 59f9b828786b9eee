"""Scripts: their fields, states, and what was heard of them."""
