object Sum extends App { val a: Int = "x" }
