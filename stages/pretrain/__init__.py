"""pretrain: instruments that nobody has, whose simulated particles every generator has seen before it sees its own."""
