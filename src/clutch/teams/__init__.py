"""Teams: who plays with whom, under which name, and since when."""
