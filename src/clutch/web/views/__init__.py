"""Views: frozen structs that templates and the API draw from, and the functions that make them."""
