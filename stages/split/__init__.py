"""split: train, selection and validation, by run wherever a class has runs enough; nothing may leak."""
