package main

//go:generate sh -c "echo generated > /code/generated"
//go:debug madvdontneed=1

import "fmt"

func main() { fmt.Println("compiled") }
