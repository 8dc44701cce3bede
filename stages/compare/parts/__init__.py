"""The parts of the comparison. Each gives its numbers and pictures, or a sentence why it was skipped."""
