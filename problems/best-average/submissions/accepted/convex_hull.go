package main

import (
	"bufio"
	"fmt"
	"os"
)

// An average is a slope between two prefix sums, so a tangent slides along their lower convex hull.
func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<16)
	number := func() int64 {
		c, _ := in.ReadByte()
		for c == ' ' || c == '\n' {
			c, _ = in.ReadByte()
		}
		sign := int64(1)
		if c == '-' {
			sign = -1
			c, _ = in.ReadByte()
		}
		value := int64(0)
		for c >= '0' && c <= '9' {
			value = value*10 + int64(c-'0')
			c, _ = in.ReadByte()
		}
		return sign * value
	}

	n, k := int(number()), int(number())
	sums := make([]int64, n+1)
	for i := 1; i <= n; i++ {
		sums[i] = sums[i-1] + number()
	}

	// slope is the average of the days after the first a up to day b.
	slope := func(a, b int) float64 {
		return float64(sums[b]-sums[a]) / float64(b-a)
	}
	hull := make([]int, 0, n+1)
	start := 0
	best := slope(0, k)
	for j := k; j <= n; j++ {
		x := j - k
		for len(hull) > start+1 && slope(hull[len(hull)-1], x) <= slope(hull[len(hull)-2], hull[len(hull)-1]) {
			hull = hull[:len(hull)-1]
		}
		hull = append(hull, x)
		for len(hull) > start+1 && slope(hull[start+1], j) >= slope(hull[start], j) {
			start++
		}
		if average := slope(hull[start], j); average > best {
			best = average
		}
	}
	fmt.Println(best)
}
