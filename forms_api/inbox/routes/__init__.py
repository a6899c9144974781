"""The inbox's addresses."""
