// A longest way goes down from its highest module into two branches, so the two greatest heights
// of branches at every module decide. Parents come before their children in search order.
package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<16)
	number := func() int {
		c, _ := in.ReadByte()
		for c == ' ' || c == '\n' {
			c, _ = in.ReadByte()
		}
		value := 0
		for c >= '0' && c <= '9' {
			value = value*10 + int(c-'0')
			c, _ = in.ReadByte()
		}
		return value
	}

	n := number()
	tunnels := make([][]int32, n+1)
	for i := 1; i < n; i++ {
		u, v := number(), number()
		tunnels[u] = append(tunnels[u], int32(v))
		tunnels[v] = append(tunnels[v], int32(u))
	}

	parent := make([]int32, n+1)
	order := make([]int32, 1, n)
	order[0] = 1
	for head := 0; head < len(order); head++ {
		module := order[head]
		for _, next := range tunnels[module] {
			if next != parent[module] {
				parent[next] = module
				order = append(order, next)
			}
		}
	}

	height := make([]int, n+1)
	best := 0
	for i := n - 1; i > 0; i-- {
		module := order[i]
		above := parent[module]
		branch := height[module] + 1
		if height[above]+branch > best {
			best = height[above] + branch
		}
		if branch > height[above] {
			height[above] = branch
		}
	}
	fmt.Println(best)
}
