"""One module an operator family: a struct for the operator, one line of CASES for each shape."""
