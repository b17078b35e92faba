package spaces

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/johannesboyne/gofakes3"
)

// errSum and errChunks are what a handler sees when it reads a damaged body. They
// are gofakes3's errors, because it is gofakes3 that mostly reads.
var (
	errSum    = gofakes3.ErrorMessage(gofakes3.ErrBadDigest, "The body's SHA-256 is not the one in x-amz-content-sha256.")
	errChunks = gofakes3.ErrorMessage(gofakes3.ErrIncompleteBody, "The aws-chunked body is cut off or malformed.")
)

// unwrap makes the body of a request what the client means: it takes the
// aws-chunked encoding off, or compares the content with the signed SHA-256.
func unwrap(r *http.Request) error {
	sum := r.Header.Get(sumHeader)
	switch {
	case strings.HasPrefix(sum, "STREAMING-"):
		length, err := strconv.ParseInt(r.Header.Get("X-Amz-Decoded-Content-Length"), 10, 64)
		if err != nil || length < 0 {
			return s3Error(http.StatusLengthRequired, "MissingContentLength",
				"X-Amz-Decoded-Content-Length is %q, want the number of bytes.", r.Header.Get("X-Amz-Decoded-Content-Length"))
		}
		r.Body = body{&chunks{in: bufio.NewReader(r.Body), want: length}, r.Body}
		r.ContentLength = length
		r.Header.Set("Content-Length", strconv.FormatInt(length, 10))
		encoding := strings.TrimPrefix(strings.TrimPrefix(r.Header.Get("Content-Encoding"), "aws-chunked"), ",")
		r.Header.Del("Content-Encoding")
		if encoding != "" {
			r.Header.Set("Content-Encoding", encoding)
		}
	case sum != "" && sum != unsignedSum:
		want, err := hex.DecodeString(sum)
		if err != nil || len(want) != sha256.Size {
			return errInvalidArgument("x-amz-content-sha256 is %q, want a SHA-256 in hexadecimal, %s or STREAMING-...", sum, unsignedSum)
		}
		r.Body = body{&summed{in: r.Body, hash: sha256.New(), want: sum}, r.Body}
	}
	return nil
}

// body reads from one place and closes another.
type body struct {
	io.Reader
	io.Closer
}

// summed ends with errSum when what was read has another SHA-256.
type summed struct {
	in   io.Reader
	hash hash.Hash
	want string
}

func (s *summed) Read(p []byte) (int, error) {
	n, err := s.in.Read(p)
	s.hash.Write(p[:n])
	if errors.Is(err, io.EOF) && hex.EncodeToString(s.hash.Sum(nil)) != strings.ToLower(s.want) {
		return n, errSum
	}
	return n, err
}

// chunks takes off the aws-chunked encoding: SIZE;chunk-signature=...\r\n, the
// bytes, \r\n, and so on until a chunk of size 0
// (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html).
type chunks struct {
	in   *bufio.Reader
	left int64 // of the present chunk
	seen int64
	want int64
	done bool
}

func (c *chunks) Read(p []byte) (int, error) {
	if c.done {
		return 0, io.EOF
	}
	if c.left == 0 {
		if err := c.next(); err != nil {
			return 0, err
		}
	}
	n, err := c.in.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	c.seen += int64(n)
	if err == nil && c.left == 0 {
		var end string
		if end, err = c.in.ReadString('\n'); err == nil && end != "\r\n" {
			err = errChunks
		}
	}
	if err != nil {
		return n, errChunks
	}
	return n, nil
}

// next reads a chunk's head. The last one is of size 0 and has trailers behind it,
// which nobody needs.
func (c *chunks) next() error {
	line, err := c.in.ReadString('\n')
	if err != nil {
		return errChunks
	}
	size, _, _ := strings.Cut(strings.TrimSpace(line), ";")
	if c.left, err = strconv.ParseInt(size, 16, 64); err != nil || c.left < 0 {
		return errChunks
	}
	if c.left > 0 {
		return nil
	}
	c.done = true
	if c.seen != c.want {
		return errChunks
	}
	if _, err := io.Copy(io.Discard, c.in); err != nil {
		return errChunks
	}
	return io.EOF
}
