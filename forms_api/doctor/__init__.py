"""What is wrong with this instance, or soon will be, and what to do about it."""
