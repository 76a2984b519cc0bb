// Command c2sp lets libraries of other projects read a Comity node's log, and talk to a witness.
//
// Nothing here knows how Comity works: what is verified is verified by filippo.io/torchwood,
// golang.org/x/mod/sumdb and the libraries of transparency-dev, as their own users would do it.
// It prints one JSON object; what does not verify ends it with status 1.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"
)

// A command takes the words after its name and returns what to print.
type command func(ctx context.Context, words []string) (any, error)

var commands = map[string]struct {
	words int // at least
	run   command
}{
	"read":      {2, read},      // LOG-URL POLICY
	"continues": {3, continues}, // LOG-URL POLICY OLD-CHECKPOINT
	"check":     {2, check},     // POLICY CHECKPOINT
	"submit":    {5, submit},    // LOG-URL LOG-VKEY WITNESS-URL OLD-SIZE WITNESS-VKEY…
}

var errUsage = errors.New("usage: c2sp read|continues|check|submit WORDS…")

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	told, err := run(ctx, os.Args[1:])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(told)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, words []string) (any, error) {
	if len(words) == 0 {
		return nil, errUsage
	}
	found, ok := commands[words[0]]
	if !ok || len(words)-1 < found.words {
		return nil, errUsage
	}
	return found.run(ctx, words[1:])
}
