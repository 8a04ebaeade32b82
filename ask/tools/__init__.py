"""The door for the operator: what a person runs."""
