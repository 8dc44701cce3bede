"""Denoising diffusion: learn a class's images, generate new ones, judge them beside real ones."""
