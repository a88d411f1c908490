const a: number = "x";
