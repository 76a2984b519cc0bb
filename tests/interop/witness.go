package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	formats "github.com/transparency-dev/formats/note"
	tessera "github.com/transparency-dev/tessera/client"
	client "github.com/transparency-dev/witness/client/http"
	"github.com/transparency-dev/witness/witness"
	"golang.org/x/mod/sumdb/note"
)

// A submission is what came of bringing a log's head to a witness.
type submission struct {
	Old     uint64   `json:"old"`
	Size    uint64   `json:"size"`
	Lines   string   `json:"lines"`
	Signers []string `json:"signers"`
	// Refused is why the witness refused, in the words of the client that asked it.
	Refused string `json:"refused,omitempty"`
	// Stale is the size that the witness says it has cosigned last.
	Stale uint64 `json:"stale,omitempty"`
}

// submit brings a log's newest head to a witness and verifies the cosignatures that come back.
func submit(ctx context.Context, words []string) (any, error) {
	logURL, err := url.Parse(words[0] + "/")
	if err != nil {
		return nil, err
	}
	witnessURL, err := url.Parse(words[2])
	if err != nil {
		return nil, err
	}
	verifier, err := formats.NewVerifier(words[1])
	if err != nil {
		return nil, err
	}
	old, err := strconv.ParseUint(words[3], 10, 64)
	if err != nil {
		return nil, err
	}
	log, err := tessera.NewHTTPFetcher(logURL, nil)
	if err != nil {
		return nil, err
	}
	head, signed, _, err := tessera.FetchCheckpoint(ctx, log.ReadCheckpoint, verifier, verifier.Name())
	if err != nil {
		return nil, err
	}
	told := &submission{Old: old, Size: head.Size}
	proof := [][]byte{}
	if old > 0 && old < head.Size {
		builder, err := tessera.NewProofBuilder(ctx, head.Size, log.ReadTile)
		if err != nil {
			return nil, err
		}
		if proof, err = builder.ConsistencyProof(ctx, old, head.Size); err != nil {
			return nil, err
		}
	}
	lines, stale, err := client.NewWitness(witnessURL, http.DefaultClient).Update(ctx, old, signed, proof)
	if err != nil {
		told.Refused = err.Error()
		if errors.Is(err, witness.ErrCheckpointStale) {
			told.Stale = stale
		}
		return told, nil
	}
	told.Lines = string(lines)
	return told, told.verify(signed, words[4:])
}

// verify checks that each of these witness's keys has cosigned the head.
func (s *submission) verify(signed []byte, vkeys []string) error {
	text, _, found := bytes.Cut(signed, []byte("\n\n"))
	if !found {
		return errors.New("the checkpoint is no note")
	}
	cosigned := string(text) + "\n\n" + s.Lines
	for _, vkey := range vkeys {
		verifier, err := formats.NewVerifier(vkey)
		if err != nil {
			return err
		}
		if _, err := note.Open([]byte(cosigned), note.VerifierList(verifier)); err != nil {
			return err
		}
		s.Signers = append(s.Signers, fmt.Sprintf("%s+%08x", verifier.Name(), verifier.KeyHash()))
	}
	return nil
}
