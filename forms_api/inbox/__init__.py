"""The desks' inbox: a web application in a process of its own, on a desk's own computer."""
