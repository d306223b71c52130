// Judge a log with golang.org/x/mod/sumdb, which shares no code with hegui.
//
//	judge log ORIGIN LOG_VKEY WITNESS_VKEY|- DIR         the root from tiles, and every entry in it
//	judge proof ORIGIN LOG_VKEY WITNESS_VKEY|- ENTRY PROOF
//	judge consistency ORIGIN LOG_VKEY OLD NEW HASHES     HASHES: one hash in base64 a line
//
// Exit status: 0 accepted, 1 rejected, 2 asked wrongly. note.Verifier of type 0x04 is ours: the package knows 0x01 only.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func main() {
	args := os.Args[1:]
	var err error
	switch {
	case len(args) == 5 && args[0] == "log":
		err = judgeLog(args[1], args[2], args[3], args[4])
	case len(args) == 6 && args[0] == "proof":
		err = judgeProof(args[1], args[2], args[3], args[4], args[5])
	case len(args) == 6 && args[0] == "consistency":
		err = judgeConsistency(args[1], args[2], args[3], args[4], args[5])
	default:
		fmt.Fprintln(os.Stderr, "asked wrongly")
		os.Exit(2)
	}
	if err != nil {
		fmt.Println("rejected:", err)
		os.Exit(1)
	}
	fmt.Println("accepted")
}

// cosigner is a witness key, C2SP tlog-cosignature.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(c.key, []byte(signed), sig[8:])
}

func newCosigner(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("witness key")
	}
	hash, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return nil, errors.New("witness key")
	}
	return cosigner{parts[0], uint32(hash), key[1:]}, nil
}

// open checks a checkpoint; both the log and the witness, if one is given, must have signed.
func open(data []byte, origin, logKey, witnessKey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(logKey)
	if err != nil {
		return tlog.Tree{}, err
	}
	verifiers := []note.Verifier{verifier}
	if witnessKey != "-" {
		witness, err := newCosigner(witnessKey)
		if err != nil {
			return tlog.Tree{}, err
		}
		verifiers = append(verifiers, witness)
	}
	opened, err := note.Open(data, note.VerifierList(verifiers...))
	if err != nil {
		return tlog.Tree{}, err
	}
	if len(opened.Sigs) != len(verifiers) {
		return tlog.Tree{}, errors.New("a signature is missing")
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != origin || lines[3] != "" {
		return tlog.Tree{}, errors.New("not the three lines of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return tlog.Tree{}, errors.New("size")
	}
	root, err := parseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func parseHash(text string) (tlog.Hash, error) {
	var hash tlog.Hash
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(data) != len(hash) {
		return hash, errors.New("hash")
	}
	copy(hash[:], data)
	return hash, nil
}

func parseHashes(text string) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if line == "" {
			continue
		}
		hash, err := parseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

// folder serves tiles under the paths of C2SP tlog-tiles, which leave the height out and call the data "entries".
type folder string

func (f folder) Height() int                             { return height }
func (f folder) SaveTiles(tiles []tlog.Tile, _ [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := f.read(tile)
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (f folder) read(tile tlog.Tile) ([]byte, error) {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	path = strings.Replace(path, "data/", "entries/", 1)
	return os.ReadFile(filepath.Join(string(f), "tile", filepath.FromSlash(path)))
}

func judgeLog(origin, logKey, witnessKey, dir string) error {
	data, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := open(data, origin, logKey, witnessKey)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, folder(dir))
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil || root != tree.Hash {
		return fmt.Errorf("root: %v", err)
	}
	for start := int64(0); start < tree.N; start += 1 << height {
		width := tree.N - start
		if width > 1<<height {
			width = 1 << height
		}
		bundle, err := folder(dir).read(tlog.Tile{H: height, L: -1, N: start >> height, W: int(width)})
		if err != nil {
			return err
		}
		for number := start; number < start+width; number++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return errors.New("bundle too short")
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			entry := bundle[2:end]
			bundle = bundle[end:]
			proof, err := tlog.ProveRecord(tree.N, number, reader)
			if err != nil {
				return err
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, number, tlog.RecordHash(entry)); err != nil {
				return fmt.Errorf("entry %d: %v", number, err)
			}
		}
		if len(bundle) != 0 {
			return errors.New("bundle too long")
		}
	}
	return nil
}

func judgeProof(origin, logKey, witnessKey, entryFile, proofFile string) error {
	entry, err := os.ReadFile(entryFile)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(proofFile)
	if err != nil {
		return err
	}
	border := bytes.Index(data, []byte("\n\n"))
	if border < 0 {
		return errors.New("no empty line")
	}
	lines := strings.SplitN(string(data[:border]), "\n", 3)
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return errors.New("first lines")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	if len(lines) == 3 {
		if proof, err = parseHashes(lines[2]); err != nil {
			return err
		}
	}
	tree, err := open(data[border+2:], origin, logKey, witnessKey)
	if err != nil {
		return err
	}
	if index < 0 || index >= tree.N {
		return errors.New("index")
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry))
}

func judgeConsistency(origin, logKey, oldFile, newFile, proofFile string) error {
	var trees [2]tlog.Tree
	for at, file := range []string{oldFile, newFile} {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if trees[at], err = open(data, origin, logKey, "-"); err != nil {
			return err
		}
	}
	data, err := os.ReadFile(proofFile)
	if err != nil {
		return err
	}
	proof, err := parseHashes(string(data))
	if err != nil {
		return err
	}
	if trees[0].N < 1 || trees[0].N > trees[1].N {
		return errors.New("sizes")
	}
	return tlog.CheckTree(proof, trees[1].N, trees[1].Hash, trees[0].N, trees[0].Hash)
}
