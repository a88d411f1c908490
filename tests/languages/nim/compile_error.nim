let a: int = "x"
