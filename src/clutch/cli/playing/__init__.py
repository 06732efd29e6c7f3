"""`clutch play`: a script played through the HTTP API of a running site."""
