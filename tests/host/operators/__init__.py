"""One module an operator family: a struct for the operator, one line for each shape. `CASES` of each is a list of Spec."""
