// Command genfacts writes the facts about the official digitalocean provider that
// the stand-in is built on: for every supported resource and function the names and
// types of its properties and whether they are inputs, required, computed, secret or
// replace the resource. It asks the official plugin itself, so no fact is typed by
// hand:
//
//	go run ./internal/genfacts -plugin PATH/pulumi-resource-digitalocean -out facts.json
//
// The plugin's schema is licensed under the Apache License 2.0. Descriptions are
// left out.
package main
