"""One self-contained page with the pictures and numbers of every stage."""
