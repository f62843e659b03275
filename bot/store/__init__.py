"""Where the quiz is kept: one schema on SQLite and PostgreSQL."""
