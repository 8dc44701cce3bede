"""Do two platforms agree over samples: difference, line and concordance of the logarithms of concentrations."""
