package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// proved is between which entries an inclusion proof is made, beside that of the last one.
const proved = 50

// A head is what a checkpoint says, and whose signatures on it were verified.
type head struct {
	Origin  string   `json:"origin"`
	Size    int64    `json:"size"`
	Root    string   `json:"root"`
	Signers []string `json:"signers"`
}

func headOf(c torchwood.Checkpoint, n *note.Note) head {
	told := head{Origin: c.Origin, Size: c.N, Root: hex.EncodeToString(c.Hash[:])}
	for _, sig := range n.Sigs {
		told.Signers = append(told.Signers, fmt.Sprintf("%s+%08x", sig.Name, sig.Hash))
	}
	return told
}

func verified(policyFile string, signed []byte) (torchwood.Checkpoint, *note.Note, error) {
	text, err := os.ReadFile(policyFile)
	if err != nil {
		return torchwood.Checkpoint{}, nil, err
	}
	policy, err := torchwood.ParsePolicy(text)
	if err != nil {
		return torchwood.Checkpoint{}, nil, err
	}
	return torchwood.VerifyCheckpoint(signed, policy)
}

// opened fetches a log's checkpoint and verifies it against a policy.
func opened(ctx context.Context, url, policyFile string) (*torchwood.TileFetcher, torchwood.Checkpoint, *note.Note, error) {
	fetcher, err := torchwood.NewTileFetcher(url)
	if err != nil {
		return nil, torchwood.Checkpoint{}, nil, err
	}
	signed, err := fetcher.ReadEndpoint(ctx, "checkpoint")
	if err != nil {
		return nil, torchwood.Checkpoint{}, nil, err
	}
	c, n, err := verified(policyFile, signed)
	return fetcher, c, n, err
}

// read reads every entry below a verified checkpoint; each of them is checked against the tiles,
// and the tiles against the root.  For some it also makes and checks an inclusion proof.
func read(ctx context.Context, words []string) (any, error) {
	fetcher, c, n, err := opened(ctx, words[0], words[1])
	if err != nil {
		return nil, err
	}
	client, err := torchwood.NewClient(fetcher)
	if err != nil {
		return nil, err
	}
	entries := []string{}
	for _, entry := range client.AllEntries(ctx, c.Tree, 0) {
		entries = append(entries, hex.EncodeToString(entry))
	}
	if err := client.Err(); err != nil {
		return nil, err
	}
	indexes := []int64{c.N - 1}
	for index := int64(0); index < c.N-1; index += proved {
		indexes = append(indexes, index)
	}
	for _, index := range indexes {
		entry, proof, err := client.Entry(ctx, c.Tree, index)
		if err != nil {
			return nil, err
		}
		if err := tlog.CheckRecord(proof, c.N, c.Hash, index, tlog.RecordHash(entry)); err != nil {
			return nil, fmt.Errorf("entry %d: %w", index, err)
		}
	}
	return struct {
		head
		Entries []string `json:"entries"`
		Proved  []int64  `json:"proved"`
	}{headOf(c, n), entries, indexes}, nil
}

// continues proves from the tiles that the log's newest head continues one that was kept.
func continues(ctx context.Context, words []string) (any, error) {
	fetcher, c, n, err := opened(ctx, words[0], words[1])
	if err != nil {
		return nil, err
	}
	signed, err := os.ReadFile(words[2])
	if err != nil {
		return nil, err
	}
	old, oldNote, err := verified(words[1], signed)
	if err != nil {
		return nil, err
	}
	proof, err := tlog.ProveTree(c.N, old.N, torchwood.TileHashReaderWithContext(ctx, c.Tree, fetcher))
	if err != nil {
		return nil, err
	}
	if err := tlog.CheckTree(proof, c.N, c.Hash, old.N, old.Hash); err != nil {
		return nil, err
	}
	return map[string]head{"old": headOf(old, oldNote), "new": headOf(c, n)}, nil
}

// check verifies a checkpoint against a policy.
func check(_ context.Context, words []string) (any, error) {
	signed, err := os.ReadFile(words[1])
	if err != nil {
		return nil, err
	}
	c, n, err := verified(words[0], signed)
	if err != nil {
		return nil, err
	}
	return headOf(c, n), nil
}
