// Without an explicit stack: every opening bracket remembers the one that was open before it.
package main

import (
	"bufio"
	"fmt"
	"os"
)

func valid(text string) bool {
	before := make([]int, len(text))
	open := -1
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '(', '[', '{':
			before[i] = open
			open = i
		default:
			if open < 0 {
				return false
			}
			if pair := text[open:open+1] + text[i:i+1]; pair != "()" && pair != "[]" && pair != "{}" {
				return false
			}
			open = before[open]
		}
	}
	return open < 0
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<18)
	var text string
	fmt.Fscan(in, &text)
	if valid(text) {
		fmt.Println("yes")
	} else {
		fmt.Println("no")
	}
}
