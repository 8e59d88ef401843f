"""Hop 4: takes a batch of Firehose records, gives the same records normalised and enriched."""
