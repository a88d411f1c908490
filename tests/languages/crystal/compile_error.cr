puts x
