// Package report says what a plan is in tables that people read: for a terminal, as
// Markdown for a pull request, as JSON for programs, and as one HTML page.
package report
