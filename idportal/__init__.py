"""The portal: settings, addresses, accounts, the local stack."""
