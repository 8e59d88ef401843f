"""Hop 2: takes an API Gateway proxy event, gives Firehose records."""
