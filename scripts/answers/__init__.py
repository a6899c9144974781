"""Published answers and totals: files of docs/data, checked and turned into pages and charts."""
