fun main() { val a: Int = "x" }
