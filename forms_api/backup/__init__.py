"""Backups of the database: made, verified, restored, with what was erased staying erased."""
