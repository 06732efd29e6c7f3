"""The demo community: what `clutch run` fills an empty site with."""
