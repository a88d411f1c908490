package main

import (
	"fmt"
	"strings"
)

func main() {
	var a, b int
	fmt.Scan(&a, &b)
	kept := []string{}
	for a == 2 {
	}
	for a == 3 {
		kept = append(kept, strings.Repeat("x", 1000))
	}
	for a == 4 {
		fmt.Println(strings.Repeat("x", 1000))
	}
	if a == 5 {
		panic(len(kept))
	}
	if a == 1 {
		fmt.Println(a - b)
	} else {
		fmt.Println(a + b)
	}
}
