"""Light through a particle and a microscope: fast renderers, and the slow reference that they are held to."""
