"""Made-up people to try the pipeline with: a crowd that streams through the front door, and a shop to click through."""
