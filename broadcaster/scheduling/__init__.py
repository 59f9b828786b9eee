"""From rotation rules to dated broadcasts, and what is wrong with them."""
