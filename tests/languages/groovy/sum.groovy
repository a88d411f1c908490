def (a, b) = System.in.newReader().readLine().split(' ')*.toInteger()
def kept = []
while (a == 2) { }
while (a == 3) kept << new byte[100000]
while (a == 4) println('x' * 1000)
if (a == 5) throw new IllegalStateException('five')
println(a == 1 ? a - b : a + b)
