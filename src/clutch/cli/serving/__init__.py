"""The server: a parent that holds the listening socket and the processes that serve on it."""
