"""What runs on AWS before the portal: a visit in, Firehose records out. Knows neither Django nor the portal."""
