object Sum {
  def main(args: Array[String]): Unit = {
    val Array(a, b) = scala.io.StdIn.readLine().split(" ").map(_.toInt)
    var kept = List[Array[Byte]]()
    while (a == 2) {}
    while (a == 3) kept = new Array[Byte](100000) :: kept
    while (a == 4) println("x" * 1000)
    if (a == 5) throw new IllegalStateException("five")
    println(if (a == 1) a - b else a + b)
  }
}
