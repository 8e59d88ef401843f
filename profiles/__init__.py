"""From raw events to profiles: rules, identifiers, links, decisions, the engine, golden records, history."""
