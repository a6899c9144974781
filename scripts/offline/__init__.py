"""Reading without a network: which pages everybody keeps, and the worker that keeps them."""
