"""The only SQL of the project: tables, migrations, and the one writer of a process."""
