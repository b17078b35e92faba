package main

import (
	"context"
	"fmt"
	"os"
)

type packageSchema map[string]any
type mapping map[string]any

func main() {
	_, _, err := ask(context.Background(), os.Args[1])
	fmt.Println(err)
}
