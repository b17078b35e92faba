package manifests

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// ShardSlots is how many slots meetings are spread over: the design numbers its
// meetings 1 to 100 ("Sharding Strategy").
const ShardSlots = 100

// Shards says where the rows of each meeting live. It is published to the API, which
// is the only one to look: PostgreSQL itself knows nothing of shards.
//
// The design assigns meetings by number, but a meeting's id is a UUID. So an id is
// hashed to one of 100 slots, and the slots have the design's ranges. A meeting gets
// a home site by choosing its id: the API draws random ones until the slot belongs to
// the site, three on average.
//
// One primary carries all 100 meetings (docs/sizing.md), so today the three shards have
// the same primary, and a shard moves to a server of its own by changing its Primary.
type Shards []Shard

// Shard is a range of slots.
type Shard struct {
	Name string `yaml:"name"`
	// Site is the home of its meetings.
	Site string `yaml:"site"`
	// First and Last is the range of slots, 1 to 100, both included.
	First int `yaml:"first"`
	Last  int `yaml:"last"`
	// Primary is the pooler in front of the server that takes writes, as "host:port".
	Primary string `yaml:"primary"`
	// Replica is the nearest server for reads that may be a moment old; empty is none.
	Replica string `yaml:"replica,omitempty"`
}

// DesignShards returns the design's three shards: 1 to 33 and 34 to 66 at the first
// site, 67 to 100 at the second.
func DesignShards(first, second Shard) Shards {
	one, two := first, first
	one.Name, one.First, one.Last = "shard-1", 1, 33
	two.Name, two.First, two.Last = "shard-2", 34, 66
	second.Name, second.First, second.Last = "shard-3", 67, 100
	return Shards{one, two, second}
}

var uuid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// ShardSlot returns the slot of a meeting, 1 to 100: the first 8 bytes of the SHA-256
// of the id in lower case, as a big-endian number, modulo 100, plus 1. It fails when
// the id is not a UUID in its 36-character form.
func ShardSlot(meeting string) (int, error) {
	id := strings.ToLower(meeting)
	if !uuid.MatchString(id) {
		return 0, fmt.Errorf("meeting id %q is not a UUID such as 123e4567-e89b-42d3-a456-426614174000", meeting)
	}
	sum := sha256.Sum256([]byte(id))
	return int(binary.BigEndian.Uint64(sum[:8])%ShardSlots) + 1, nil
}

// Of returns the shard of a meeting. It fails when the id is not a UUID, or when no
// shard has its slot.
func (s Shards) Of(meeting string) (Shard, error) {
	slot, err := ShardSlot(meeting)
	if err != nil {
		return Shard{}, err
	}
	i := slices.IndexFunc(s, func(h Shard) bool { return h.First <= slot && slot <= h.Last })
	if i < 0 {
		return Shard{}, fmt.Errorf("meeting %s has slot %d, which no shard has", meeting, slot)
	}
	return s[i], nil
}

// Validate requires that the shards cover the slots 1 to 100 in order, each once.
func (s Shards) Validate() error {
	c := &checks{file: "shards"}
	next := 1
	for i, h := range s {
		key := fmt.Sprintf("shards[%d].", i)
		c.word(key+"name", h.Name)
		c.word(key+"site", h.Site)
		c.word(key+"primary", h.Primary)
		c.that(h.First == next, key+"first", h.First, fmt.Sprintf("%d, the slot after the previous shard", next))
		c.that(h.Last >= h.First && h.Last <= ShardSlots, key+"last", h.Last, "first to 100")
		next = h.Last + 1
	}
	c.that(next == ShardSlots+1, "shards", fmt.Sprintf("up to slot %d", next-1), "complete: slots 1 to 100")
	return c.err()
}
