"""classify: networks that tell the classes apart, chosen on the selection split and judged once on validation."""
