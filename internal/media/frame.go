package media

import (
	"encoding/binary"
	"time"
)

// A frame is a VP8 frame as far as an SFU looks into it (RFC 7741, RFC 6386 section 9.1):
// the frame tag, and in a key frame the start code and the picture's size. Then come the
// mark and padding.
const (
	// headerBytes is the head of a key frame; other frames are padded to it.
	headerBytes = 10
	markBytes   = 4 + 4 + 8
	// minFrameBytes is the smallest frame.
	minFrameBytes = headerBytes + markBytes
	// width and height in pixels, which nothing decodes.
	width, height = 1280, 720
)

// magic begins the mark of our own frames: "GMT1".
const magic = 0x474d5431

// mark is what a frame says of itself.
type mark struct {
	// number is its number in the measurement, from 1 on, and 0 outside of it.
	number uint32
	sent   time.Time
}

// newFrame returns a frame of some bytes, at least minFrameBytes.
func newFrame(m mark, key bool, bytes int) []byte {
	frame := make([]byte, max(bytes, minFrameBytes))
	// Bit 0 is 0 in key frames, bit 4 shows the frame; the size of the first partition
	// follows, which is what is left.
	partition := uint32(len(frame) - headerBytes)
	tag := 1<<4 | partition<<5
	if !key {
		tag |= 1
	}
	frame[0], frame[1], frame[2] = byte(tag), byte(tag>>8), byte(tag>>16)
	if key {
		copy(frame[3:], []byte{0x9d, 0x01, 0x2a})
		binary.LittleEndian.PutUint16(frame[6:], width)
		binary.LittleEndian.PutUint16(frame[8:], height)
	}
	at := frame[headerBytes:]
	binary.BigEndian.PutUint32(at, magic)
	binary.BigEndian.PutUint32(at[4:], m.number)
	binary.BigEndian.PutUint64(at[8:], uint64(m.sent.UnixNano()))
	return frame
}

// readMark reads the mark of a frame from its first packet; false if there is none.
func readMark(start []byte) (mark, bool) {
	if len(start) < minFrameBytes || binary.BigEndian.Uint32(start[headerBytes:]) != magic {
		return mark{}, false
	}
	at := start[headerBytes:]
	return mark{
		number: binary.BigEndian.Uint32(at[4:]), sent: time.Unix(0, int64(binary.BigEndian.Uint64(at[8:]))),
	}, true
}
