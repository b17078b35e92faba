package sizing

// ClaimStatus is the judgement on one statement of the design document.
type ClaimStatus string

// The statuses.
const (
	// ClaimRight: the statement holds, or its arithmetic does and nothing else is said.
	ClaimRight ClaimStatus = "right"
	// ClaimHalf: it holds under a condition or in part, which Correct names.
	ClaimHalf ClaimStatus = "half"
	// ClaimWrong: it does not hold; Correct says what does.
	ClaimWrong ClaimStatus = "wrong"
	// ClaimMissing: the document leaves out what it needs.
	ClaimMissing ClaimStatus = "missing"
)

// Figure is one number of a claim: as stated, and as it is.
type Figure struct {
	Name string
	// Stated is the document's number. Unstated is true for a figure that the document
	// does not give and should.
	Stated   float64
	Unstated bool
	// Correct is the number computed here.
	Correct float64
	Unit    string
}

// Off reports whether the stated number is more than half a percent off, the
// document's own rounding.
func (f Figure) Off() bool {
	if f.Unstated {
		return false
	}
	const rounding = 0.005
	difference, size := f.Stated-f.Correct, f.Correct
	if difference < 0 {
		difference = -difference
	}
	if size < 0 {
		size = -size
	}
	return difference > rounding*size
}

// Claim is one statement of the design document, checked.
type Claim struct {
	// Number is the row of the check, 1 to 64.
	Number int
	// Stated is what the document says, in short.
	Stated string
	// Status is the judgement, and Correct the corrected statement; it may be empty
	// for a right one.
	Status  ClaimStatus
	Correct string
	// Figures are the numbers of the claim, recomputed.
	Figures []Figure
}

// Claims returns every checked statement of the design document, in the order of the
// check. Each call computes the figures anew from the constants of this package.
func Claims() []Claim {
	var claims []Claim
	for _, section := range [][]Claim{claimsMedia(), claimsData(), claimsTraffic(), claimsStorage(), claimsCost(), claimsOperation()} {
		claims = append(claims, section...)
	}
	for i := range claims {
		claims[i].Number = i + 1
	}
	return claims
}

func right(stated string, figures ...Figure) Claim {
	return Claim{Stated: stated, Status: ClaimRight, Figures: figures}
}

func wrong(stated, correct string, figures ...Figure) Claim {
	return Claim{Stated: stated, Status: ClaimWrong, Correct: correct, Figures: figures}
}

func half(stated, correct string, figures ...Figure) Claim {
	return Claim{Stated: stated, Status: ClaimHalf, Correct: correct, Figures: figures}
}

func missing(stated, correct string, figures ...Figure) Claim {
	return Claim{Stated: stated, Status: ClaimMissing, Correct: correct, Figures: figures}
}

func figure(name string, stated, correct float64, unit string) Figure {
	return Figure{Name: name, Stated: stated, Correct: correct, Unit: unit}
}

func unstated(name string, correct float64, unit string) Figure {
	return Figure{Name: name, Unstated: true, Correct: correct, Unit: unit}
}

// The design document's inputs, as it states them.
const (
	claimMeetings     = 100
	claimPerMeeting   = 500
	claimTotal        = claimMeetings * claimPerMeeting
	claimSpeakers     = 50
	claimVideoMbps    = 2.0
	claimAudioMbps    = 0.064
	claimSFUNodes     = 12
	claimAPINodes     = 30
	claimHoursPerDay  = 2
	claimDays         = 30
	claimVideoIn      = claimSpeakers * claimVideoMbps / 1000   // Gbit/s per meeting
	claimVideoOut     = claimPerMeeting * claimVideoMbps / 1000 // Gbit/s per meeting
	claimAudio        = claimPerMeeting * claimAudioMbps / 1000 // Gbit/s per meeting
	claimOut          = claimVideoOut + claimAudio
	claimPerMeetingGb = claimVideoIn + claimVideoOut + claimAudio
)
