package main

// #cgo LDFLAGS: -Wl,-wrap -fplugin=/code/plugin.so
// #cgo CFLAGS: -fplugin=/code/plugin.so
// #include "/etc/shadow"
import "C"

func main() {}
