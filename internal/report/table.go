package report

import (
	"fmt"
	"io"
	"strings"

	gopretty "github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Table is a table with a title and, below it, remarks.
type Table struct {
	Title   string
	Header  []string
	Rows    [][]string
	Footer  []string
	Remarks []string
	// Numbers are the columns, counted from 0, that hold numbers.
	Numbers []int
	// Wrap is the column, counted from 0, that holds prose; -1 is none.
	Wrap int
}

// proseWidth is the width of prose in a terminal in characters, so that the widest
// table fits 120 columns.
const proseWidth = 72

func (t Table) writer() gopretty.Writer {
	w := gopretty.NewWriter()
	w.SetStyle(gopretty.StyleLight)
	w.Style().Format.Header = text.FormatDefault
	w.Style().Format.Footer = text.FormatDefault
	var columns []gopretty.ColumnConfig
	for _, n := range t.Numbers {
		columns = append(columns, gopretty.ColumnConfig{
			Number: n + 1, Align: text.AlignRight, AlignHeader: text.AlignRight, AlignFooter: text.AlignRight,
		})
	}
	if t.Wrap >= 0 {
		columns = append(columns, gopretty.ColumnConfig{Number: t.Wrap + 1, WidthMax: proseWidth, WidthMaxEnforcer: text.WrapSoft})
	}
	w.SetColumnConfigs(columns)
	w.AppendHeader(row(t.Header))
	for _, r := range t.Rows {
		w.AppendRow(row(r))
	}
	if len(t.Footer) > 0 {
		w.AppendFooter(row(t.Footer))
	}
	return w
}

func row(cells []string) gopretty.Row {
	r := make(gopretty.Row, len(cells))
	for i, cell := range cells {
		r[i] = cell
	}
	return r
}

// Text writes tables for a terminal.
func Text(w io.Writer, tables []Table) error {
	for _, t := range tables {
		if _, err := fmt.Fprintf(w, "\n%s\n%s\n", t.Title, t.writer().Render()); err != nil {
			return err
		}
		for _, remark := range t.Remarks {
			if _, err := fmt.Fprintln(w, wrap(remark)); err != nil {
				return err
			}
		}
	}
	return nil
}

// textWidth is the width of remarks in a terminal in characters.
const textWidth = 120

// wrap breaks a remark into lines; go-pretty pads them, which nobody wants to copy.
func wrap(remark string) string {
	lines := strings.Split(text.WrapSoft(remark, textWidth), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}

// Markdown writes tables for a pull request or a document.
func Markdown(w io.Writer, tables []Table) error {
	for _, t := range tables {
		plain := t
		plain.Wrap = -1
		if _, err := fmt.Fprintf(w, "### %s\n\n%s\n\n", t.Title, plain.writer().RenderMarkdown()); err != nil {
			return err
		}
		for _, remark := range t.Remarks {
			if _, err := fmt.Fprintf(w, "%s\n\n", remark); err != nil {
				return err
			}
		}
	}
	return nil
}
