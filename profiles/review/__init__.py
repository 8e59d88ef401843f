"""Takes what resolution and matching leave open, gives questions to people, and their answers as decisions."""
