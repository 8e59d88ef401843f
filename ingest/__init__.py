"""From a delivery to raw events: sources and keys, deliveries, landing, rejected records, replay."""
