"""Moving an instance from SQLite to PostgreSQL."""
