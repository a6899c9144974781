"""Search: from a built HTML tree to one Pagefind index per language, and its measurement."""
