"""People: roles, permissions and scopes."""
