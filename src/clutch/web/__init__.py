"""HTTP.

Pages, the JSON API, templates, static files. Nothing outside this package knows of requests.
"""
