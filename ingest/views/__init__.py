"""Takes requests of machines and people, gives answers."""
