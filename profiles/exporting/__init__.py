"""Everything in bulk: profiles, identifiers, links and history, streamed as they stood at one moment."""
