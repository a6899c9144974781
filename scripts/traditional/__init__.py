"""The Traditional edition, made at build time from the Simplified text."""
