"""Takes files, gives deliveries: from the command line line by line, from the portal as a job that can be watched."""
