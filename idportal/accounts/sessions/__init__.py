"""Where a person is logged in: the list of their sessions, each of which can be ended."""
