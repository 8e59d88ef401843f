"""What was done, by whom and when: written once, never changed."""
