"""The branch directory: from the spreadsheet to pages, lists and feeds. Knows nothing of MkDocs."""
