"""To and fro between branches.csv and what an office keeps in Excel or WPS."""
