// The key of a group is how often each letter occurs.
package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Split(bufio.ScanWords)
	in.Scan() // the number of words

	groups := make(map[[26]byte]int)
	largest := 0
	for in.Scan() {
		var counts [26]byte
		for _, letter := range in.Bytes() {
			counts[(letter|32)-'a']++
		}
		groups[counts]++
		if groups[counts] > largest {
			largest = groups[counts]
		}
	}
	fmt.Println(len(groups), largest)
}
