"""Takes profiles, gives pairs that may be one person: runs of `profiles.matching`, its models, what they find."""
