"""From the objects that Firehose keeps, failed records and the archive of all, back to landing."""
