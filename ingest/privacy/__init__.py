"""What may not be kept of a person: who was erased stays out, kinds kept as hashes only, data past its time."""
