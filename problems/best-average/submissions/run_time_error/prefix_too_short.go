// Crashes: there are n + 1 prefix sums, but there is room for n (index out of range).
package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	in := bufio.NewReader(os.Stdin)
	var n, k int
	fmt.Fscan(in, &n, &k)
	sums := make([]int64, n)
	for i := 1; i <= n; i++ {
		var t int64
		fmt.Fscan(in, &t)
		sums[i] = sums[i-1] + t
	}
	best := -10000.0
	for i := 0; i+k <= n; i++ {
		if average := float64(sums[i+k]-sums[i]) / float64(k); average > best {
			best = average
		}
	}
	fmt.Println(best)
}
