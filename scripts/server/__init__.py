"""What a server needs around the project: files for nginx and systemd, filled for one host."""
