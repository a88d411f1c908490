fun main() {
    val (a, b) = readLine()!!.split(" ").map { it.toInt() }
    val kept = mutableListOf<ByteArray>()
    while (a == 2) { }
    while (a == 3) kept.add(ByteArray(100_000))
    while (a == 4) println("x".repeat(1000))
    if (a == 5) throw IllegalStateException("five")
    println(if (a == 1) a - b else a + b)
}
