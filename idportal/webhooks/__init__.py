"""Other systems are told when profiles change: one log of what happened, and how far each of them has been told."""
