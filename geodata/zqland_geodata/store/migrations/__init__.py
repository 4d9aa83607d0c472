"""How a store came to its form, one step after the other."""
