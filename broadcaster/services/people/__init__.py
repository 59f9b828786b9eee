"""People: accounts, sign-in, tokens, and who stands in for whom."""
