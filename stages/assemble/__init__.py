"""assemble: training sets as lists of images, never as copies of pixels."""
