package main

import (
	"bufio"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"

	commonpb "go.temporal.io/api/common/v1"
	"google.golang.org/protobuf/proto"
)

const (
	encoding  = "encoding"
	encrypted = "binary/encrypted"
	keyID     = "encryption-key-id"
)

// AES-256-GCM with a nonce from the system's random numbers, which the standard library puts before the ciphertext.
type aesCodec struct {
	current string
	keys    map[string]cipher.AEAD
}

// A line of the file is a name and 32 bytes in base64. The newest key stands first, and an old one stays for as long
// as Temporal keeps what it has encrypted.
func readKeys(file string) (*aesCodec, error) {
	content, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer content.Close()
	codec := &aesCodec{keys: map[string]cipher.AEAD{}}
	lines := bufio.NewScanner(content)
	for number := 1; lines.Scan(); number++ {
		parts := strings.Fields(lines.Text())
		if len(parts) == 0 {
			continue
		}
		if len(parts) != 2 {
			return nil, fmt.Errorf("%s, line %d: a name and a key are expected", file, number)
		}
		key, err := base64.StdEncoding.DecodeString(parts[1])
		if err != nil || len(key) != 32 {
			return nil, fmt.Errorf("%s, line %d: the key must be 32 bytes in base64", file, number)
		}
		if codec.keys[parts[0]] != nil {
			return nil, fmt.Errorf("%s, line %d: a second key is called %s", file, number, parts[0])
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		if codec.keys[parts[0]], err = cipher.NewGCMWithRandomNonce(block); err != nil {
			return nil, err
		}
		if codec.current == "" {
			codec.current = parts[0]
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if codec.current == "" {
		return nil, errors.New(file + " has no key")
	}
	return codec, nil
}

func (c *aesCodec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	sealed := make([]*commonpb.Payload, len(payloads))
	for i, payload := range payloads {
		// With its metadata: the encoding of the payload is what is lost otherwise.
		clear, err := proto.Marshal(payload)
		if err != nil {
			return nil, err
		}
		sealed[i] = &commonpb.Payload{
			Metadata: map[string][]byte{encoding: []byte(encrypted), keyID: []byte(c.current)},
			Data:     c.keys[c.current].Seal(nil, nil, clear, nil),
		}
	}
	return sealed, nil
}

// What is not encrypted stays as it is: deliveries that began before the proxy came go on.
func (c *aesCodec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	opened := make([]*commonpb.Payload, len(payloads))
	for i, payload := range payloads {
		if string(payload.GetMetadata()[encoding]) != encrypted {
			opened[i] = payload
			continue
		}
		name := string(payload.GetMetadata()[keyID])
		key := c.keys[name]
		if key == nil {
			return nil, fmt.Errorf("a payload was encrypted with key %q, which is not in the file", name)
		}
		clear, err := key.Open(nil, nil, payload.GetData(), nil)
		if err != nil {
			return nil, fmt.Errorf("a payload does not open with key %q: %w", name, err)
		}
		opened[i] = new(commonpb.Payload)
		if err := proto.Unmarshal(clear, opened[i]); err != nil {
			return nil, err
		}
	}
	return opened, nil
}
