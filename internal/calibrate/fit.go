package calibrate

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/gomeet/infra/sizing/calibration"
)

// confidence of all intervals.
const confidence = 0.95

// Beyond collinear, packets in and out grow together so much that their costs cannot be told
// apart: at this correlation the variance of either is five times (1 / (1 - r²)) what it
// would be alone, the usual limit of the variance inflation factor.
var collinear = math.Sqrt(0.8)

// line is an ordinary least squares fit: y = coefficients · x.
type line struct {
	coefficients []calibration.Bounds
	rSquared     float64
}

// least fits y to the columns of x, of which the first is a constant; every row is a sample.
func least(x [][]float64, y []float64) (*line, error) {
	n, p := len(x), len(x[0])
	if n <= p {
		return nil, fmt.Errorf("%d samples are too few for %d coefficients", n, p)
	}
	// Columns of about the same length keep the solution exact.
	scale := make([]float64, p)
	for _, row := range x {
		for j, v := range row {
			scale[j] = math.Max(scale[j], math.Abs(v))
		}
	}
	design, target := mat.NewDense(n, p, nil), mat.NewVecDense(n, y)
	for i, row := range x {
		for j, v := range row {
			if scale[j] == 0 {
				return nil, errors.New("a column of the samples is all zero")
			}
			design.Set(i, j, v/scale[j])
		}
	}
	var solution, fitted mat.VecDense
	if err := solution.SolveVec(design, target); err != nil {
		return nil, fmt.Errorf("the samples do not differ enough: %w", err)
	}
	var normal, inverse mat.Dense
	normal.Mul(design.T(), design)
	if err := inverse.Inverse(&normal); err != nil {
		return nil, fmt.Errorf("the samples do not differ enough: %w", err)
	}
	fitted.MulVec(design, &solution)
	residual := 0.0
	for i := range y {
		residual += (y[i] - fitted.AtVec(i)) * (y[i] - fitted.AtVec(i))
	}
	free := float64(n - p)
	t := distuv.StudentsT{Sigma: 1, Nu: free}.Quantile(1 - (1-confidence)/2)
	l := &line{rSquared: stat.RSquaredFrom(fitted.RawVector().Data, y, nil)}
	for j := range p {
		b, half := solution.AtVec(j)/scale[j], t*math.Sqrt(residual/free*inverse.At(j, j))/scale[j]
		l.coefficients = append(l.coefficients, calibration.Bounds{Low: b - half, Estimate: b, High: b + half})
	}
	return l, nil
}

// Fit fits a node's vCPUs to what it forwarded and what it received; samples that are
// excluded are left out. It is an error when nothing follows from the samples; whether to
// believe what does, Refusals says.
func Fit(samples []calibration.Sample) (*calibration.Fit, error) {
	var used []calibration.Sample
	var y, out, in []float64
	for _, s := range samples {
		if s.Excluded == "" {
			used = append(used, s)
			y, out, in = append(y, s.VCPUs), append(out, s.PacketsOut), append(in, s.PacketsIn)
		}
	}
	if len(used) < 3 {
		return nil, fmt.Errorf("%d samples are too few for a line, want at least 3", len(used))
	}
	l, packetIn, err := fitColumns(out, in, y)
	if err != nil {
		return nil, err
	}
	out1 := l.coefficients[1]
	if out1.Low <= 0 {
		return nil, fmt.Errorf("the cost of a packet is %.1f us, between %.1f and %.1f: the CPU time did not grow with the load, so nothing follows from it",
			1e6*out1.Estimate, 1e6*out1.Low, 1e6*out1.High)
	}
	f := &calibration.Fit{
		ConfidencePercent: int(math.Round(100 * confidence)), Samples: len(used), RSquared: l.rSquared,
		IdleVCPUs:               calibration.Bounds{Low: max(l.coefficients[0].Low, 0), Estimate: max(l.coefficients[0].Estimate, 0), High: max(l.coefficients[0].High, 0)},
		PacketsOutPerCore:       calibration.Bounds{Low: 1 / out1.High, Estimate: 1 / out1.Estimate, High: 1 / out1.Low},
		MicrosecondsPerPacketIn: packetIn,
		LowestFanOut:            math.Inf(1),
	}
	var packets, bits, tracks float64
	for _, s := range used {
		packets, bits, tracks = packets+s.PacketsOut, bits+s.BitsOut, tracks+float64(s.Tracks)
		f.PeakVCPUs = math.Max(f.PeakVCPUs, s.VCPUs)
		if s.Tracks > 0 && s.PacketsIn > 0 {
			f.LowestFanOut = math.Min(f.LowestFanOut, s.PacketsOut/s.PacketsIn)
		}
	}
	if tracks == 0 || math.IsInf(f.LowestFanOut, 1) {
		return nil, errors.New("no sample has any load")
	}
	f.GbitOutPerCore = times(f.PacketsOutPerCore, bits/packets/1e9)
	f.TracksPerCore = times(f.PacketsOutPerCore, tracks/packets)
	for _, b := range []*calibration.Bounds{&f.IdleVCPUs, &f.PacketsOutPerCore, &f.GbitOutPerCore, &f.TracksPerCore, f.MicrosecondsPerPacketIn} {
		if b != nil {
			*b = calibration.Bounds{Low: significant(b.Low), Estimate: significant(b.Estimate), High: significant(b.High)}
		}
	}
	f.RSquared, f.LowestFanOut = significant(f.RSquared), significant(f.LowestFanOut)
	return f, nil
}

// fitColumns prefers a cost for each direction. Where the samples do not tell them apart, or
// the cost of a packet in could as well be nothing, it is part of the other.
func fitColumns(out, in, y []float64) (*line, *calibration.Bounds, error) {
	if len(y) > 4 && math.Abs(stat.Correlation(out, in, nil)) < collinear {
		x := make([][]float64, len(y))
		for i := range y {
			x[i] = []float64{1, out[i], in[i]}
		}
		l, err := least(x, y)
		if err == nil && l.coefficients[1].Low > 0 && l.coefficients[2].Low > 0 {
			micro := times(l.coefficients[2], 1e6)
			return l, &micro, nil
		}
	}
	x := make([][]float64, len(y))
	for i := range y {
		x[i] = []float64{1, out[i]}
	}
	l, err := least(x, y)
	return l, nil, err
}

func times(b calibration.Bounds, factor float64) calibration.Bounds {
	return calibration.Bounds{Low: b.Low * factor, Estimate: b.Estimate * factor, High: b.High * factor}
}
