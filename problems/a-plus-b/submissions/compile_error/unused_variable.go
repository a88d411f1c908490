// Does not compile: the variable b is declared but not used.
package main

import "fmt"

func main() {
	var a, b int64
	fmt.Scan(&a)
	fmt.Println(a)
}
