"""The embedded data: particles seen by two simulated flow imaging microscopes, written in instruments' own formats."""
