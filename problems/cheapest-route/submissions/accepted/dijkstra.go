package main

import (
	"bufio"
	"container/heap"
	"fmt"
	"math"
	"os"
)

type entry struct {
	cost int64
	town int
}

type entries []entry

func (e entries) Len() int            { return len(e) }
func (e entries) Less(i, j int) bool  { return e[i].cost < e[j].cost }
func (e entries) Swap(i, j int)       { e[i], e[j] = e[j], e[i] }
func (e *entries) Push(x interface{}) { *e = append(*e, x.(entry)) }
func (e *entries) Pop() interface{} {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

type road struct {
	to   int
	cost int64
}

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

	n, m := number(), number()
	roads := make([][]road, n+1)
	for i := 0; i < m; i++ {
		u, v, c := number(), number(), number()
		roads[u] = append(roads[u], road{v, int64(c)})
	}

	toll := make([]int64, n+1)
	for i := range toll {
		toll[i] = math.MaxInt64
	}
	toll[1] = 0
	queue := &entries{{0, 1}}
	for queue.Len() > 0 {
		best := heap.Pop(queue).(entry)
		if best.cost > toll[best.town] {
			continue
		}
		for _, r := range roads[best.town] {
			if there := best.cost + r.cost; there < toll[r.to] {
				toll[r.to] = there
				heap.Push(queue, entry{there, r.to})
			}
		}
	}

	if toll[n] == math.MaxInt64 {
		fmt.Println("impossible")
	} else {
		fmt.Println(toll[n])
	}
}
