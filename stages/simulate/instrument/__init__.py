"""What the instrument makes of the light: frames, regions, sizes, and exports in its own format."""
