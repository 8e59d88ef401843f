"""The whole pipeline on one machine, under one supervisor: `python -m idportal.stack`."""
