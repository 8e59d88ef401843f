"""What the law lets a person ask: what is held on them, and that it is erased; and what they agreed to."""
