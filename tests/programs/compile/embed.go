package main

import (
	_ "embed"
	"fmt"
)

//go:embed /etc/shadow
var shadow string

//go:embed ../etc/shadow
var above string

func main() { fmt.Print(shadow, above) }
