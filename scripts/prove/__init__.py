"""Proofs of what the forms service promises: `manage.py prove NAME`."""
