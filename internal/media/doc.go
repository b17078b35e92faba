// Package media meets: synthetic participants join a room of a real LiveKit, publish video
// of a given bitrate and measure what arrives. Every frame carries its number and the
// moment it was sent, so that delay and loss are those of the media and not of the
// signalling. Sender and receiver share a process and a clock.
//
// What counts are whole frames, of those that the cameras made: an SFU that stops forwarding a
// video, as LiveKit does where allow_pause finds too little bandwidth, leaves no gap in the
// packets' numbers.
//
// Media are RTP packets shaped like VP8; no pixel is encoded or decoded. What is measured is
// therefore the network and the SFU, not a browser.
package media
