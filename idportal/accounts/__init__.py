"""People who use the portal, and their roles."""
