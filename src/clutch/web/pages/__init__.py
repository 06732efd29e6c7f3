"""Pages, one module a context.

A module offers `pages: Pages` and, if it must, `routes` (plain Starlette routes).
"""
