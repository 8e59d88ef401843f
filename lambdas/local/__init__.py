"""Stand-ins for API Gateway and Firehose on a laptop and in tests."""
