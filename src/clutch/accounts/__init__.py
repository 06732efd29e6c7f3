"""People: who somebody is, how they prove it, and what their role lets them do."""
