"""Pages of accounts, sign-in, tokens and the audit trail."""
